import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Task } from './task.ts';

/**
 * What became of each task on each deployment, in SQLite: kept across restarts, so that what was done once stays done,
 * and a person sees when, how long, how much and by which version.
 */
export class Ledger implements Disposable {
  readonly #db: DatabaseSync;
  readonly #database: string;

  /**
   * @param file ':memory:' or a path; its folder is made.
   * @param database See `databaseIdentity`: lines of other deployments in the same file are not seen.
   * @param access To `read`, nothing is made and nothing can be written; where there is no file, nothing has run yet.
   * @throws LedgerError
   */
  constructor(file: string, database: string, access: LedgerAccess = 'write') {
    this.#database = database;
    try {
      this.#db = access === 'write' ? openToWrite(file) : openToRead(file);
    } catch (cause) {
      throw new LedgerError(file, access, cause);
    }
  }

  /** The last state of a task; undefined: it was never run here. */
  read(task: string): LedgerLine | undefined {
    const row = this.#db
      .prepare('SELECT * FROM runs WHERE database = ? AND task = ? ORDER BY id DESC LIMIT 1')
      .get(this.#database, task);
    return row === undefined ? undefined : lineOf(row);
  }

  /** The newest first; of all tasks where none is named. */
  history(limit: number, task?: string): readonly LedgerLine[] {
    const rows = this.#db
      .prepare('SELECT * FROM runs WHERE database = ? AND task = coalesce(?, task) ORDER BY id DESC LIMIT ?')
      .all(this.#database, task ?? null, limit);
    return rows.map(lineOf);
  }

  /** Consecutive runs of a task, up to the last, that threw. */
  failures(task: string): number {
    const row = this.#db
      .prepare(
        `SELECT count(*) AS failures FROM runs WHERE database = ?1 AND task = ?2 AND state = 'failed' AND id > coalesce(
           (SELECT max(id) FROM runs WHERE database = ?1 AND task = ?2 AND state <> 'failed'), 0)`,
      )
      .get(this.#database, task);
    return Number(row?.failures ?? 0);
  }

  write(line: LedgerLine): void {
    const { task, state, why, startedAtMs, endedAtMs, changed, version, fingerprint, details } = line;
    this.#db
      .prepare(
        `INSERT INTO runs (database, task, state, why, started_at_ms, ended_at_ms, changed, version, fingerprint, details)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        this.#database,
        task,
        state,
        why ?? null,
        startedAtMs,
        endedAtMs,
        changed,
        version,
        fingerprint,
        details.length === 0 ? null : JSON.stringify(details),
      );
    this.#forget(task);
  }

  /** What a person decided; undefined: nothing. */
  isEnabled(task: string): boolean | undefined {
    const row = this.#db
      .prepare('SELECT is_enabled FROM switches WHERE database = ? AND task = ?')
      .get(this.#database, task);
    return row === undefined ? undefined : row.is_enabled === 1;
  }

  enable(task: string, isEnabled: boolean): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO switches (database, task, is_enabled) VALUES (?, ?, ?)')
      .run(this.#database, task, isEnabled ? 1 : 0);
  }

  /** Runs that changed something are kept; of those that did not, the last few. */
  #forget(task: string): void {
    this.#db
      .prepare(
        `DELETE FROM runs WHERE database = ?1 AND task = ?2 AND changed = 0 AND id NOT IN (
           SELECT id FROM runs WHERE database = ?1 AND task = ?2 AND changed = 0 ORDER BY id DESC LIMIT ${KEPT_IDLE_RUNS})`,
      )
      .run(this.#database, task);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

export type LedgerAccess = 'read' | 'write';

function openToWrite(file: string): DatabaseSync {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: BUSY_MS });
  db.exec(SCHEMA);
  return db;
}

function openToRead(file: string): DatabaseSync {
  if (existsSync(file)) return new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  const empty = new DatabaseSync(':memory:');
  empty.exec(SCHEMA);
  empty.exec('PRAGMA query_only = ON');
  return empty;
}

export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code = 'no-access';
  readonly path: string;

  constructor(path: string, access: LedgerAccess, cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(`${path} can't be opened to ${access}: ${said}; see [driftline] state_path, and whose the file is`, {
      cause,
    });
    this.path = path;
  }
}

/** A person's word, and without one whether the task is on by itself. */
export const isEnabled = (task: Task, ledger: Ledger): boolean =>
  task.work.is !== 'elsewhere' && (ledger.isEnabled(task.name) ?? task.offBecause === undefined);

export type LedgerState = 'done' | 'pending' | 'observed' | 'refused' | 'failed' | 'skipped';

/** One run of a task. */
export interface LedgerLine {
  readonly task: string;
  readonly state: LedgerState;
  /** Why it is not done; of a failure, the cause. */
  readonly why: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Rows. */
  readonly changed: number;
  /** Driftline's. */
  readonly version: string;
  /** Of the configuration, release and schema that it was run under. */
  readonly fingerprint: string;
  /** What was changed beside the Northbound; that stands in the journal. */
  readonly details: readonly string[];
}

/** As many as a task may fail in a row and still be told from one that just began to. */
const KEPT_IDLE_RUNS = 200;

const lineOf = (row: Record<string, SQLOutputValue>): LedgerLine => ({
  task: String(row.task),
  state: String(row.state) as LedgerState,
  why: row.why === null ? undefined : String(row.why),
  startedAtMs: Number(row.started_at_ms),
  endedAtMs: Number(row.ended_at_ms),
  changed: Number(row.changed),
  version: String(row.version),
  fingerprint: String(row.fingerprint),
  details: row.details === null ? [] : (JSON.parse(String(row.details)) as readonly string[]),
});

const BUSY_MS = 5_000;

/** No write-ahead log: who reads one has to be able to write its folder. */
const SCHEMA = `
PRAGMA journal_mode = DELETE;
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY,
  database TEXT NOT NULL,
  task TEXT NOT NULL,
  state TEXT NOT NULL,
  why TEXT,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  version TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  details TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_task ON runs (database, task, id);
CREATE TABLE IF NOT EXISTS switches (
  database TEXT NOT NULL,
  task TEXT NOT NULL,
  is_enabled INTEGER NOT NULL,
  PRIMARY KEY (database, task)
) STRICT;
`;
