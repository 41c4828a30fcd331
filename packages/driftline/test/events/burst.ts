/**
 * A burst of row changes, shared by three daemons while one more joins and one dies: each change must have its effect,
 * and have it once. The effect is a port's status in Neutron, written to a real MariaDB; its revision counts the writes.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbClient, op } from '@driftline/ovsdb';
import { type OvsdbServer, startOvsdbServer } from '@driftline/ovsdb/testing';
import { sql } from 'kysely';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { EventWorker } from '../../src/events/event-worker.ts';
import { lookAtPortStatus } from '../../src/events/lookers/port-status.ts';
import { lookupIn } from '../../src/events/replica-lookup.ts';
import { RingMembership } from '../../src/events/ring-membership.ts';
import { openNeutron, openWritable, type WritableNeutronConnection } from '../../src/neutron/connect.ts';
import type { NeutronDatabase } from '../../src/neutron/database.ts';
import { readGolden } from '../lab/golden.ts';
import { startMariadb } from '../lab/mariadb.ts';

const NORTHBOUND_SCHEMA = join(import.meta.dirname, '..', '..', 'schemas', 'ovn-nb-7.0.0.ovsschema');
/** MySQL's DATETIME counts whole seconds. */
const TIMINGS = { touchIntervalMs: 250, nodeTimeoutMs: 1500, cacheLifetimeMs: 250 };
const ROWS_PER_TRANSACTION = 5;
const PORTS_PER_STATEMENT = 500;

export interface BurstReport {
  readonly changes: number;
  /** Ports whose status Neutron has now as OVN reports it. */
  readonly settled: number;
  /** Writes of a port's status, all members together. */
  readonly writes: number;
  /** Looks by member, also those that found another had been there; of the dead one those that it told of. */
  readonly looks: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  /** From the moment a member saw the change, which may be another than the one that handled it. */
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number; readonly mostMs: number };
  readonly burstMs: number;
  readonly totalMs: number;
}

export async function runBurst(changes: number): Promise<BurstReport> {
  await using stack = new AsyncDisposableStack();
  const mariadb = stack.use(await startMariadb());
  await mariadb.createDatabase('neutron');
  await mariadb.load('neutron', (await readGolden('zed', 'neutron.sql.gz')).toString('utf8'));
  const database = parseDatabaseUrl(mariadb.url('neutron'));
  const writable = stack.use(openWritable(database));
  const northbound = stack.use(await startOvsdbServer({ schema: NORTHBOUND_SCHEMA }));
  const author = stack.use(await connect(northbound));
  const ports = Array.from({ length: changes }, () => randomUUID());
  await addPorts(writable, ports);
  const rows = await addSwitchPorts(author, ports);

  const members: Member[] = [];
  const start = async (name: string) => {
    const member = await Member.start(name, database, northbound);
    members.push(member);
    stack.defer(() => member.stop());
    return member;
  };
  await Promise.all(['a', 'b', 'c'].map(start));
  await until(() => members.every(({ ringSize, isIdle }) => ringSize === 3 && isIdle));

  const startedAtMs = Date.now();
  for (let at = 0; at < rows.length; at += ROWS_PER_TRANSACTION) {
    const isNow = (share: number) => at <= share * rows.length && share * rows.length < at + ROWS_PER_TRANSACTION;
    // The others learn of both only with their next beats: until then the members do not agree on whose a row is.
    if (isNow(0.3)) await start('d');
    if (isNow(0.6)) await members.find(({ name }) => name === 'c')?.die();
    const batch = rows.slice(at, at + ROWS_PER_TRANSACTION);
    await author.transact(batch.map((uuid) => op.update('Logical_Switch_Port', uuid, { up: true })));
  }
  const burstMs = Date.now() - startedAtMs;
  await until(async () => (await readResult(writable)).settled === changes);
  const totalMs = Date.now() - startedAtMs;
  // Whoever would do it a second time gets the time to.
  await sleep(TIMINGS.nodeTimeoutMs);
  const latencies = members.flatMap((member) => member.latenciesMs).sort((a, b) => a - b);
  const quantile = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
  return {
    changes,
    ...(await readResult(writable)),
    looks: Object.fromEntries(members.map(({ name, latenciesMs }) => [name, latenciesMs.length])),
    deadLetters: members.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    latency: { p50Ms: quantile(0.5), p95Ms: quantile(0.95), p99Ms: quantile(0.99), mostMs: quantile(1) },
    burstMs,
    totalMs,
  };
}

class Member {
  readonly name: string;
  readonly latenciesMs: number[] = [];
  readonly #membership: RingMembership;
  readonly #worker: EventWorker;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #opened: AsyncDisposableStack;

