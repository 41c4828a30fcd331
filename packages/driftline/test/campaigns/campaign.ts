import type { Outcome } from '../../src/apply/outcome.ts';
import type { Change } from '../../src/diff/change.ts';
import type { Verdict } from '../../src/reconcile/judge.ts';
import type { GoldenRelease } from '../lab/golden.ts';
import { Bench } from './bench.ts';
import { drawMutation } from './mutate.ts';
import type { Mutation, MutationKind } from './mutation.ts';
import { comparePictures, type Picture } from './picture.ts';
import { World } from './world.ts';

export interface CampaignOptions {
  readonly release: GoldenRelease;
  readonly seed: number;
  readonly count: number;
  /** Mutations made before the next check. */
  readonly together: number;
  /** Number of the first mutation. */
  readonly first?: number;
  readonly onBatch?: (done: number, misses: number) => void;
}

export interface Miss {
  /** Run again with `--first` this, and `--count` as many as were made together. */
  readonly first: number;
  readonly mutations: readonly string[];
  /** What went wrong, in the words of the picture or of the outcome. */
  readonly problems: readonly string[];
}

export interface CampaignReport {
  readonly made: number;
  /** By table and kind. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<MutationKind, number>>;
  /** Seen, but told as an earlier release's shape and not as drift. */
  readonly asHistory: readonly string[];
  readonly misses: readonly Miss[];
}

/**
 * Harms a deployment again and again. Each time: `check` must tell of every single mutation, `repair` must undo them all,
 * the next check must be clean, and the picture must be the one from before, foreign rows included. A single mutation is
 * undone in one round; many together may need what the command allows: a row that lost what proves it Neutron's is told
 * again when that is mended.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { release, seed, count, together, first = 0, onBatch } = options;
  const counts = new Map<string, Map<MutationKind, number>>();
  const asHistory: string[] = [];
  const misses: Miss[] = [];
  let arena = await Arena.open(release);
  try {
    for (let done = 0; done < count; done += together) {
      const size = Math.min(together, count - done);
      const batch = await arena.harm(seed, first + done, size);
      for (const { table, kind } of batch) {
        const kinds = counts.get(table) ?? new Map<MutationKind, number>();
        counts.set(table, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
      }
      const { problems, history } = await arena.heal(batch);
      asHistory.push(...history);
      if (problems.length > 0) {
        misses.push({ first: first + done, mutations: batch.map(({ what }) => what), problems });
        await arena[Symbol.asyncDispose]();
        arena = await Arena.open(release);
      }
      onBatch?.(done + size, misses.length);
    }
    const lowered = arena.loweredRevisions();
    if (lowered.length > 0) misses.push({ first, mutations: [], problems: lowered });
  } finally {
    await arena[Symbol.asyncDispose]();
  }
  return { made: count, counts, asHistory, misses };
}

/** One deployment, and how it was in the beginning. */
class Arena implements AsyncDisposable {
  readonly #bench: Bench;
  readonly #picture: Picture;
  readonly #revisions: ReadonlyMap<string, number>;

  private constructor(bench: Bench) {
    this.#bench = bench;
    this.#picture = bench.picture();
    this.#revisions = bench.revisions();
  }

  static async open(release: GoldenRelease): Promise<Arena> {
    const bench = await Bench.open(release);
    const remaining = [...namesIn(await bench.check())];
    if (remaining.length === 0) return new Arena(bench);
    await bench[Symbol.asyncDispose]();
    throw new Error(`${release} does not begin clean:\n${remaining.join('\n')}`);
  }

  async harm(seed: number, first: number, size: number): Promise<readonly Mutation[]> {
    const { client, foreign } = this.#bench;
    const touched = new Set<string>();
    const batch: Mutation[] = [];
    for (let index = first; index < first + size; index++) {
      const mutation = drawMutation(new World(this.#bench.view(), foreign, touched), seed, index);
      const results = await client.transact(mutation.operations);
      const inserted = results.flatMap(({ uuid }) => uuid ?? []);
      for (const uuid of [...mutation.touched, ...inserted]) touched.add(uuid);
      const { tables, rows } = mutation.concerns;
      batch.push({ ...mutation, concerns: { tables, rows: [...rows, ...inserted] } });
    }
    return batch;
  }

  async heal(batch: readonly Mutation[]): Promise<{ problems: readonly string[]; history: readonly string[] }> {
    const bench = this.#bench;
    const problems: string[] = [];
    const history: string[] = [];
    const verdict = await bench.check();
    for (const mutation of batch) {
      if (isSeen(mutation, verdict.drift)) continue;
      if (isSeen(mutation, verdict.backfill)) history.push(mutation.what);
      else problems.push(`not seen: ${mutation.what}`);
    }
    const isAlone = batch.length === 1;
    let last = verdict;
    for (let round = 1; round <= (isAlone ? 1 : ROUNDS) && !isClean(last); round++) {
      const outcomes = await bench.mend(last);
      if (isAlone) problems.push(...outcomes.flatMap(failureOf));
      last = await bench.check();
    }
    for (const name of namesIn(last)) problems.push(`still told after the repair: ${name}`);
    problems.push(...comparePictures(this.#picture, bench.picture()));
    return { problems, history };
  }

  /** What a repair writes to `ovn_revision_numbers` is what was there: only OVN was harmed. */
  loweredRevisions(): readonly string[] {
    const now = this.#bench.revisions();
    return [...this.#revisions].flatMap(([resource, revision]) =>
      (now.get(resource) ?? -1) >= revision
        ? []
        : [`ovn_revision_numbers of ${resource} was ${revision}, is ${now.get(resource) ?? 'gone'}`],
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#bench[Symbol.asyncDispose]();
  }
}

/** Of `driftline repair`. */
const ROUNDS = 3;

const isClean = ({ drift, backfill }: Verdict): boolean => drift.length + backfill.length === 0;

function failureOf(outcome: Outcome): readonly string[] {
  if (outcome.is === 'applied') return [];
  const { unit } = outcome.transaction;
  return [`${outcome.is}: the transaction of ${unit.type} ${unit.id}: ${outcome.why}`];
}

const isSeen = ({ concerns }: Mutation, changes: readonly Change[]): boolean =>
  changes.some((change) =>
    change.action === 'create' ? concerns.tables.includes(change.table) : concerns.rows.includes(change.uuid),
  );

function* namesIn({ drift, backfill }: Verdict): Iterable<string> {
  for (const change of [...drift, ...backfill]) {
    const cells = change.action === 'update' ? change.differences : [];
    const columns = cells.map(({ column, key, reason }) => `${reason} ${column}${key === undefined ? '' : `:${key}`}`);
    yield [change.action, change.table, change.key, ...columns].join(' ');
  }
}
