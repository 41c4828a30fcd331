import { DatabaseSync } from 'node:sqlite';
import { type Operation, op, type ReplicaRow } from '@driftline/ovsdb';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { check } from '../../src/reconcile/reconcile.ts';
import { type Attempt, attemptTask } from '../../src/tasks/attempt.ts';
import { findTask } from '../../src/tasks/catalogue/catalogue.ts';
import { databaseIdentity } from '../../src/tasks/fingerprint.ts';
import { Ledger } from '../../src/tasks/ledger.ts';
import { Bench } from '../campaigns/bench.ts';
import type { ForeignRows } from '../campaigns/foreign-rows.ts';
import type { NorthboundView } from '../campaigns/northbound-view.ts';
import { comparePictures, type Picture } from '../campaigns/picture.ts';
import { openDeploymentOf } from '../golden/deployment.ts';
import type { Golden, GoldenRelease } from '../lab/golden.ts';

/** A golden deployment among foreign rows, to bring into the state that made upstream write a task. */
export class TaskBench implements AsyncDisposable {
  readonly bench: Bench;
  readonly sqlite: DatabaseSync;
  readonly #journal = new Journal(':memory:');

  private constructor(bench: Bench) {
    this.bench = bench;
    this.sqlite = new DatabaseSync(bench.golden.databaseUrl.replace('sqlite:///', ''));
  }

  static async open(release: GoldenRelease): Promise<TaskBench> {
    return new TaskBench(await Bench.open(release));
  }

  /** Neutron's rows of a table, by name or match. */
  rows(table: string, isFit: (row: ReplicaRow) => boolean = () => true): readonly ReplicaRow[] {
    return this.bench
      .view()
      .rows(table)
      .filter((row) => !this.bench.foreign.rows.has(row._uuid) && isFit(row))
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  row(table: string, isFit: (row: ReplicaRow) => boolean = () => true): ReplicaRow {
    const [first] = this.rows(table, isFit);
    if (first === undefined) throw new Error(`the deployment has no such row in ${table}`);
    return first;
  }

  async change(operations: readonly Operation[]): Promise<void> {
    if (operations.length > 0) await this.bench.client.transact(operations);
    await this.bench.client.sync();
  }

  /** Runs a task twice, as a command line with these options would. */
  async runTwice(name: string, flags: readonly string[] = []): Promise<readonly [Attempt, Attempt]> {
    const ended = await runTaskTwice(this.bench.golden, name, flags, this.#journal);
    await this.bench.client.sync();
    return ended;
  }

  foreignPicture(): Picture {
    return pictureForeign(this.bench.view(), this.bench.foreign);
  }

  /** What of other owners was changed since. */
  harmedSince(before: Picture): readonly string[] {
    return comparePictures(before, this.foreignPicture());
  }

  /** Everything as the present release has it. */
  async mend(): Promise<void> {
    // Not `takeLock`, which gives whoever has it a moment.
    await this.bench.deployment.northbound.client.stealLock();
    for (let round = 0; round < 3; round++) {
      const verdict = await this.bench.check();
      if (verdict.drift.length + verdict.backfill.length === 0) return;
      await this.bench.mend(verdict);
    }
    throw new Error('the deployment could not be mended');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sqlite.close();
    this.#journal[Symbol.dispose]();
    await this.bench[Symbol.asyncDispose]();
  }
}

/** Everything of other owners, rows and keys, by where it is. */
export function pictureForeign(view: NorthboundView, { rows, keys }: ForeignRows): Picture {
  const picture = new Map<string, Readonly<Record<string, string>>>();
  for (const uuid of rows) {
    const row = view.row(uuid);
    picture.set(uuid, { row: row === undefined ? 'gone' : JSON.stringify(row, mapAsList) });
  }
  for (const place of keys) {
    const [uuid = '', column = '', ...key] = place.split(' ');
    const cell = view.row(uuid)?.[column];
    picture.set(place, { value: cell instanceof Map ? String(cell.get(key.join(' '))) : 'gone' });
  }
  return picture;
}

/** As two commands would that follow each other, with these options. */
export async function runTaskTwice(
  golden: Golden,
  name: string,
  flags: readonly string[],
  journal: Journal,
): Promise<readonly [Attempt, Attempt]> {
  const task = findTask(name);
  if (task === undefined) throw new Error(`there is no task ${name}`);
  await using opened = new AsyncDisposableStack();
  const deployment = opened.use(await openDeploymentOf(golden, { writable: true, flags }));
  await deployment.northbound.client.stealLock();
  const neutron = opened.use(openWritable(deployment.config.database.url));
  const ledger = opened.use(new Ledger(':memory:', databaseIdentity(deployment)));
  const tools = {
    deployment,
    neutron,
    ledger,
    journal,
    limits: { maxDeletes: 100, maxDeleteShare: 0.1, maxGatewayShare: 0.5 },
    look: () => check(deployment),
    version: 'test',
  };
  const first = await attemptTask(task, tools);
  return [first, await attemptTask(task, tools)];
}

const nameOf = (row: ReplicaRow): string => String(row.name ?? row.match ?? row._uuid);

const mapAsList = (_key: string, value: unknown): unknown => (value instanceof Map ? [...value].sort() : value);

/* Words for states and ends. */

export const put = (
  row: ReplicaRow,
  table: string,
  column: string,
  entries: Readonly<Record<string, string>>,
): Operation =>
  op.mutate(table, row._uuid, [
    [column, 'delete', Object.keys(entries)],
    [column, 'insert', new Map(Object.entries(entries))],
  ]);

export const drop = (row: ReplicaRow, table: string, column: string, ...keys: readonly string[]): Operation =>
  op.mutate(table, row._uuid, [[column, 'delete', keys]]);

/** A key of a map column of each row; undefined where it is not there. */
export const keyOf = (rows: readonly ReplicaRow[], column: string, key: string): readonly unknown[] =>
  rows.map((row) => (row[column] as ReadonlyMap<string, unknown>).get(key));
