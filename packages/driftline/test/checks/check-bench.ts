import { execFile } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { findCheck } from '../../src/checks/catalogue/catalogue.ts';
import type { CheckPolicy } from '../../src/checks/check.ts';
import { toTask } from '../../src/checks/to-task.ts';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { check } from '../../src/reconcile/reconcile.ts';
import { type Attempt, attemptTask } from '../../src/tasks/attempt.ts';
import { databaseIdentity } from '../../src/tasks/fingerprint.ts';
import { Ledger } from '../../src/tasks/ledger.ts';
import { Bench } from '../campaigns/bench.ts';
import { openDeploymentOf } from '../golden/deployment.ts';
import type { GoldenRelease } from '../lab/golden.ts';

const exec = promisify(execFile);

/** How often Neutron has asked all chassis. */
const ASKED = 9;
/** As the bench itself was opened with. */
const BENCH_FLAGS = ['--ovn-dns_servers', '10.255.255.53'];

/** One run of a check, as the daemon would: its ending, and what the ledger has as found. */
export interface CheckRun {
  readonly attempt: Attempt;
  readonly found: readonly string[];
}

/** A golden deployment among foreign rows, on which checks are run. */
export class CheckBench implements AsyncDisposable {
  readonly bench: Bench;
  readonly sqlite: DatabaseSync;

  private constructor(bench: Bench) {
    this.bench = bench;
    this.sqlite = new DatabaseSync(bench.golden.databaseUrl.replace('sqlite:///', ''));
  }

  static async open(release: GoldenRelease): Promise<CheckBench> {
    return new CheckBench(await Bench.open(release));
  }

  /** Runs a check under a policy as often as said, one deployment opened for all. */
  async run(name: string, policy: Exclude<CheckPolicy, 'off'>, times = 1, flags: readonly string[] = []) {
    const found = findCheck(name);
    if (found === undefined) throw new Error(`there is no check ${name}`);
    const task = toTask(found, policy);
    await using opened = new AsyncDisposableStack();
    const deployment = opened.use(
      await openDeploymentOf(this.bench.golden, { writable: true, flags: [...BENCH_FLAGS, ...flags] }),
    );
    if (policy === 'repair') await deployment.northbound.takeLock();
    const neutron = opened.use(openWritable(deployment.config.database.url));
    const journal = opened.use(new Journal(':memory:'));
    const ledger = opened.use(new Ledger(':memory:', databaseIdentity(deployment)));
    const tools = {
      deployment,
      neutron,
      ledger,
      journal,
      limits: { maxDeletes: 100, maxDeleteShare: 0.1, maxGatewayShare: 1 },
      look: () => check(deployment),
      leavesDrift: true,
      version: 'test',
    };
    const runs: CheckRun[] = [];
    for (let at = 0; at < times; at++) {
      const attempt = await attemptTask(task, tools);
      runs.push({ attempt, found: ledger.read(name)?.details ?? [] });
    }
    await this.bench.client.sync();
    return runs;
  }

  /** Looks; says what was found, sorted, or how the look ended else. */
  async observe(name: string, flags: readonly string[] = []): Promise<readonly string[]> {
    const [run] = await this.run(name, 'observe', 1, flags);
    if (run?.attempt.is === 'failed') throw run.attempt.cause;
    return run?.found.toSorted() ?? [];
  }

  async sbctl(...args: readonly string[]): Promise<string> {
    const { stdout } = await exec('ovn-sbctl', [`--db=${this.bench.golden.southbound.endpoint}`, ...args]);
    return stdout.trim();
  }

  async nbctl(...args: readonly string[]): Promise<string> {
    const { stdout } = await exec('ovn-nbctl', [`--db=${this.bench.golden.northbound.endpoint}`, ...args]);
    await this.bench.client.sync();
    return stdout.trim();
  }

  /** Both OVN databases in whole, to prove that nothing was written. */
  async ovnPicture(): Promise<string> {
    const { northbound, southbound } = this.bench.golden;
    const dumps = [northbound, southbound].map(({ endpoint }) =>
      exec('ovsdb-client', ['dump', '-f', 'csv', endpoint], { maxBuffer: 100_000_000 }),
    );
    return (await Promise.all(dumps)).map(({ stdout }) => stdout).join('\n');
  }

  /** Rows and keys of other owners, as they are. */
  foreign(): readonly string[] {
    const { rows, keys } = this.bench.foreign;
    const view = this.bench.view();
    const mapAsList = (_key: string, value: unknown) => (value instanceof Map ? [...value].sort() : value);
    return [
      ...[...rows].map((uuid) => `${uuid} ${JSON.stringify(view.row(uuid), mapAsList)}`),
      ...[...keys].map((place) => {
        const [uuid = '', column = '', ...key] = place.split(' ');
        const cell = view.row(uuid)?.[column];
        return `${place} ${cell instanceof Map ? String(cell.get(key.join(' '))) : 'gone'}`;
      }),
    ].sort();
  }

  /** What the passes of a daemon would do now. */
  async drift(): Promise<readonly string[]> {
    await using deployment = await openDeploymentOf(this.bench.golden, { flags: BENCH_FLAGS });
    return (await check(deployment)).drift.map(({ action, table, key }) => `${action} ${table} ${key}`);
  }

  /** Makes of Chassis_Private what an ovn-controller leaves that has done all Neutron asked, but for the silent ones. */
  async silence(...silent: readonly string[]): Promise<void> {
    const names = (await this.sbctl('--bare', '--columns=name', 'list', 'Chassis_Private')).split(/\s+/);
    const each = names.flatMap((name) => {
      const [count, heardOf] = silent.includes(name) ? [1, 1_700_000_000_000] : [ASKED, Date.now()];
      return ['--', 'set', 'Chassis_Private', name, `nb_cfg=${count}`, `nb_cfg_timestamp=${heardOf}`];
    });
    await this.sbctl('set', 'SB_Global', '.', `nb_cfg=${ASKED}`, ...each);
  }

  /** A chassis as ovn-controller enters itself. */
  async addChassis(name: string, ip: string, config: Readonly<Record<string, string>> = {}): Promise<void> {
    const settings = Object.entries(config).map(([key, value]) => `other_config:${key}="${value}"`);
    await this.sbctl('chassis-add', name, 'geneve', ip);
    await this.sbctl('set', 'Chassis', name, `hostname=${name}.example.org`, ...settings);
    const uuid = await this.sbctl('--bare', '--columns=_uuid', 'find', 'Chassis', `name=${name}`);
    await this.sbctl('create', 'Chassis_Private', `name=${name}`, `chassis=${uuid}`, `nb_cfg=${ASKED}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sqlite.close();
    await this.bench[Symbol.asyncDispose]();
  }
}
