import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbClient, OvsdbError, op, type ReplicaRow, type RowInput } from '../../src/index.ts';
import { faults } from './faults.ts';
import { Random } from './random.ts';
import { counter, findViolations, type Outcome, type Seen } from './truth.ts';
import { heal, openWorld, readTruth, type World } from './world.ts';

export interface RunResult {
  readonly seed: number;
  /** How often each fault was done. */
  readonly faults: Readonly<Record<string, number>>;
  /** Transactions by what the client said of them. */
  readonly outcomes: Readonly<Record<Exclude<Outcome, object> | 'failed', number>>;
  /** How often the watching client was in sync anew, and how. */
  readonly syncs: Readonly<Record<string, number>>;
  readonly changes: number;
  readonly violations: readonly string[];
}

/** Long beyond anything that a healed cluster needs: who is not back by then has hung. */
const hungAfterMs = 120_000;

export { openWorld };

/**
 * One run: a client commits random transactions and another watches, both through links that suffer with the servers.
 * Then all is healed, and the truth is asked for (`truth.ts`).
 */
export async function runOnce(world: World, seed: number): Promise<RunResult> {
  const random = new Random(seed);
  world.random = new Random(~seed);
  const violations: string[] = [];
  const counts: Record<string, number> = {};
  const syncs: Record<string, number> = {};
  const options = {
    endpoints: world.endpoints,
    database: 'Library',
    maxBackoffMs: 200,
    attemptTimeoutMs: 1000,
    probeIntervalMs: 400,
    loadSilenceMs: 2000,
    leaderOnly: random.chance(0.7),
  };
  await heal(world);
  await using writer = await OvsdbClient.connect({ ...options, leaderOnly: true });
  await using watcher = await OvsdbClient.connect(options);
  const told = follow(watcher, violations);
  watcher.on('synced', ({ kind, method }) => add(syncs, `${kind} by ${method}`));
  await reset(writer);
  const stop = new AbortController();
  // Also where the run breaks off: whoever writes on keeps the process alive.
  using ending = new DisposableStack();
  ending.defer(() => stop.abort());
  const writing = write(writer, random, `t${seed}-`, stop.signal);
  for (let left = 2 + random.below(4); left > 0; left--) {
    await sleep(random.below(120));
    const name = random.pick(Object.keys(faults));
    add(counts, name);
    await faults[name]?.(world, random);
  }
  await sleep(random.below(150));
  stop.abort();
  await heal(world);
  const outcomes = await writing;
  const end = { timeoutMs: hungAfterMs };
  await Promise.all([writer.sync(end), watcher.sync(end)]).catch((error: unknown) =>
    violations.push(`a client did not come back: ${String(error)}`),
  );
  if (violations.length === 0)
    violations.push(...(await compare(world, { writer, watcher }, { told: told.rows, outcomes })));
  const tally = { committed: 0, failed: 0, unknown: 0, 'executed twice': 0 };
  for (const outcome of outcomes.values()) tally[typeof outcome === 'object' ? 'failed' : outcome]++;
  return { seed, faults: counts, outcomes: tally, syncs, changes: told.changes, violations };
}

const add = (counts: Record<string, number>, name: string) => {
  counts[name] = (counts[name] ?? 0) + 1;
};

interface Told {
  readonly rows: Map<string, ReplicaRow>;
  changes: number;
}

function follow(client: OvsdbClient, violations: string[]): Told {
  const told: Told = { rows: new Map(client.replica.table('Shelf').rows), changes: 0 };
  client.on('listenerError', ({ event, error }) => violations.push(`listener of ${event} threw: ${String(error)}`));
  client.on('update', ({ cause, changes }) => {
    for (const { table, uuid, before, after } of changes) {
      if (table !== 'Shelf') continue;
      told.changes++;
      if (told.rows.get(uuid) !== before)
        violations.push(`${cause}: a change of ${uuid} does not begin where the last ended`);
      if (after === undefined) told.rows.delete(uuid);
      else told.rows.set(uuid, after);
    }
  });
  return told;
}

