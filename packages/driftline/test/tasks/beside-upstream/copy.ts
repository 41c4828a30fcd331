/**
 * beside-upstream/: Neutron's own maintenance tasks, run by Debian's Neutron on one copy of a deployment, and ours of
 * the same names on another.
 *
 * This file is such a copy: real servers, which can be put back to how they were after each case.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Operation, OvsdbClient, op, type ReplicaRow } from '@driftline/ovsdb';
import { type OvsdbServer, startOvsdbServer } from '../../../src/demo/ovsdb-server.ts';
import { type ForeignRows, plantForeignRows } from '../../campaigns/foreign-rows.ts';
import { NorthboundView } from '../../campaigns/northbound-view.ts';
import { type Picture, type PictureOptions, takePicture } from '../../campaigns/picture.ts';
import { nameRows } from '../../campaigns/row-names.ts';
import type { Golden, GoldenRelease } from '../../lab/golden.ts';
import type { MariadbServer } from '../../lab/mariadb.ts';
import { MARK } from '../../lab/upstream-maintenance.ts';
import { pictureForeign } from '../task-bench.ts';
import { SqlCopy } from './sql-copy.ts';

const run = promisify(execFile);

/** The bytes of three databases. */
export interface Content {
  readonly northbound: Buffer;
  readonly southbound: Buffer;
  readonly sql: string;
}

const nobody: ForeignRows = { rows: new Set(), keys: new Set() };

export class Copy implements AsyncDisposable {
  /** For whatever opens a golden deployment. */
  readonly golden: Golden;
  /** Watches every table and column. */
  readonly client: OvsdbClient;
  readonly sql: SqlCopy;
  readonly #opened: AsyncDisposableStack;
  #foreign = nobody;
  /** Names of foreign rows by uuid, kept when a row is gone. */
  readonly #labels = new Map<string, string>();
  #marks = 0;

  private constructor(parts: { golden: Golden; client: OvsdbClient; sql: SqlCopy }, opened: AsyncDisposableStack) {
    this.golden = parts.golden;
    this.client = parts.client;
    this.sql = parts.sql;
    this.#opened = opened;
  }

