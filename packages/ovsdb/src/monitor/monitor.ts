/**
 * monitor/: asking a server to send a database's content and its changes, and taking them into a replica.
 */
import { OvsdbError } from '../errors.ts';
import type { ReplicaStore, RowUpdate, TableUpdate } from '../replica/replica.ts';
import type { RowChange } from '../replica/replica-table.ts';
import type { RowShape } from '../replica/row.ts';
import type { Table } from '../schema/database.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../wire/json-value.ts';
import { type DecodeRow, RowBatch } from '../wire/message-decoder.ts';
import type { RpcConnection } from '../wire/rpc-connection.ts';
import { encodeTolerantly, MonitorConditions } from './conditions.ts';
import { rowDecoder } from './row-decoder.ts';

export const monitorMethods = ['monitor_cond_since', 'monitor_cond', 'monitor'] as const;
export type MonitorMethod = (typeof monitorMethods)[number];

/** How the replica came to be complete: filled for the first time, brought up to date, or loaded anew. */
export type SyncKind = 'initial' | 'resumed' | 'reloaded';

export interface SyncResult {
  readonly kind: SyncKind;
  readonly method: MonitorMethod;
  readonly changes: readonly RowChange[];
}

const nilUuid = '00000000-0000-0000-0000-000000000000';
const methodOfNotification: { readonly [method: string]: true } = { update: true, update2: true, update3: true };

/**
 * The one monitor of one database. Outlives connections: it holds what is needed to resume on the next.
 *
 * Invariants (docs/spec/replica.md):
 * - [R4] There is never more than one monitor for a database on a connection, so a reload may replace all rows.
 * - [R5] `lastTransactionId` names exactly the state that the replica holds: it is taken from each reply, found or
 *   not, and from each update3, in the same step that applies the changes; it is forgotten on any doubt.
 * - [R9], [R10] Conditions: `conditions.ts`.
 */
export class Monitor {
  readonly id: string;
  readonly #database: string;
  readonly #replica: ReplicaStore;
  #shapes: ReadonlyMap<string, RowShape> = new Map();
  #decoders = new Map<string, (...row: Parameters<DecodeRow>) => RowUpdate>();
  #tables: ReadonlyMap<string, Table> = new Map();
  readonly #conditions = new MonitorConditions();
  #method: MonitorMethod | undefined;
  #lastTransactionId: string | undefined;
  #hasLoaded = false;
  /** Counts the starts, so that an answer to what belonged to an earlier one is known for stale. */
  #epoch = 0;

  /** The id tells it from other monitors of the connection. */
  constructor(database: string, replica: ReplicaStore, id = `monitor ${database}`) {
    this.id = id;
    this.#database = database;
    this.#replica = replica;
  }

  get lastTransactionId(): string | undefined {
    return this.#lastTransactionId;
  }

  get conditions(): MonitorConditions {
    return this.#conditions;
  }

