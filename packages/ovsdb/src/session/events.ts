import type { OvsdbError } from '../errors.ts';
import type { MonitorMethod, SyncKind } from '../monitor/monitor.ts';
import type { RowChange } from '../replica/replica-table.ts';
import type { LockState } from './lock.ts';

export type SessionState =
  /** Opening a stream, and finding out whether the server will do. */
  | { readonly kind: 'connecting'; readonly endpoint: string }
  /** The initial dump is on its way. */
  | { readonly kind: 'loading'; readonly endpoint: string }
  | { readonly kind: 'synced'; readonly endpoint: string }
  /** Every endpoint was tried. */
  | { readonly kind: 'waiting'; readonly delayMs: number; readonly reason: OvsdbError }
  | { readonly kind: 'closed' };

export interface SyncedEvent {
  readonly endpoint: string;
  readonly kind: SyncKind;
  readonly method: MonitorMethod;
}

/** What one message of the server changed: one or more whole transactions. */
export interface UpdateBatch {
  /** `resync`: the difference that had come about while the link was down; it may hold many transactions. */
  readonly cause: 'transaction' | 'resync';
  readonly changes: readonly RowChange[];
}

/** All that a client tells of itself. */
export interface OvsdbEvents {
  state: SessionState;
  /** The replica has become complete; before the first one, no `update` is told. */
  synced: SyncedEvent;
  /** After the changes were applied, replica and indexes included. */
  update: UpdateBatch;
  /** A session that was synced has ended; the next one is being sought. */
  disconnected: { readonly endpoint: string; readonly reason: OvsdbError };
  /** Synced again; follows `synced`. */
  reconnected: SyncedEvent;
  /** An endpoint was tried in vain. */
  refused: { readonly endpoint: string; readonly reason: OvsdbError };
  lock: LockState;
  /** The server has cancelled the monitor, for the database was converted or removed; it is being asked for anew. */
  monitorCanceled: { readonly endpoint: string };
  /** A listener threw. Without a listener for this, it becomes a process warning. */
  listenerError: { readonly event: keyof OvsdbEvents; readonly error: unknown };
  /** What the option `tables` names and the server's schema lacks has changed. */
  missing: { readonly missing: readonly MissingColumns[] };
}

/** A table that the server lacks, or some of its columns. */
export interface MissingColumns {
  readonly table: string;
  /** Undefined when the whole table is missing. */
  readonly columns: readonly string[] | undefined;
}
