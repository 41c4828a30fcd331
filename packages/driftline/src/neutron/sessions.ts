import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, type QueryResult, type RawBuilder, sql } from 'kysely';
import { describeDatabase, type EngineName, type NeutronDatabase } from './database.ts';
import { type Engine, errorField } from './engines/engine.ts';
import { openEngine } from './engines/open-engine.ts';
import { NeutronReadError } from './read-error.ts';
import { retryDelayMs } from './retry.ts';

export interface ConnectOptions {
  /** For a session to be up, authentication and settings included. 10 s. */
  readonly connectTimeoutMs?: number;
  /** For one statement. 60 s. */
  readonly queryTimeoutMs?: number;
  /** Galera's wsrep_sync_wait. 1: a read waits until this node has applied what was committed on the others before. */
  readonly wsrepSyncWait?: number | undefined;
}

export type Run = <R>(statement: RawBuilder<R>) => Promise<QueryResult<R>>;

interface Session {
  readonly engine: Engine;
  readonly kysely: Kysely<unknown>;
}

const maxIdleSessions = 2;

/**
 * The sessions of one handle, each lent to one transaction at a time.
 *
 * Invariants:
 * 1. No wait on the wire is without a deadline, and when one passes the session is broken off, never reused.
 * 2. A session goes back to the idle ones only after its transaction has ended on the server.
 * 3. Whatever a driver throws leaves as NeutronReadError.
 */
export class Sessions {
  readonly description: string;
  readonly engineName: EngineName;
  readonly #database: NeutronDatabase;
  readonly #writable: boolean;
  readonly #connectTimeoutMs: number;
  readonly #queryTimeoutMs: number;
  readonly #wsrepSyncWait: number;
  readonly #closed = new AbortController();
  readonly #idle: Session[] = [];

  constructor(database: NeutronDatabase, options: ConnectOptions, writable: boolean) {
    this.description = describeDatabase(database);
    this.engineName = database.engine;
    this.#database = database;
    this.#writable = writable;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.#queryTimeoutMs = options.queryTimeoutMs ?? 60_000;
    this.#wsrepSyncWait = options.wsrepSyncWait ?? 1;
  }

  /** `body` runs again after a conflict, from a new beginning. */
  async transact<T>(signal: AbortSignal | undefined, body: (run: Run, engine: Engine) => Promise<T>): Promise<T> {
    const stop = signal === undefined ? this.#closed.signal : AbortSignal.any([signal, this.#closed.signal]);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(stop, body);
      } catch (error) {
        const delayMs = error instanceof NeutronReadError ? retryDelayMs(error.code, attempt) : undefined;
        if (delayMs === undefined || stop.aborted) throw error;
        // Jitter, so that two who met in a deadlock do not meet again.
        await sleep(delayMs * (0.5 + Math.random()), undefined, { signal: stop }).catch(() => {});
      }
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#idle.splice(0).map((session) => this.#end(session)));
  }

  async #attempt<T>(stop: AbortSignal, body: (run: Run, engine: Engine) => Promise<T>): Promise<T> {
    if (stop.aborted) throw this.#stopped(stop);
    const session = await this.#take(stop);
    const { engine } = session;
    const run: Run = (statement) => this.#run(session, statement, this.#queryTimeoutMs, stop);
    try {
      for (const statement of this.#writable ? [engine.beginWrite] : engine.beginRead) await run(statement);
      const result = await body(run, engine);
      await run(sql`commit`);
      this.#giveBack(session);
      return result;
    } catch (error) {
      await this.#rollBack(session);
      throw error;
    }
  }

  /** Opens the session if need be, so that the deadline of connecting is not mistaken for that of a statement. */
  async #take(stop: AbortSignal): Promise<Session> {
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop()) {
      if (!session.engine.isBroken()) return session;
      void this.#end(session);
    }
    const engine = await openEngine(this.#database, {
      writable: this.#writable,
      connectTimeoutMs: this.#connectTimeoutMs,
      queryTimeoutMs: this.#queryTimeoutMs,
      wsrepSyncWait: this.#wsrepSyncWait,
    });
    const session = { engine, kysely: new Kysely<unknown>({ dialect: engine.dialect }) };
    try {
      await this.#run(session, sql`select 1`, this.#connectTimeoutMs, stop);
    } catch (error) {
      engine.abandon();
      void this.#end(session);
      throw error;
    }
    return session;
  }

  #giveBack(session: Session): void {
    if (this.#closed.signal.aborted || session.engine.isBroken() || this.#idle.length >= maxIdleSessions) {
      void this.#end(session);
    } else this.#idle.push(session);
  }

  /** Upholds 2: a session that cannot say that its transaction is over is broken off. */
  async #rollBack(session: Session): Promise<void> {
    try {
      if (session.engine.isBroken()) throw new Error('the session is broken');
      await this.#run(session, sql`rollback`, this.#connectTimeoutMs, undefined);
      this.#giveBack(session);
    } catch {
      session.engine.abandon();
      void this.#end(session);
    }
  }

  async #run<R>(
    { engine, kysely }: Session,
    statement: RawBuilder<R>,
    timeoutMs: number,
    stop: AbortSignal | undefined,
  ): Promise<QueryResult<R>> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    // Upholds 1. The statement's own promise may then never settle; nobody waits for it.
    const breakOff = (error: NeutronReadError) => {
      engine.abandon();
      reject(error);
    };
    const timer = setTimeout(() => breakOff(this.#timedOut(timeoutMs)), timeoutMs);
    const onStop = () => breakOff(this.#stopped(stop));
    stop?.addEventListener('abort', onStop, { once: true });
    try {
      if (stop?.aborted === true) throw this.#stopped(stop);
      return await Promise.race([kysely.executeQuery(statement.compile(kysely)), ended]);
    } catch (error) {
      throw this.#translate(error, engine);
    } finally {
      clearTimeout(timer);
      stop?.removeEventListener('abort', onStop);
    }
  }

  #translate(error: unknown, engine: Engine): NeutronReadError {
    if (error instanceof NeutronReadError) return error;
    const kind = engine.classify(error) ?? {
      code: 'refused',
      remedy: 'this may be a fault of Driftline: please report it',
    };
    const said = error instanceof AggregateError ? String(errorField(error, 'code')) : errorText(error);
    return new NeutronReadError(kind.code, `${this.description}: ${said}; ${kind.remedy}`, { cause: error });
  }

  #timedOut(timeoutMs: number): NeutronReadError {
    return new NeutronReadError(
      'timeout',
      `${this.description} did not answer within ${timeoutMs} ms; is the server overloaded, or a firewall dropping packets?`,
    );
  }

  #stopped(stop: AbortSignal | undefined): NeutronReadError {
    return new NeutronReadError('closed', `${this.description}: the read was called off`, { cause: stop?.reason });
  }

  async #end({ engine, kysely }: Session): Promise<void> {
    const grace = setTimeout(() => engine.abandon(), this.#connectTimeoutMs);
    grace.unref();
    try {
      await kysely.destroy();
    } catch {
      // It is gone either way.
    } finally {
      clearTimeout(grace);
    }
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
