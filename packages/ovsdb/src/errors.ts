/**
 * Why something failed, as a literal that callers switch on.
 *
 * - Before anything was sent: `bad-option`, `unknown-table`, `unknown-column`, `bad-value`, `read-only`, `not-connected`.
 * - A reader of changes fell too far behind: `overflow`.
 * - The link: `connect-failed`, `connection-lost`, `timeout`, `aborted`, `closed`.
 * - What the peer sent: `malformed-message`, `message-too-large`, `bad-schema`, `protocol-error`.
 * - The server refused a request as a whole: `rpc-error`, `unknown-method`, `unknown-database`, `canceled`.
 * - The server would not have us: `unsuitable-server` (not the leader, cut off from its cluster, or stale).
 * - A transaction failed and changed nothing: `operation-failed` and its special cases below, each with `ovsdbError`.
 *   `wait-failed` (somebody was faster) and `canceled` are worth a new try from a newer replica: `isRetriable`.
 *   `not-owner`: the lock is not held; wait for it first.
 * - `unknown-outcome`: the link was lost, or time ran out, after a transaction was sent. It may have been committed.
 */
export type OvsdbErrorCode =
  | 'bad-option'
  | 'unknown-table'
  | 'unknown-column'
  | 'bad-value'
  | 'read-only'
  | 'not-connected'
  | 'overflow'
  | 'connect-failed'
  | 'connection-lost'
  | 'timeout'
  | 'aborted'
  | 'closed'
  | 'malformed-message'
  | 'message-too-large'
  | 'bad-schema'
  | 'protocol-error'
  | 'rpc-error'
  | 'unknown-method'
  | 'unknown-database'
  | 'canceled'
  | 'unsuitable-server'
  | 'operation-failed'
  | 'constraint-violation'
  | 'referential-integrity-violation'
  | 'wait-failed'
  | 'not-owner'
  | 'not-allowed'
  | 'duplicate-uuid'
  | 'arithmetic-error'
  | 'resources-exhausted'
  | 'io-error'
  | 'unknown-outcome';

export interface OvsdbErrorFields {
  readonly cause?: unknown;
  readonly operationIndex?: number | undefined;
  readonly ovsdbError?: string | undefined;
  readonly details?: string | undefined;
}

/** The one class of error of this package. */
export class OvsdbError extends Error {
  override readonly name = 'OvsdbError';
  readonly code: OvsdbErrorCode;
  /** Index of the failing operation; equal to the number of operations when the commit itself failed. */
  readonly operationIndex: number | undefined;
  /** The server's own word for it (RFC 7047, section 3.1), such as `constraint violation`. */
  readonly ovsdbError: string | undefined;
  /** The server's explanation. */
  readonly details: string | undefined;

  constructor(code: OvsdbErrorCode, message: string, fields: OvsdbErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.operationIndex = fields.operationIndex;
    this.ovsdbError = fields.ovsdbError;
    this.details = fields.details;
  }
}

/** What `value` says, for the message of an error that has it as its cause. */
export function describeCause(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}
