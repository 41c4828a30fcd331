import type { RawBuilder } from 'kysely';
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

/** Proves that the database can be reached and is Neutron's. The handle cannot write: its sessions are read-only. */
export async function openNeutron(database: NeutronDatabase, options: ConnectOptions = {}): Promise<NeutronConnection> {
  const connection = new NeutronConnection(new Sessions(database, options, false));
  try {
    await connection.read(async (transaction) => {
      if (transaction.shape.has('alembic_version')) return;
      throw new NeutronReadError(
        'not-neutron',
        `${transaction.description} has no table alembic_version: is it Neutron's, and was neutron-db-manage run?`,
      );
    });
    return connection;
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
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
