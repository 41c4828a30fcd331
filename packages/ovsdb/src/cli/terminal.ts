/**
 * cli/: `ovsdb-ts`, the client for people: what a database holds, what happens to it, and changes to it.
 */

/** Where commands write and when they stop. Handed in, so that tests see what a person would. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly readInput: () => Promise<string>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Values come from others: what would steer a terminal is shown, not obeyed. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

/** How a command can fail by the caller's fault; ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
