import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '@driftline/ovsdb';
import { Journal } from '../../../src/journal/journal.ts';
import { openWritable } from '../../../src/neutron/connect.ts';
import { check, plan, repair } from '../../../src/reconcile/reconcile.ts';
import type { Attempt } from '../../../src/tasks/attempt.ts';
import { comparePictures } from '../../campaigns/picture.ts';
import { openDeploymentOf } from '../../golden/deployment.ts';
import { type GoldenRelease, readGolden } from '../../lab/golden.ts';
import { startMariadb } from '../../lab/mariadb.ts';
import { UpstreamMaintenance, type UpstreamOptions, type UpstreamRun } from '../../lab/upstream-maintenance.ts';
import { runTaskTwice } from '../task-bench.ts';
import { Copy } from './copy.ts';

/** The state from which both set out. */
export interface StartingState {
  /** As configured for this run. */
  readonly options?: UpstreamOptions;
  /** Run on both databases, before the operations. */
  readonly sql?: (copy: Copy) => readonly string[];
  readonly northbound?: (copy: Copy) => readonly Operation[];
  /** The task draws and schedules: of such cells is compared only that there is a value. */
  readonly chooses?: boolean;
}

export interface Ends {
  readonly theirs: readonly [UpstreamRun, UpstreamRun];
  readonly ours: readonly [Attempt, Attempt];
  /** Of the whole Northbound and of each SQL table that one of the two changed: was is theirs, is ours. */
  readonly differences: readonly string[];
  /** The tables of the rows that upstream's second run touched, one each. */
  readonly touchedAgain: readonly string[];
  /** Which rows and keys of other owners each changed. */
  readonly harmed: { readonly theirs: readonly string[]; readonly ours: readonly string[] };
  /** Whether the two set out from another state than the end. */
  readonly changed: { readonly theirs: boolean; readonly ours: boolean };
}

/** Two copies of one deployment: of one takes care Neutron's own worker, of the other Driftline. */
export class Pair implements AsyncDisposable {
  readonly ours: Copy;
  readonly theirs: Copy;
  readonly upstream: UpstreamMaintenance;
  readonly #journal = new Journal(':memory:');
  readonly #backup: string;
  readonly #opened: AsyncDisposableStack;

  private constructor(
    parts: { ours: Copy; theirs: Copy; upstream: UpstreamMaintenance; backup: string },
    opened: AsyncDisposableStack,
  ) {
    this.ours = parts.ours;
    this.theirs = parts.theirs;
    this.upstream = parts.upstream;
    this.#backup = parts.backup;
    this.#opened = opened;
  }

  static async open(release: GoldenRelease): Promise<Pair> {
    await using opened = new AsyncDisposableStack();
    const mariadb = opened.use(await startMariadb());
    const southbound = await readGolden(release, 'southbound.db.gz');
    const ours = opened.use(
      await Copy.open(release, mariadb, 'ours', {
        northbound: await readGolden(release, 'northbound.db.gz'),
        southbound,
        sql: (await readGolden(release, 'neutron.sql.gz')).toString('utf8'),
      }),
    );
    await mendKnownFaults(ours);
    const northbound = await ours.backUp();
    const backup = join(ours.golden.folder, 'backup.db');
    await writeFile(backup, northbound);
    const sql = await mariadb.dump('ours');
    await mariadb.createDatabase(PRISTINE);
    await mariadb.load(PRISTINE, sql);
    const theirs = opened.use(await Copy.open(release, mariadb, 'theirs', { northbound, southbound, sql }));
    const upstream = opened.use(await UpstreamMaintenance.start(theirs.neutronArguments));
    return new Pair({ ours, theirs, upstream, backup }, opened.move());
  }

