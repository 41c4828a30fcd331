export type NeutronReadErrorCode =
  /** No server answers, or it went away in the middle. */
  | 'unreachable'
  /** The server refuses the account, or the account may not read. */
  | 'auth'
  /** The server has no such database; for SQLite, there is no such file. */
  | 'no-database'
  /** It is a database, but not Neutron's. */
  | 'not-neutron'
  /** A migration that this version of Driftline does not know. */
  | 'unknown-release'
  /** A deadline passed. */
  | 'timeout'
  /** The rows contradict each other, or the tables changed under the transaction: read again. */
  | 'inconsistent-snapshot'
  /** Another transaction was in the way: try again. */
  | 'conflict'
  /** The handle was closed, or the caller's signal fired. */
  | 'closed'
  /** The server refused a statement for a reason that is none of the above. */
  | 'refused';

/** What can go wrong at the border to Neutron's SQL. The message names the database and the remedy, never the password. */
export class NeutronReadError extends Error {
  override readonly name = 'NeutronReadError';
  readonly code: NeutronReadErrorCode;

  constructor(code: NeutronReadErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
