import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Outcome, OutcomeKind } from '../apply/outcome.ts';
import type { Change } from '../diff/change.ts';
import type { Plan, PlannedTransaction } from '../plan/plan.ts';

/**
 * journal/: what was changed, why, when, what was there before, and how it ended. Written before a transaction is sent
 * and closed after it, so that a crash leaves an open entry: `pending` means that nobody knows.
 */
export class Journal implements Disposable {
  readonly #db: DatabaseSync;

  /** @param file ':memory:' or a path; its folder is made. */
  constructor(file: string) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    this.#db = new DatabaseSync(file);
    this.#db.exec(SCHEMA);
  }

  /** Opens a run: one apply of one plan. */
  begin(plan: Plan, command: string, startedAtMs: number): JournalRun {
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO runs (command, neutron_release, planned_at_ms, started_at_ms) VALUES (?, ?, ?, ?)')
      .run(command, plan.release, plan.createdAtMs, startedAtMs);
    return new JournalRun(this.#db, Number(lastInsertRowid));
  }

  /** The newest first. */
  entries(limit: number): readonly JournalEntry[] {
    const rows = this.#db.prepare('SELECT * FROM entries ORDER BY id DESC LIMIT ?').all(limit);
    return rows.map((row) => ({
      id: Number(row.id),
      runId: Number(row.run_id),
      unitType: String(row.unit_type),
      unitId: String(row.unit_id),
      changes: JSON.parse(String(row.changes)) as readonly Change[],
      state: String(row.state) as JournalState,
      detail: row.detail === null ? undefined : String(row.detail),
      startedAtMs: Number(row.started_at_ms),
      endedAtMs: row.ended_at_ms === null ? undefined : Number(row.ended_at_ms),
    }));
  }

  /**
   * Forgets what was begun before then, the oldest first and no more than `most` entries at once: SQLite blocks who asks.
   * The file does not shrink; what comes next takes the room. Answers how many entries went.
   */
  prune(beforeMs: number, most = PRUNED_AT_ONCE): number {
    const { changes } = this.#db
      .prepare(
        // Ids grow with time: only what goes is looked at.
        `DELETE FROM entries WHERE id IN (SELECT id FROM entries ORDER BY id LIMIT ?2) AND started_at_ms < ?1`,
      )
      .run(beforeMs, most);
    this.#db
      .prepare('DELETE FROM runs WHERE started_at_ms < ? AND NOT EXISTS (SELECT 1 FROM entries WHERE run_id = runs.id)')
      .run(beforeMs);
    return Number(changes);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

const PRUNED_AT_ONCE = 10_000;

export type JournalState = OutcomeKind | 'pending';

export interface JournalEntry {
  readonly id: number;
  readonly runId: number;
  readonly unitType: string;
  readonly unitId: string;
  /** With reasons and before-images: the guard of an update, the whole row of a delete. */
  readonly changes: readonly Change[];
  readonly state: JournalState;
  readonly detail: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
}

export class JournalRun {
  readonly #db: DatabaseSync;
  readonly #id: number;
  readonly #open = new Map<PlannedTransaction, number>();

  constructor(db: DatabaseSync, id: number) {
    this.#db = db;
    this.#id = id;
  }

  /** On disk when it returns. */
  start(transactions: readonly PlannedTransaction[], atMs: number): void {
    const insert = this.#db.prepare(
      "INSERT INTO entries (run_id, unit_type, unit_id, changes, state, started_at_ms) VALUES (?, ?, ?, ?, 'pending', ?)",
    );
    this.#atomically(() => {
      for (const transaction of transactions) {
        const { unit, changes } = transaction;
        const { lastInsertRowid } = insert.run(this.#id, unit.type, unit.id, JSON.stringify(changes), atMs);
        this.#open.set(transaction, Number(lastInsertRowid));
      }
    });
  }

  end(outcomes: readonly Outcome[], atMs: number): void {
    const update = this.#db.prepare('UPDATE entries SET state = ?, detail = ?, ended_at_ms = ? WHERE id = ?');
    this.#atomically(() => {
      for (const outcome of outcomes) {
        const id = this.#open.get(outcome.transaction);
        if (id === undefined) continue;
        update.run(outcome.is, 'why' in outcome ? outcome.why : null, atMs, id);
        this.#open.delete(outcome.transaction);
      }
    });
  }

  finish(atMs: number): void {
    this.#db.prepare('UPDATE runs SET finished_at_ms = ? WHERE id = ?').run(atMs, this.#id);
  }

  #atomically(write: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      write();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

const SCHEMA = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = 5000;
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  neutron_release TEXT NOT NULL,
  planned_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL,
  finished_at_ms INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs (id),
  unit_type TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  changes TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS entries_by_run ON entries (run_id);
CREATE INDEX IF NOT EXISTS entries_by_unit ON entries (unit_type, unit_id);
`;