  private constructor(name: string, client: OvsdbClient, membership: RingMembership, parts: Parts) {
    this.name = name;
    this.#membership = membership;
    this.#opened = parts.opened;
    this.#worker = new EventWorker({
      release: '2024.1',
      northbound: client,
      membership,
      graceMs: 0,
      lookers: {
        'port-status': lookAtPortStatus({
          northbound: lookupIn(client),
          release: '2024.1',
          policy: 'act',
          novaWaitMs: 300_000,
          ...parts,
        }),
      },
      onEvent: (event) => {
        if (event.kind === 'looked' && this.#isCounting) this.latenciesMs.push(...event.latenciesMs);
      },
    });
    this.#running = this.#worker.run(this.#stop.signal);
  }

  static async start(name: string, database: NeutronDatabase, northbound: OvsdbServer): Promise<Member> {
    await using opened = new AsyncDisposableStack();
    const neutron = opened.use(await openNeutron(database));
    const writable = opened.use(openWritable(database));
    const client = opened.use(await connect(northbound));
    const membership = await RingMembership.join({
      connection: writable,
      hostname: 'here',
      timings: TIMINGS,
      onEvent: () => {},
    });
    return new Member(name, client, membership, { neutron, writable, opened: opened.move() });
  }

  get ringSize(): number {
    return this.#membership.ring.nodes.length;
  }

  get isIdle(): boolean {
    return this.#worker.waiting === 0;
  }

  get deadLetters(): number {
    return this.#worker.deadLetters.list.length;
  }

  /** What a port's look at the start took is no latency of an event. */
  get #isCounting(): boolean {
    return this.#worker.counts.matched > 0;
  }

  /** Ends as by SIGKILL: what it was doing is broken off, and its row stays in the ring. */
  async die(): Promise<void> {
    this.#stop.abort();
    await this.#membership.die();
    await this.#opened.disposeAsync();
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#membership.die();
    await this.#opened.disposeAsync();
  }
}

interface Parts {
  readonly neutron: Awaited<ReturnType<typeof openNeutron>>;
  readonly writable: WritableNeutronConnection;
  readonly opened: AsyncDisposableStack;
}

const connect = (server: OvsdbServer): Promise<OvsdbClient> =>
  OvsdbClient.connect({ endpoints: server.endpoint, database: 'OVN_Northbound' });

/** Bound ports that are down, so that OVN's word is all that they wait for. */
async function addPorts(writable: WritableNeutronConnection, ids: readonly string[]): Promise<void> {
  const firstAttribute = 1_000_000;
  await writable.write(async ({ query, change }) => {
    const [network] = await query(sql<{ id: string }>`select id from networks limit 1`);
    for (let start = 0; start < ids.length; start += PORTS_PER_STATEMENT) {
      const chunk = ids.slice(start, start + PORTS_PER_STATEMENT).map((id, index) => ({ id, at: start + index }));
      const mac = (at: number) =>
        `0e:00:00:${[at >> 16, (at >> 8) & 255, at & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
      await change(sql`insert into standardattributes (id, resource_type, revision_number) values
        ${sql.join(chunk.map(({ at }) => sql`(${firstAttribute + at}, 'ports', 0)`))}`);
      await change(sql`insert into ports
        (id, name, network_id, mac_address, admin_state_up, status, device_id, device_owner, standard_attr_id) values
        ${sql.join(chunk.map(({ id, at }) => sql`(${id}, '', ${network?.id}, ${mac(at)}, 1, 'DOWN', '', 'compute:nova', ${firstAttribute + at})`))}`);
      await change(sql`insert into ml2_port_bindings
        (port_id, host, vif_type, vnic_type, profile, vif_details, status) values
        ${sql.join(chunk.map(({ id }) => sql`(${id}, 'h', 'ovs', 'normal', '', '', 'ACTIVE')`))}`);
    }
  });
}

/** Their rows in the Northbound, down as well. Returns the rows' uuids. */
async function addSwitchPorts(author: OvsdbClient, ids: readonly string[]): Promise<readonly string[]> {
  const switchUuid = randomUUID();
  await author.transact([op.insert('Logical_Switch', { name: 'neutron-n' }, { uuid: switchUuid })]);
  const rows: string[] = [];
  for (let start = 0; start < ids.length; start += PORTS_PER_STATEMENT) {
    const chunk = ids.slice(start, start + PORTS_PER_STATEMENT).map((id) => ({ id, uuid: randomUUID() }));
    await author.transact([
      ...chunk.map(({ id, uuid }) =>
        op.insert(
          'Logical_Switch_Port',
          { name: id, up: false, external_ids: new Map([['neutron:port_name', '']]) },
          { uuid },
        ),
      ),
      op.mutate('Logical_Switch', switchUuid, [['ports', 'insert', chunk.map(({ uuid }) => uuid)]]),
    ]);
    rows.push(...chunk.map(({ uuid }) => uuid));
  }
  return rows;
}

async function readResult(writable: WritableNeutronConnection): Promise<{ settled: number; writes: number }> {
  const [row] = await writable.write(({ query }) =>
    query(sql<{ settled: string; writes: string }>`
      select sum(p.status = 'ACTIVE') as settled, sum(s.revision_number) as writes
      from ports p join standardattributes s on s.id = p.standard_attr_id where s.id >= 1000000`),
  );
  return { settled: Number(row?.settled), writes: Number(row?.writes) };
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(20);
}
