/** A golden deployment to bring out of step: Neutron's resources, what is noted of them, and what OVN holds. */
import { type Operation, op } from '@driftline/ovsdb';
import { sql } from 'kysely';
import { type ConsistencyReport, reportConsistency } from '../../src/consistency/report.ts';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable, type WritableNeutronConnection } from '../../src/neutron/connect.ts';
import type { OvnRevision, RevisedType } from '../../src/neutron/model/revision.ts';
import type { NeutronSnapshot } from '../../src/neutron/model/snapshot.ts';
import { readSnapshot } from '../../src/neutron/read-snapshot.ts';
import type { Cells } from '../../src/northbound/observed.ts';
import type { Deployment } from '../../src/reconcile/deployment.ts';
import type { Verdict } from '../../src/reconcile/judge.ts';
import { look } from '../../src/reconcile/reconcile.ts';
import { type Attempt, attemptTask } from '../../src/tasks/attempt.ts';
import { findTask } from '../../src/tasks/catalogue/catalogue.ts';
import { databaseIdentity } from '../../src/tasks/fingerprint.ts';
import { Ledger, type LedgerLine } from '../../src/tasks/ledger.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';
import type { Engine, Golden, GoldenRelease } from '../lab/golden.ts';

export type Row = Cells & { readonly _uuid: string };

const TASK = 'check_for_inconsistencies';
/** Driftline would take the name servers of the host it runs on, as Neutron took those of its own. */
const AS_THERE: readonly string[] = ['--ovn-dns_servers', '10.255.255.53'];

export interface SceneOptions {
  readonly engine?: Engine;
  readonly flags?: readonly string[];
}

export class Scene implements AsyncDisposable {
  readonly golden: Golden;
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly #neutron: WritableNeutronConnection;
  readonly #ledger: Ledger;
  readonly #opened: AsyncDisposableStack;

  private constructor(
    parts: Pick<Scene, 'golden' | 'deployment' | 'journal'>,
    neutron: WritableNeutronConnection,
    ledger: Ledger,
    opened: AsyncDisposableStack,
  ) {
    this.golden = parts.golden;
    this.deployment = parts.deployment;
    this.journal = parts.journal;
    this.#neutron = neutron;
    this.#ledger = ledger;
    this.#opened = opened;
  }

  static async open(release: GoldenRelease, { engine, flags = [] }: SceneOptions = {}): Promise<Scene> {
    await using opened = new AsyncDisposableStack();
    const { golden, deployment } = opened.use(
      await openGoldenDeployment(release, {
        writable: true,
        flags: [...AS_THERE, ...flags],
        ...(engine === undefined ? {} : { engine }),
      }),
    );
    await deployment.northbound.takeLock();
    const neutron = opened.use(openWritable(deployment.config.database.url));
    const journal = opened.use(new Journal(':memory:'));
    const ledger = opened.use(new Ledger(':memory:', databaseIdentity(deployment)));
    return new Scene({ golden, deployment, journal }, neutron, ledger, opened.move());
  }

  /** One look at both databases. */
  look(): Promise<Verdict> {
    return look(this.deployment);
  }

  async report(): Promise<ConsistencyReport> {
    return reportConsistency(await this.look());
  }

  /** Runs upstream's task by our hand, as `driftline tasks run` does. */
  async run(): Promise<Attempt> {
    const task = findTask(TASK);
    if (task === undefined) throw new Error(`there is no task ${TASK}`);
    const { deployment, journal } = this;
    const tools = {
      deployment,
      journal,
      neutron: this.#neutron,
      ledger: this.#ledger,
      limits: undefined,
      look: () => this.look(),
      version: 'test',
    };
    return attemptTask(task, tools);
  }

  get ledgerLine(): LedgerLine | undefined {
    return this.#ledger.read(TASK);
  }

