/** What is missing cannot be installed from here; the message names the command that does it. */
export class SetupError extends Error {}
