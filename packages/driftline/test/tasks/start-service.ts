import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FaultProxy, type FaultProxyOptions } from '@driftline/ovsdb/testing';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { databaseIdentity } from '../../src/tasks/fingerprint.ts';
import { Ledger } from '../../src/tasks/ledger.ts';
import { DEADLINE_MS, runService, type ServiceOptions } from '../../src/tasks/service.ts';
import type { WorkerEvent } from '../../src/tasks/worker.ts';
import { openDeploymentOf } from '../golden/deployment.ts';
import { type GoldenRelease, openGolden } from '../lab/golden.ts';

const exec = promisify(execFile);

interface StartOptions {
  readonly release?: GoldenRelease;
  /** Those of a command line. */
  readonly flags?: readonly string[];
  readonly prepare?: (sqlite: DatabaseSync) => void;
  readonly ledgerFile?: string;
  /** Hears what is sent to the Northbound. */
  readonly fromClient?: FaultProxyOptions['fromClient'];
  /** Hears, or alters, what the Northbound sends. */
  readonly fromServer?: FaultProxyOptions['fromServer'];
  readonly with?: Partial<ServiceOptions>;
}

const passOn = (chunk: Buffer): readonly Buffer[] => [chunk];

/** The last task to be written by upstream, and so the last of a turn. */
export const LAST = 'update_neutron_pg_drop_priority';

/** The scheduled tasks over a golden deployment, and what they told. */
export async function startService(start: StartOptions = {}) {
  await using opened = new AsyncDisposableStack();
  const golden = opened.use(await openGolden(start.release ?? '2026.1'));
  const flags = [...(start.flags ?? [])];
  if (start.fromClient !== undefined || start.fromServer !== undefined) {
    const { fromClient = passOn, fromServer = passOn } = start;
    const proxy = opened.use(await FaultProxy.start({ target: golden.northbound.endpoint, fromClient, fromServer }));
    flags.push('--ovn-ovn_nb_connection', proxy.endpoint);
  }
  const deployment = opened.use(await openDeploymentOf(golden, { writable: true, flags }));
  const sqlite = opened.adopt(new DatabaseSync(golden.databaseUrl.replace('sqlite:///', '')), (db) => db.close());
  start.prepare?.(sqlite);
  const journal = opened.use(new Journal(':memory:'));
  const writable = opened.use(openWritable(deployment.config.database.url));
  const ledger = opened.use(new Ledger(start.ledgerFile ?? ':memory:', databaseIdentity(deployment)));
  const events: WorkerEvent[] = [];
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const look of waiting) look();
  };
  let writes = 0;
  let naps = 0;
  const stop = new AbortController();
  const options: ServiceOptions = {
    deployment,
    journal,
    neutron: new Proxy(writable, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name === 'write') {
          writes++;
          tell();
        }
        return value.bind(target);
      },
    }),
    ledger,
    limits: { maxDeletes: 100, maxDeleteShare: 0.1, maxGatewayShare: 1 },
    version: 'test',
    clock: {
      nowMs: Date.now,
      sleep: async (ms, signal) => {
        const isNap = ms < DEADLINE_MS;
        if (isNap) naps++;
        tell();
        await sleep(ms, undefined, { signal }).catch(() => undefined);
        if (isNap) naps--;
      },
    },
    random: () => 0,
    onEvent: (event) => {
      events.push(event);
      tell();
    },
    ...start.with,
  };
  const running = runService(options, stop.signal);
  const end = async () => {
    stop.abort();
    await running;
  };
  opened.defer(end);
  const untilTrue = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) {
      await new Promise<void>((resolve) => {
        const look = () => {
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    }
  };
  const runsOf = (name: string) => events.filter((event) => event.name === name);
  const resources = opened.move();
  return {
    golden,
    deployment,
    sqlite,
    journal,
    ledger,
    events,
    options,
    /** Resolves with the run of a task that is the number-th. */
    until: async (name: string, number = 1): Promise<WorkerEvent> => {
      await untilTrue(() => runsOf(name).length >= number);
      const event = runsOf(name)[number - 1];
      if (event === undefined) throw new Error(`${name} has not run`);
      return event;
    },
    /** A task has begun to write SQL. */
    untilWriting: () => untilTrue(() => writes > 0),
    /** No task is under way: the service sleeps until something is due. */
    untilIdle: () => untilTrue(() => naps > 0),
    stop: end,
    /** Of the Northbound, to another version of the schema. */
    convert: (version: string) =>
      exec('ovsdb-client', [
        'convert',
        golden.northbound.endpoint,
        join(import.meta.dirname, `../../schemas/ovn-nb-${version}.ovsschema`),
      ]),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