  /** Each in the same transaction. */
  async sql(...statements: readonly string[]): Promise<void> {
    await this.#neutron.write(async (transaction) => {
      for (const statement of statements) await transaction.change(sql.raw(statement));
    });
  }

  /** What a query of somebody else answers. */
  query<R>(statement: string): Promise<readonly R[]> {
    return this.#neutron.write((transaction) => transaction.query(sql<R>`${sql.raw(statement)}`));
  }

  snapshot(): Promise<NeutronSnapshot> {
    return readSnapshot(this.deployment.neutron, { release: this.deployment.found.release });
  }

  async note(type: RevisedType, id: string): Promise<OvnRevision | undefined> {
    const { revisions } = await this.snapshot();
    return revisions.find((row) => row.resourceType === type && row.resourceUuid === id);
  }

  /** As a worker leaves it that was killed after SQL and before OVN. */
  async setNote(type: RevisedType, id: string, revision: number): Promise<void> {
    await this.sql(`update ovn_revision_numbers set revision_number = ${revision} where ${isNote(type, id)}`);
  }

  async dropNote(type: RevisedType, id: string): Promise<void> {
    await this.sql(`delete from ovn_revision_numbers where ${isNote(type, id)}`);
  }

  /** As Neutron's deletion leaves it: the resource is gone, and its note has lost the link. */
  async addLostNote(type: RevisedType, id: string): Promise<void> {
    await this.sql(
      `insert into ovn_revision_numbers
         (standard_attr_id, resource_uuid, resource_type, revision_number, created_at, updated_at)
       values (null, '${id}', '${type}', 3, '2020-01-01 00:00:00', '2020-01-01 00:00:00')`,
    );
  }

  /** Deletes a resource as Neutron does: its standard attribute takes it along. */
  async delete(type: RevisedType, resource: { readonly id: string; readonly attributes: { readonly id: number } }) {
    await this.sql(`delete from standardattributes where id = ${resource.attributes.id}`);
    await this.sql(
      `update ovn_revision_numbers set updated_at = '2020-01-01 00:00:00' where ${isNote(type, resource.id)}`,
    );
  }

  /** All of a table's, whoever's. */
  rows(table: string, isFit: (row: Row) => boolean = () => true): readonly Row[] {
    return [...this.deployment.northbound.source.rows(table)].filter(isFit);
  }

  row(table: string, isFit: (row: Row) => boolean = () => true): Row {
    const [first] = this.rows(table, isFit);
    if (first === undefined) throw new Error(`no such row in ${table}`);
    return first;
  }

  async change(...operations: readonly Operation[]): Promise<void> {
    await this.deployment.northbound.transact(operations);
    await this.deployment.northbound.sync();
  }

  /** Takes rows out of the Northbound, behind everybody's back. */
  async remove(table: string, ...rows: readonly Row[]): Promise<void> {
    const parent = PARENTS[table];
    const operations = rows.flatMap(({ _uuid }): readonly Operation[] => {
      if (parent === undefined) return [op.delete(table, _uuid)];
      const [holder, column] = parent;
      return this.rows(holder, (row) => listed(row[column]).includes(_uuid)).map((row) =>
        op.mutate(holder, row._uuid, [[column, 'delete', [_uuid]]]),
      );
    });
    await this.change(...operations);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

/** Rows that live by being listed. */
const PARENTS: Readonly<Record<string, readonly [table: string, column: string]>> = {
  Logical_Switch_Port: ['Logical_Switch', 'ports'],
  Logical_Router_Port: ['Logical_Router', 'ports'],
  Logical_Router_Static_Route: ['Logical_Router', 'static_routes'],
  NAT: ['Logical_Router', 'nat'],
  ACL: ['Port_Group', 'acls'],
};

const listed = (cell: unknown): readonly unknown[] => (Array.isArray(cell) ? cell : cell === undefined ? [] : [cell]);

export const isNote = (type: RevisedType, id: string): string =>
  `resource_type = '${type}' and resource_uuid = '${id}'`;

export const idOf = (row: Cells, key: string): unknown =>
  row.external_ids instanceof Map ? row.external_ids.get(key) : undefined;

/** A query's first fit, or the reason that the deployment can't show what the test is about. */
export function first<T>(list: Iterable<T>, isFit: (item: T) => boolean = () => true): T {
  for (const item of list) if (isFit(item)) return item;
  throw new Error('the golden deployment has none of these');
}
