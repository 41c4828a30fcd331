import { DatabaseSync } from 'node:sqlite';
import { OvsdbClient } from '@driftline/ovsdb';
import type { Outcome } from '../../src/apply/outcome.ts';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import type { Change } from '../../src/diff/change.ts';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable, type WritableNeutronConnection } from '../../src/neutron/connect.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Deployment } from '../../src/reconcile/deployment.ts';
import type { Verdict } from '../../src/reconcile/judge.ts';
import { check, plan, repair } from '../../src/reconcile/reconcile.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';
import type { Golden, GoldenRelease } from '../lab/golden.ts';
import { type ForeignRows, plantForeignRows } from './foreign-rows.ts';
import { NorthboundView } from './northbound-view.ts';
import { type Picture, type PictureOptions, takePicture } from './picture.ts';

/** Without it, Driftline takes the name servers of the host it runs on, as Neutron took those of its own. */
const AS_THERE: readonly string[] = ['--ovn-dns_servers', '10.255.255.53'];

/** A golden deployment under test: Driftline's own sessions on it, and one of the campaign's that sees everything. */
export class Bench implements AsyncDisposable {
  readonly golden: Golden;
  readonly deployment: Deployment;
  /** Watches every table and column. */
  readonly client: OvsdbClient;
  readonly foreign: ForeignRows;
  readonly #journal: Journal;
  readonly #neutron: WritableNeutronConnection;
  readonly #opened: AsyncDisposableStack;

  private constructor(
    parts: Pick<Bench, 'golden' | 'deployment' | 'client' | 'foreign'> & {
      readonly journal: Journal;
      readonly neutron: WritableNeutronConnection;
    },
    opened: AsyncDisposableStack,
  ) {
    this.golden = parts.golden;
    this.deployment = parts.deployment;
    this.client = parts.client;
    this.foreign = parts.foreign;
    this.#journal = parts.journal;
    this.#neutron = parts.neutron;
    this.#opened = opened;
  }

  /** Repairs Neutron's own known faults first, so that a check begins clean. */
  static async open(release: GoldenRelease, options: { readonly withForeignRows?: boolean } = {}): Promise<Bench> {
    await using opened = new AsyncDisposableStack();
    const { golden, deployment } = opened.use(await openGoldenDeployment(release, { writable: true, flags: AS_THERE }));
    await deployment.northbound.takeLock();
    const client = opened.use(
      await OvsdbClient.connect({ database: 'OVN_Northbound', endpoints: golden.northbound.endpoint }),
    );
    const none: ForeignRows = { rows: new Set(), keys: new Set() };
    const foreign =
      (options.withForeignRows ?? true) ? await plantForeignRows(client, new NorthboundView(client, release)) : none;
    const neutron = opened.use(openWritable(parseDatabaseUrl(golden.databaseUrl)));
    const journal = opened.use(new Journal(':memory:'));
    const bench = new Bench({ golden, deployment, client, foreign, journal, neutron }, opened.move());
    await bench.mend(await bench.check());
    return bench;
  }

  check(): Promise<Verdict> {
    return check(this.deployment);
  }

  /** What `repair --yes` does in one round; history is mended too. */
  async mend(verdict: Verdict): Promise<readonly Outcome[]> {
    const changes: readonly Change[] = [...verdict.drift, ...verdict.backfill];
    const outcomes = await this.apply(plan(verdict, changes, Date.now()));
    await this.client.sync();
    return outcomes;
  }

  apply(made: Plan): Promise<readonly Outcome[]> {
    return repair(this.deployment, made, { journal: this.#journal, neutron: this.#neutron, command: 'campaign' });
  }

  view(): NorthboundView {
    return new NorthboundView(this.client, this.golden.release);
  }

  picture(options: PictureOptions = { withoutFreeChoices: true }): Picture {
    return takePicture(this.view(), options);
  }

  /** `ovn_revision_numbers`, by type and resource. */
  revisions(): ReadonlyMap<string, number> {
    using database = new DatabaseSync(this.golden.databaseUrl.replace('sqlite:///', ''), { readOnly: true });
    const rows = database
      .prepare('SELECT resource_type, resource_uuid, revision_number FROM ovn_revision_numbers')
      .all();
    return new Map(
      rows.map((row) => [`${String(row.resource_type)} ${String(row.resource_uuid)}`, Number(row.revision_number)]),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
