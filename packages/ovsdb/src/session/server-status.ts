import { OvsdbError } from '../errors.ts';
import { Monitor } from '../monitor/monitor.ts';
import { ReplicaStore } from '../replica/replica.ts';
import { RowShape } from '../replica/row.ts';
import { parseSchema } from '../schema/parse-schema.ts';
import type { JsonValue } from '../wire/json-value.ts';
import type { DecodeRow } from '../wire/message-decoder.ts';
import type { RpcConnection } from '../wire/rpc-connection.ts';

/** What a server says of one database in its `_Server` database (ovsdb-server(5)). */
export interface DatabaseStatus {
  readonly model: 'standalone' | 'clustered' | 'relay';
  /** To the rest of its cluster, or to a relay's source. */
  readonly isConnected: boolean;
  readonly isLeader: boolean;
  /** False while a server joins its cluster, or a relay waits for its source. */
  readonly hasSchema: boolean;
  readonly clusterId: string | undefined;
  readonly serverId: string | undefined;
  /** Of the RAFT log: how new its data is. */
  readonly index: number | bigint | undefined;
}

/** Watches the `_Server` database of one connection. */
export class ServerStatus {
  readonly #database: string;
  readonly #replica = new ReplicaStore();
  readonly #monitor = new Monitor('_Server', this.#replica, 'server status');

  constructor(database: string) {
    this.#database = database;
    this.#replica.define('Database');
  }

  get monitorId(): string {
    return this.#monitor.id;
  }

  decoderFor(table: string): DecodeRow | undefined {
    return this.#monitor.decoderFor(table);
  }

  /** False when the server is too old to have `_Server`. */
  async start(connection: RpcConnection, timeoutMs: number): Promise<boolean> {
    let schema: JsonValue;
    try {
      schema = await connection.request('get_schema', ['_Server'], { timeoutMs });
    } catch (error) {
      if (error instanceof OvsdbError && ['unknown-database', 'unknown-method', 'rpc-error'].includes(error.code))
        return false;
      throw error;
    }
    const table = parseSchema(schema).tables.get('Database');
    if (table === undefined) return false;
    this.#monitor.setShapes(new Map([['Database', new RowShape(table, [...table.columns.keys()])]]));
    await this.#monitor.start(connection, () => {}, { timeoutMs });
    return true;
  }

  /** Whether it was a change of the status. */
  takeNotification(method: string, params: readonly JsonValue[]): boolean {
    return this.#monitor.takeNotification(method, params) !== undefined;
  }

  /** Why the server will not do; undefined when it will. */
  findFault(leaderOnly: boolean): string | undefined {
    const status = this.read();
    if (status !== undefined) return findFault(status, leaderOnly);
    const names = [...this.#replica.table('Database').rows.values()].map(({ name }) => String(name));
    const served = names.filter((name) => name !== '_Server').sort();
    return `it does not serve the database ${this.#database}; it serves ${served.join(', ') || 'none'}`;
  }

  /** Undefined when the server does not serve the database. */
  read(): DatabaseStatus | undefined {
    for (const row of this.#replica.table('Database').rows.values()) {
      if (row.name !== this.#database) continue;
      return {
        model: row.model as DatabaseStatus['model'],
        isConnected: row.connected === true,
        isLeader: row.leader === true,
        hasSchema: row.schema !== undefined,
        clusterId: row.cid as string | undefined,
        serverId: row.sid as string | undefined,
        index: row.index as number | bigint | undefined,
      };
    }
    return undefined;
  }
}

/** Why a server that serves the database will not do; undefined when it will. */
export function findFault(status: DatabaseStatus, leaderOnly: boolean): string | undefined {
  switch (status.model) {
    case 'clustered':
      if (!status.hasSchema) return 'it has not yet joined its cluster';
      if (!status.isConnected) return 'it is cut off from its cluster';
      return leaderOnly && !status.isLeader ? 'it is not the leader of its cluster' : undefined;
    case 'relay':
      if (!status.hasSchema || !status.isConnected) return 'it is a relay without a connection to its source';
      return leaderOnly ? 'it is a relay, which is never a leader' : undefined;
    default:
      return status.hasSchema ? undefined : 'it has no schema for the database';
  }
}