  /** Both from the same state to their ends, twice. */
  async run(task: string, state: StartingState, { amongForeign = false } = {}): Promise<Ends> {
    const options = state.options ?? {};
    for (const copy of [this.ours, this.theirs]) {
      await copy.restore(this.#backup, PRISTINE);
      if (amongForeign) await copy.plantForeignRows();
      await copy.sql.change(state.sql?.(copy) ?? []);
      await copy.change(state.northbound?.(copy) ?? []);
    }
    const foreign = { theirs: this.theirs.foreignPicture(), ours: this.ours.foreignPicture() };
    const marks = [await this.theirs.mark(), await this.ours.mark()];
    const start = { theirs: this.theirs.content(), ours: this.ours.content() };

    const theirFirst = await this.upstream.run(task, { options, after: marks[0] ?? '' });
    await this.theirs.client.sync();
    const theirEnd = this.theirs.content();
    const picture = { withoutFreeChoices: state.chooses ?? false };
    const theirPicture = this.theirs.picture(picture);
    const theirSql = await this.theirs.sql.changedTables(PRISTINE);
    const theirSecond = await this.upstream.run(task, { options });
    await this.theirs.client.sync();
    const touchedAgain = changesBetween(theirEnd, this.theirs.content()).map((place) => place.split(' ')[0] ?? '');

    const ours = await runTaskTwice(this.ours.golden, task, flagsOf(options), this.#journal);
    await this.ours.client.sync();
    const tables = [...new Set([...theirSql, ...(await this.ours.sql.changedTables(PRISTINE))])];
    return {
      theirs: [theirFirst, theirSecond],
      ours,
      differences: [
        ...comparePictures(theirPicture, this.ours.picture(picture)),
        ...compareRows(await this.theirs.sql.rows(tables), await this.ours.sql.rows(tables)),
      ],
      touchedAgain,
      harmed: {
        theirs: changesBetween(foreign.theirs, this.theirs.foreignPicture()),
        ours: changesBetween(foreign.ours, this.ours.foreignPicture()),
      },
      changed: {
        theirs: changesBetween(start.theirs, theirEnd).length > 0,
        ours: changesBetween(start.ours, this.ours.content()).length > 0,
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#journal[Symbol.dispose]();
    await this.#opened.disposeAsync();
  }
}

const PRISTINE = 'pristine';

/** What upstream's known faults left of it, so that both begin with a deployment that is right. */
async function mendKnownFaults(copy: Copy): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const deployment = opened.use(await openDeploymentOf(copy.golden, { writable: true }));
  await deployment.northbound.takeLock();
  const neutron = opened.use(openWritable(deployment.config.database.url));
  const journal = opened.use(new Journal(':memory:'));
  const verdict = await check(deployment);
  const made = plan(verdict, [...verdict.drift, ...verdict.backfill], Date.now());
  await repair(deployment, made, { journal, neutron, command: 'test' });
  await copy.client.sync();
}

/** As `driftline` takes them: `--ovn-name value`, and `--ovn-noname` for a boolean that is false. */
const flagsOf = (options: UpstreamOptions): readonly string[] =>
  Object.entries(options).flatMap(([path, value]) => {
    const [group = '', name = ''] = path.split('.');
    if (value === true) return [`--${group}-${name}`];
    if (value === false) return [`--${group}-no${name}`];
    const isDict = typeof value === 'object';
    return [
      `--${group}-${name}`,
      isDict
        ? Object.entries(value)
            .map((pair) => pair.join(':'))
            .join(',')
        : String(value),
    ];
  });

function changesBetween<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly string[] {
  const places = new Set([...before.keys(), ...after.keys()]);
  return [...places].filter((place) => !isDeepStrictEqual(before.get(place), after.get(place))).sort();
}

const compareRows = (theirs: ReadonlySet<string>, ours: ReadonlySet<string>): readonly string[] => [
  ...[...theirs].filter((row) => !ours.has(row)).map((row) => `SQL, theirs: ${row}`),
  ...[...ours].filter((row) => !theirs.has(row)).map((row) => `SQL, ours: ${row}`),
];
