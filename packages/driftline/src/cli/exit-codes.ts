/** cli/: the commands. What each prints is made in report/; what each does is made elsewhere. */

/** Exit codes of every command: scripts depend on them. */
export const EXIT = {
  clean: 0,
  error: 1,
  /** Differences were found, or remain. */
  drift: 2,
  /** A limit (blast radius, empty snapshot, unknown release) forbade it: a person has to decide. */
  refused: 3,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