  /**
   * Which tables and columns to ask for; when they differ from before, the next start loads everything. `tables` are
   * the schema's, for the conditions.
   */
  setShapes(shapes: ReadonlyMap<string, RowShape>, tables: ReadonlyMap<string, Table> = new Map()): void {
    this.#tables = tables;
    const isSame =
      shapes.size === this.#shapes.size &&
      [...shapes].every(([table, shape]) => this.#shapes.get(table)?.isSameAs(shape) === true);
    if (isSame) return;
    this.forget();
    this.#shapes = shapes;
    this.#decoders = new Map([...shapes].map(([table, shape]) => [table, rowDecoder(shape)]));
  }

  /** Makes the next start load everything instead of resuming. */
  forget(): void {
    this.#lastTransactionId = undefined;
  }

  decoderFor(table: string): DecodeRow | undefined {
    return this.#decoders.get(table);
  }

  /**
   * Asks with the best method that the server has. `onSynced` is called before any later message is looked at.
   * `timeoutMs` is for the reply, which may be as large as the database; `changeTimeoutMs` for a change of conditions.
   */
  async start(
    connection: RpcConnection,
    onSynced: (result: SyncResult) => void,
    { timeoutMs, changeTimeoutMs }: { readonly timeoutMs?: number; readonly changeTimeoutMs?: number } = {},
  ): Promise<void> {
    const rowDecoderFor = (table: string) => this.decoderFor(table);
    this.#epoch++;
    if (!this.#conditions.begin(this.#lastTransactionId !== undefined)) this.forget();
    for (const method of monitorMethods) {
      const onReply = (reply: JsonValue) => {
        const result = this.#takeReply(method, reply);
        this.#method = method;
        onSynced(result);
        this.#conditions.confirmBegin();
        this.sendConditions(connection, changeTimeoutMs);
      };
      try {
        await connection.request(method, this.#params(method), { timeoutMs, onReply, rowDecoderFor });
        return;
      } catch (error) {
        if (!(error instanceof OvsdbError) || error.code !== 'unknown-method') throw error;
      }
    }
    throw new OvsdbError('protocol-error', `${connection.name} has no method to monitor ${this.#database}`);
  }

  #params(method: MonitorMethod): unknown[] {
    const requests = Object.fromEntries(
      [...this.#shapes.values()].map((shape) => {
        const request = { columns: [...shape.columns.keys()] };
        if (method === 'monitor') return [shape.table, request];
        const where = this.#where(shape.table);
        return [shape.table, [where === undefined ? request : { ...request, where }]];
      }),
    );
    const params: unknown[] = [this.#database, this.id, requests];
    return method === 'monitor_cond_since' ? [...params, this.#lastTransactionId ?? nilUuid] : params;
  }

  /** Undefined when the table is wanted whole. */
  #where(name: string): readonly unknown[] | undefined {
    const table = this.#tables.get(name);
    const filter = this.#conditions.ackedFilter(name);
    return table === undefined || filter === 'all' ? undefined : encodeTolerantly(table, filter);
  }

  /**
   * Asks the server to follow the newest conditions, unless it is being asked already: the answer to that asks again.
   * The rows that leave and enter come before the answer, as an update (ovsdb-server(7), "Monitor_cond_change").
   *
   * A server that has no more than `monitor` sends all rows anyway; there the conditions count as followed.
   */
  sendConditions(connection: RpcConnection, timeoutMs?: number): void {
    const epoch = this.#epoch;
    const request = this.#conditions.takeRequest();
    if (request === undefined) return;
    const changes = [...request].flatMap(([name, filter]) => {
      const table = this.#shapes.has(name) ? this.#tables.get(name) : undefined;
      return table === undefined ? [] : [[name, [{ where: encodeTolerantly(table, filter) }]] as const];
    });
    if (this.#method === 'monitor' || changes.length === 0) {
      this.#conditions.acknowledge();
      return;
    }
    const onReply = () => {
      if (epoch !== this.#epoch) return;
      this.#conditions.acknowledge();
      this.sendConditions(connection, timeoutMs);
    };
    const params = [this.id, this.id, Object.fromEntries(changes)];
    connection.request('monitor_cond_change', params, { timeoutMs, onReply }).catch((cause: unknown) => {
      if (epoch !== this.#epoch || connection.isClosed) return;
      const error = cause instanceof OvsdbError ? cause : new OvsdbError('protocol-error', String(cause), { cause });
      // Some tables may follow and others not: begin anew.
      this.forget();
      if (error.code !== 'timeout') this.#conditions.refuse(error);
      connection.close(error);
    });
  }

  #takeReply(method: MonitorMethod, reply: JsonValue): SyncResult {
    if (method !== 'monitor_cond_since') {
      this.forget();
      return this.#reload(method, reply);
    }
    if (!isJsonArray(reply) || typeof reply[0] !== 'boolean' || typeof reply[1] !== 'string') {
      throw new OvsdbError('protocol-error', 'malformed reply to monitor_cond_since');
    }
    const [isFound, transactionId, updates] = reply;
    const isResumed = isFound && this.#lastTransactionId !== undefined;
    const result: SyncResult = isResumed
      ? { kind: 'resumed', method, changes: this.#apply(updates) }
      : this.#reload(method, updates);
    this.#lastTransactionId = transactionId === nilUuid ? undefined : transactionId;
    return result;
  }

  #reload(method: MonitorMethod, updates: JsonValue | undefined): SyncResult {
    const changes = this.#replica.reload(this.#shapes, toTableUpdates(updates));
    const kind = this.#hasLoaded ? 'reloaded' : 'initial';
    this.#hasLoaded = true;
    return { kind, method, changes };
  }

  /** The changes of a notification; undefined when it is not one of this monitor's updates. */
  takeNotification(method: string, params: readonly JsonValue[]): readonly RowChange[] | undefined {
    if (methodOfNotification[method] !== true || params[0] !== this.id) return undefined;
    if (method !== 'update3') return this.#apply(params[1]);
    const [, transactionId, updates] = params;
    const changes = this.#apply(updates);
    this.#lastTransactionId = typeof transactionId === 'string' ? transactionId : undefined;
    return changes;
  }

  #apply(updates: JsonValue | undefined): RowChange[] {
    try {
      return this.#replica.apply(toTableUpdates(updates));
    } catch (error) {
      this.forget();
      throw error;
    }
  }
}

function toTableUpdates(updates: JsonValue | undefined): TableUpdate[] {
  if (!isJsonObject(updates)) throw new OvsdbError('protocol-error', 'table updates must be an object');
  return Object.entries(updates).map(([table, batch]: [string, unknown]) => {
    if (!(batch instanceof RowBatch)) {
      throw new OvsdbError('protocol-error', `update of table ${table}, which is not monitored`);
    }
    return { table, rows: batch.rows as RowUpdate[] };
  });
}