  static async open(
    release: GoldenRelease,
    mariadb: MariadbServer,
    database: string,
    { northbound, southbound, sql }: Content,
  ): Promise<Copy> {
    await using opened = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'driftline-copy-'));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const serve = async (name: string, content: Buffer): Promise<OvsdbServer> => {
      const databaseFile = join(folder, `${name}.db`);
      await writeFile(databaseFile, content);
      return opened.use(await startOvsdbServer({ databaseFile, socketFile: join(folder, `${name}.sock`) }));
    };
    const servers = {
      northbound: await serve('northbound', northbound),
      southbound: await serve('southbound', southbound),
    };
    await mariadb.createDatabase(database);
    await mariadb.load(database, sql);
    const places = join(folder, 'places.conf');
    await writeFile(places, placesConfiguration(folder, mariadb.url(database), servers));
    await mkdir(configFolderOf(folder));
    const golden: Golden = {
      release,
      folder,
      configFiles: [join(import.meta.dirname, '../../fixtures/golden', release, 'neutron.conf'), places],
      databaseUrl: mariadb.url(database),
      ...servers,
      [Symbol.asyncDispose]: async () => {},
    };
    const endpoints = servers.northbound.endpoint;
    const client = opened.use(await OvsdbClient.connect({ database: 'OVN_Northbound', endpoints }));
    return new Copy({ golden, client, sql: new SqlCopy(mariadb, database) }, opened.move());
  }

  /** With which Neutron's own programs find it, and nothing else of this machine's Neutron. */
  get neutronArguments(): readonly string[] {
    const { configFiles, folder } = this.golden;
    return [...configFiles.flatMap((file) => ['--config-file', file]), '--config-dir', configFolderOf(folder)];
  }

  view(): NorthboundView {
    return new NorthboundView(this.client, this.golden.release);
  }

  /** Neutron's rows of a table, in the order of their names. */
  rows(table: string, isFit: (row: ReplicaRow) => boolean = () => true): readonly ReplicaRow[] {
    return this.view()
      .rows(table)
      .filter((row) => !this.#foreign.rows.has(row._uuid) && isFit(row))
      .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  row(table: string, isFit: (row: ReplicaRow) => boolean = () => true): ReplicaRow {
    const [first] = this.rows(table, isFit);
    if (first === undefined) throw new Error(`the deployment has no such row in ${table}`);
    return first;
  }

  picture(options: PictureOptions): Picture {
    return takePicture(this.view(), options);
  }

  /** Every row as text, by `TABLE UUID`: what a second run must not change by so much as a replaced row. */
  content(): ReadonlyMap<string, string> {
    const view = this.view();
    return new Map(
      view.tables.flatMap((table) =>
        view.rows(table).map((row) => [`${table} ${row._uuid}`, JSON.stringify(row, plain)] as const),
      ),
    );
  }

  async change(operations: readonly Operation[]): Promise<void> {
    if (operations.length > 0) await this.client.transact(operations);
    await this.client.sync();
  }

  /** Puts a mark behind everything that was written so far. */
  async mark(): Promise<string> {
    const mark = String(++this.#marks);
    const { _uuid } = this.row('NB_Global');
    await this.change([
      op.mutate('NB_Global', _uuid, [
        ['external_ids', 'delete', [MARK]],
        ['external_ids', 'insert', new Map([[MARK, mark]])],
      ]),
    ]);
    return mark;
  }

  async plantForeignRows(): Promise<void> {
    this.#foreign = await plantForeignRows(this.client, this.view());
    await this.client.sync();
  }

  /** What others own, by names that tell a reader which row it is. */
  foreignPicture(): Picture {
    const view = this.view();
    const names = nameRows(view);
    const label = (place: string): string => {
      const [uuid = '', ...rest] = place.split(' ');
      this.#labels.set(uuid, this.#labels.get(uuid) ?? `${view.tableOf(uuid)} ${names.get(uuid)}`);
      return [this.#labels.get(uuid), ...rest].join(' ');
    };
    return new Map([...pictureForeign(view, this.#foreign)].map(([place, cells]) => [label(place), cells]));
  }

  /** What its Northbound holds, as the file of a database. */
  async backUp(): Promise<Buffer> {
    const args = ['backup', this.golden.northbound.endpoint, 'OVN_Northbound'];
    return (await run('ovsdb-client', args, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 })).stdout;
  }

  /** Puts the Northbound back to what a file holds, and SQL to what another database on the same server does. */
  async restore(backupFile: string, pristine: string): Promise<void> {
    await restoreFrom(backupFile, this.golden.northbound.endpoint);
    await this.sql.restore(pristine);
    this.#foreign = nobody;
    this.#labels.clear();
    await this.client.sync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

/** The program seeks in its standard input, which no pipe can. */
async function restoreFrom(backupFile: string, endpoint: string): Promise<void> {
  await using file = await open(backupFile);
  const child = spawn('ovsdb-client', ['restore', endpoint, 'OVN_Northbound'], { stdio: [file.fd, 'ignore', 'pipe'] });
  const complaint = child.stderr?.toArray() ?? [];
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`ovsdb-client restore failed (${code}): ${(await complaint).join('')}`);
}

const configFolderOf = (folder: string): string => join(folder, 'conf.d');

const nameOf = (row: ReplicaRow): string => String(row.name ?? row.match ?? row.cidr ?? row.logical_ip ?? row._uuid);

const plain = (_key: string, value: unknown): unknown =>
  value instanceof Map ? [...value].sort() : typeof value === 'bigint' ? String(value) : value;

/** For both: Neutron takes the name servers of the host it runs on where none are configured. */
const placesConfiguration = (
  folder: string,
  databaseUrl: string,
  { northbound, southbound }: Pick<Golden, 'northbound' | 'southbound'>,
): string => `[DEFAULT]
transport_url = fake://
state_path = ${folder}
[oslo_concurrency]
lock_path = ${folder}/lock
[database]
connection = ${databaseUrl}
[ovn]
ovn_nb_connection = ${northbound.endpoint}
ovn_sb_connection = ${southbound.endpoint}
dns_servers = 10.255.255.53
neutron_sync_mode = off
[driftline]
state_path = ${folder}
`;
