import { setTimeout as sleep } from 'node:timers/promises';
import type { RawBuilder } from 'kysely';
import type { DatabaseSettings } from '../config/config.ts';
import type { EngineName, NeutronDatabase } from './database.ts';
import { NeutronReadError } from './read-error.ts';
import { type ConnectOptions, Sessions } from './sessions.ts';
import { type DatabaseShape, readShape } from './shape.ts';

/** What a read sees: one moment, until the function it was handed to returns. */
export interface ReadTransaction {
  readonly engine: EngineName;
  /** For messages. */
  readonly description: string;
  readonly shape: DatabaseShape;
  /** By this machine's clock, UTC milliseconds. */
  readonly beganAtMs: number;
  query<R>(statement: RawBuilder<R>): Promise<readonly R[]>;
}

export interface WriteTransaction {
  readonly engine: EngineName;
  query<R>(statement: RawBuilder<R>): Promise<readonly R[]>;
  /** The number of rows that an INSERT, UPDATE or DELETE concerned. */
  change(statement: RawBuilder<unknown>): Promise<number>;
}

/** Of the first connection, while a server may be starting; by default one attempt is made. */
export interface Patience {
  /** -1: never gives up. */
  readonly attempts?: number;
  readonly retryIntervalMs?: number;
  /** Told of each attempt that is followed by another. */
  readonly onRefused?: ((description: string, why: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What of [database] is about connecting. Where nothing is said of Galera, a read waits until this node has applied what
 * was committed on the others: what it did not see would look like drift.
 */
export const connectOptionsOf = (settings: DatabaseSettings): ConnectOptions & Patience => ({
  wsrepSyncWait: settings.mysqlWsrepSyncWait,
  attempts: settings.maxRetries,
  retryIntervalMs: settings.retryIntervalS * 1000,
});

/** Proves that the database can be reached and is Neutron's. The handle cannot write: its sessions are read-only. */
export async function openNeutron(
  database: NeutronDatabase,
  options: ConnectOptions & Patience = {},
): Promise<NeutronConnection> {
  const connection = new NeutronConnection(new Sessions(database, options, false));
  try {
    await untilReached(connection, options);
    return connection;
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

async function untilReached(connection: NeutronConnection, patience: Patience): Promise<void> {
  const { attempts = 1, retryIntervalMs = 0, onRefused, signal } = patience;
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.read(proveNeutrons, { signal });
    } catch (error) {
      const isPassing = error instanceof NeutronReadError && ['unreachable', 'timeout'].includes(error.code);
      if (!isPassing || (attempts >= 0 && attempt >= attempts)) throw error;
      onRefused?.(connection.description, error.message);
      await sleep(retryIntervalMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

async function proveNeutrons({ shape, description }: ReadTransaction): Promise<void> {
  if (shape.has('alembic_version')) return;
  throw new NeutronReadError(
    'not-neutron',
    `${description} has no table alembic_version: is it Neutron's, and was neutron-db-manage run?`,
  );
}

/** The handle for `revisions.ts`. A dry run never makes one. */
export function openWritable(database: NeutronDatabase, options: ConnectOptions = {}): WritableNeutronConnection {
  return new WritableNeutronConnection(new Sessions(database, options, true));
}

/** Reads Neutron's database. Sessions are opened as needed and kept; after a failure the next read opens another. */
export class NeutronConnection {
  readonly #sessions: Sessions;
  #shape: { readonly heads: string; readonly shape: DatabaseShape } | undefined;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** For messages; names no password. */
  get description(): string {
    return this.#sessions.description;
  }

  get engine(): EngineName {
    return this.#sessions.engineName;
  }

  /** Several reads may run at once, each on a session of its own. Ends with NeutronReadError, or with what `body` throws. */
  async read<T>(
    body: (transaction: ReadTransaction) => Promise<T>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    const { description } = this.#sessions;
    return this.#sessions.transact(options.signal, async (run, engine) => {
      const query = async <R>(statement: RawBuilder<R>) => (await run(statement)).rows;
      const beganAtMs = Date.now();
      this.#shape = await readShape(engine, query, this.#shape);
      return body({ engine: engine.name, description, shape: this.#shape.shape, beganAtMs, query });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions.close();
  }
}

export class WritableNeutronConnection {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** `body` may run more than once: conflicts with other transactions are tried again. */
  async write<T>(
    body: (transaction: WriteTransaction) => Promise<T>,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    return this.#sessions.transact(options.signal, (run, engine) =>
      body({
        engine: engine.name,
        query: async (statement) => (await run(statement)).rows,
        change: async (statement) => Number((await run(statement)).numAffectedRows ?? 0n),
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions.close();
  }
}
