import { OvsdbError } from '../errors.ts';
import type { Table } from '../schema/database.ts';
import { encodeCondition } from '../transaction/encode-operations.ts';
import type { Condition } from '../transaction/operations.ts';

/** Which rows of a table to monitor: every one, none, or those that meet at least one of the conditions. */
export type RowFilter = 'all' | 'none' | { readonly anyOf: readonly Condition[] };

/** By table; a table not named keeps the filter it has, which is `all` at first. */
export interface TableFilters {
  readonly [table: string]: RowFilter | undefined;
}

interface TableState {
  /** The server has said that it follows it. */
  acked: RowFilter;
  /** Sent, and not yet answered. */
  requested: RowFilter | undefined;
  /** Not yet sent. */
  wanted: RowFilter | undefined;
}

interface Waiter {
  readonly version: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The filters of one monitor, and how far the server has followed their changes (`lib/ovsdb-cs.c`, "conditions").
 *
 * Each change makes a new version; what waits for a change waits for its version, and so never for a request that
 * left before it.
 *
 * Invariants (docs/spec/replica.md):
 * - [R9] One request at a time is under way; changes made meanwhile leave together with the next.
 * - [R10] A monitor resumes from a transaction id only with the filters that the server had acknowledged when it gave
 *   that id. With a change under way, nobody knows which of the two they were: the id is forgotten. Without an id the
 *   newest filters are used at once.
 */
export class MonitorConditions {
  readonly #tables = new Map<string, TableState>();
  #version = 0;
  #ackedVersion = 0;
  #requestedVersion: number | undefined;
  /** What the monitor request under way will have brought about once it is answered. */
  #startVersion = 0;
  #waiters: Waiter[] = [];

  /** Returns the version to wait for; an earlier one when nothing changes. */
  set(filters: TableFilters): number {
    let isChanged = false;
    for (const [table, filter] of Object.entries(filters)) {
      if (filter === undefined) continue;
      const state = this.#state(table);
      if (isSameFilter(state.wanted ?? state.requested ?? state.acked, filter)) continue;
      state.wanted = filter;
      isChanged = true;
    }
    if (isChanged) this.#version++;
    return this.#version;
  }

  /** The filter for a monitor request. */
  ackedFilter(table: string): RowFilter {
    return this.#tables.get(table)?.acked ?? 'all';
  }

  /** Whether the replica holds every row of the table. */
  isWhole(table: string): boolean {
    const state = this.#tables.get(table);
    return state === undefined || (state.acked === 'all' && (state.requested ?? 'all') === 'all');
  }

  /** Before a monitor request. Whether it may resume from the transaction id, if it has one [R10]. */
  begin(hasTransactionId: boolean): boolean {
    const isUnderWay = this.#requestedVersion !== undefined;
    this.#requestedVersion = undefined;
    const canResume = hasTransactionId && !isUnderWay;
    this.#startVersion = canResume ? this.#ackedVersion : this.#version;
    if (!canResume) {
      for (const state of this.#tables.values()) {
        state.acked = state.wanted ?? state.requested ?? state.acked;
        state.requested = undefined;
        state.wanted = undefined;
      }
    }
    return canResume;
  }

  /** The monitor request has been answered. */
  confirmBegin(): void {
    this.#settle(this.#startVersion);
  }

  /** What to ask the server for now; undefined when there is nothing, or a request is under way [R9]. */
  takeRequest(): ReadonlyMap<string, RowFilter> | undefined {
    if (this.#requestedVersion !== undefined) return undefined;
    const request = new Map<string, RowFilter>();
    for (const [table, state] of this.#tables) {
      if (state.wanted === undefined) continue;
      request.set(table, state.wanted);
      state.requested = state.wanted;
      state.wanted = undefined;
    }
    if (request.size === 0) return undefined;
    this.#requestedVersion = this.#version;
    return request;
  }

  /** The server follows what was requested. */
  acknowledge(): void {
    for (const state of this.#tables.values()) {
      state.acked = state.requested ?? state.acked;
      state.requested = undefined;
    }
    const version = this.#requestedVersion;
    this.#requestedVersion = undefined;
    if (version !== undefined) this.#settle(version);
  }

  /** The server will not follow: what was requested is dropped, and who waits for it learns why. */
  refuse(error: unknown): void {
    for (const state of this.#tables.values()) state.requested = undefined;
    const version = this.#requestedVersion ?? this.#ackedVersion;
    this.#requestedVersion = undefined;
    this.#ackedVersion = version;
    this.#release(version, (waiter) => waiter.reject(error));
  }

  /** Resolves when the server follows this version and the replica shows it. */
  whenAcknowledged(version: number): Promise<void> {
    if (version <= this.#ackedVersion) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ version, resolve, reject }));
  }

  /** Nobody will answer any more. */
  abandon(error: unknown): void {
    this.#release(Infinity, (waiter) => waiter.reject(error));
  }

  #state(table: string): TableState {
    const state = this.#tables.get(table) ?? { acked: 'all', requested: undefined, wanted: undefined };
    this.#tables.set(table, state);
    return state;
  }

  #settle(version: number): void {
    this.#ackedVersion = Math.max(this.#ackedVersion, version);
    this.#release(this.#ackedVersion, (waiter) => waiter.resolve());
  }

  #release(version: number, settle: (waiter: Waiter) => void): void {
    const released = this.#waiters.filter((waiter) => waiter.version <= version);
    this.#waiters = this.#waiters.filter((waiter) => waiter.version > version);
    for (const waiter of released) settle(waiter);
  }
}

function isSameFilter(left: RowFilter, right: RowFilter): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  return JSON.stringify(describe(left)) === JSON.stringify(describe(right));
}

function describe(filter: { readonly anyOf: readonly Condition[] }): unknown {
  return filter.anyOf.map(([column, test, value]) => [column, test, describeValue(value)]);
}

function describeValue(value: unknown): unknown {
  if (value instanceof Map) return ['map', [...value].map((pair) => pair.map(describeValue))];
  if (value instanceof Set || Array.isArray(value)) return ['set', [...value.values()].map(describeValue)];
  return typeof value === 'bigint' ? ['bigint', String(value)] : [typeof value, value];
}

/**
 * In wire form: the `where` of a monitor request (ovsdb-server(7), "Monitor_cond"), whose conditions are alternatives.
 * Throws OvsdbError `unknown-column` or `bad-value` for a condition that the schema does not allow.
 */
export function encodeFilter(table: Table, filter: RowFilter): readonly unknown[] {
  if (filter === 'all') return [true];
  // The server takes an empty list for no restriction at all.
  if (filter === 'none' || filter.anyOf.length === 0) return [false];
  return filter.anyOf.map((condition) => encodeCondition(table, new Map(), condition));
}

/** As `encodeFilter`, for a server that may lack a column: then the table comes whole, as with the first `monitor`. */
export function encodeTolerantly(table: Table, filter: RowFilter): readonly unknown[] {
  try {
    return encodeFilter(table, filter);
  } catch (cause) {
    if (!(cause instanceof OvsdbError)) throw cause;
    if (cause.code === 'unknown-column') return [true];
    throw new OvsdbError('bad-option', `the filter of ${table.name}: ${cause.message}`, { cause });
  }
}