/** An empty library but for the counter, whatever earlier runs have left. */
async function reset(writer: OvsdbClient): Promise<void> {
  for (;;) {
    try {
      await writer.transact([op.delete('Shelf', 'all-rows'), op.insert('Shelf', { name: counter })]);
      return;
    } catch (error) {
      if (!(error instanceof OvsdbError)) throw error;
      await writer.untilSynced({ timeoutMs: hungAfterMs });
    }
  }
}

async function write(
  writer: OvsdbClient,
  random: Random,
  prefix: string,
  signal: AbortSignal,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const under: Promise<void>[] = [];
  while (!signal.aborted) {
    const name = `${prefix}${outcomes.size}`;
    outcomes.set(name, 'unknown');
    const done = writer.transact(transactionOf(name, random), { timeoutMs: 3000 }).then(
      () => void outcomes.set(name, 'committed'),
      async (error: unknown) => {
        if (!(error instanceof OvsdbError)) throw error;
        outcomes.set(name, outcomeOf(error, name));
        if (error.code === 'not-connected') await sleep(20);
      },
    );
    under.push(done);
    // Some wait for their turn, some go out together.
    if (random.chance(0.6)) await done;
    await sleep(random.below(8));
  }
  await Promise.all(under);
  return outcomes;
}

/**
 * ovsdb-server executes a transaction again when its cluster changes the leader under it (`ovsdb/trigger.c`, "cluster
 * error"). If the first execution is committed after all, the second meets the first one's row, and that is what the
 * client is told: the refusal says nothing of whether the transaction is there.
 */
function outcomeOf(error: OvsdbError, name: string): Outcome {
  if (error.code === 'unknown-outcome') return 'unknown';
  const isOwnRow =
    error.code === 'constraint-violation' && error.message.includes(`identical values (${name}) for index`);
  return isOwnRow ? 'executed twice' : { failed: `${error.code}: ${error.message}` };
}

/** Makes a shelf of this name, counts it, and does something to the others; some are refused by the server. */
function transactionOf(name: string, random: Random) {
  const row = (): RowInput => ({
    numbers: Array.from({ length: random.below(6) }, () => random.below(10)),
    labels: new Map(Array.from({ length: random.below(4) }, () => [`k${random.below(5)}`, `v${random.below(3)}`])),
    width: random.chance(0.5) ? undefined : random.below(100),
  });
  const other = [['name', '==', `s${random.below(8)}`]] as const;
  const extra = [
    op.insert('Shelf', { name: `s${random.below(8)}`, ...row() }),
    op.delete('Shelf', other),
    op.update('Shelf', other, row()),
    op.mutate('Shelf', other, [['numbers', random.pick(['insert', 'delete']), [random.below(10)]]]),
    op.mutate('Shelf', other, [['labels', 'insert', new Map([[`k${random.below(5)}`, 'new']])]]),
  ];
  return [
    op.insert('Shelf', { name, ...row() }),
    op.mutate('Shelf', [['name', '==', counter]], [['visits', '+=', 1]]),
    ...Array.from({ length: random.below(3) }, () => random.pick(extra)),
  ];
}

/** Reads the truth elsewhere, and gives followers the time to learn what the leader has told. */
async function compare(
  world: World,
  { writer, watcher }: Clients,
  seen: Pick<Seen, 'told' | 'outcomes'>,
): Promise<string[]> {
  const truth = await readTruth(world, watcher);
  const rowsOf = (client: OvsdbClient) => new Map(client.replica.table('Shelf').rows);
  const look = () => findViolations({ ...seen, truth, watcher: rowsOf(watcher), writer: rowsOf(writer) });
  for (let turn = 0; turn < 100 && look().length > 0; turn++) await sleep(50);
  return look();
}

interface Clients {
  readonly writer: OvsdbClient;
  readonly watcher: OvsdbClient;
}
