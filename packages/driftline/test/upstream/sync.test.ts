/**
 * Upstream's functional tests of its sync tool, damage by damage: `check` (upstream's mode "log") tells of it and writes
 * nothing, `repair` (upstream's "repair") brings back what Neutron itself wrote, and what others own stays.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { type Operation, op, type ReplicaRow } from '@driftline/ovsdb';
import { keyOf } from '../../src/events/look.ts';
import { watchEvents } from '../../src/events/watch-events.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { comparePictures, type Picture } from '../campaigns/picture.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';
import { put, TaskBench } from '../tasks/task-bench.ts';
import { ids, lose, maintain } from './maintain.ts';

interface Damage {
  readonly what: string;
  readonly operations: (bench: TaskBench) => readonly Operation[];
}

const marked = (key: string) => (row: ReplicaRow) => ids(row).has(key);
const ofType = (type: string) => (row: ReplicaRow) => row.type === type;
const map = (entries: Readonly<Record<string, string>>) => new Map(Object.entries(entries));

const NETWORK = 's-n2';
const theSwitch = (bench: TaskBench) =>
  bench.row('Logical_Switch', (row) => ids(row).get('neutron:network_name') === NETWORK);
const theRouter = (bench: TaskBench) =>
  bench.row('Logical_Router', (row) => ids(row).get('neutron:router_name') === 's-r0');
const loseThose =
  (table: string, isLost: (row: ReplicaRow) => boolean, most = 100) =>
  (bench: TaskBench) => {
    const rows = bench.rows(table, isLost).filter(({ _uuid }) => !isHost(bench, _uuid));
    return lose(bench, table, rows.slice(0, most));
  };
/** A row of another owner hangs on it, or one of its keys. */
const isHost = ({ bench }: TaskBench, uuid: string): boolean =>
  [...bench.foreign.keys].some((place) => place.startsWith(`${uuid} `));

/** A row that is Neutron's by its marks, of a resource that Neutron does not know. */
const stray =
  (
    table: string,
    row: Readonly<Record<string, unknown>>,
    parent?: readonly [table: string, column: string, of: (bench: TaskBench) => ReplicaRow],
  ) =>
  (bench: TaskBench): readonly Operation[] => [
    op.insert(table, row as never, { namedUuid: 'stray' }),
    ...(parent === undefined
      ? []
      : [op.mutate(parent[0], parent[2](bench)._uuid, [[parent[1], 'insert', [{ ref: 'stray' }]]])]),
  ];

const DAMAGES: readonly Damage[] = [
  { what: 'metadata ports are lost', operations: loseThose('Logical_Switch_Port', ofType('localport')) },
  {
    what: 'a switch of no network is there',
    operations: stray('Logical_Switch', {
      name: `neutron-${randomUUID()}`,
      external_ids: map({ 'neutron:network_name': 'stray' }),
    }),
  },
  {
    what: 'a switch port of no port is there',
    operations: stray(
      'Logical_Switch_Port',
      { name: randomUUID(), external_ids: map({ 'neutron:port_name': 'stray' }) },
      ['Logical_Switch', 'ports', theSwitch],
    ),
  },
  { what: 'switch ports are lost', operations: loseThose('Logical_Switch_Port', ofType(''), 3) },
  { what: 'localnet ports are lost', operations: loseThose('Logical_Switch_Port', ofType('localnet')) },
  {
    what: 'a router of no router is there',
    operations: stray('Logical_Router', {
      name: `neutron-${randomUUID()}`,
      external_ids: map({ 'neutron:router_name': 'stray' }),
    }),
  },
  {
    what: 'a router port of no port is there',
    operations: stray(
      'Logical_Router_Port',
      {
        name: `lrp-${randomUUID()}`,
        mac: '02:00:00:00:00:01',
        networks: ['203.0.113.1/24'],
        external_ids: map({ 'neutron:router_name': 'stray', 'neutron:revision_number': '1' }),
      },
      ['Logical_Router', 'ports', theRouter],
    ),
  },
  {
    what: 'router ports have other networks and advertisements',
    operations: (bench) =>
      bench.rows('Logical_Router_Port', marked('neutron:router_name')).map(({ _uuid }) =>
        op.update('Logical_Router_Port', _uuid, {
          networks: ['203.0.113.1/24'],
          ipv6_ra_configs: map({ address_mode: 'slaac', mtu: '1300' }),
        }),
      ),
  },
  {
    what: 'a route of no router is there',
    operations: stray(
      'Logical_Router_Static_Route',
      { ip_prefix: '10.12.0.0/24', nexthop: '10.0.0.12', external_ids: map({ 'neutron:is_static_route': 'true' }) },
      ['Logical_Router', 'static_routes', theRouter],
    ),
  },
  {
    what: 'extra routes and default routes are lost',
    operations: loseThose('Logical_Router_Static_Route', marked('neutron:is_static_route')),
  },
  {
    what: 'a floating IP of none is there',
    operations: stray(
      'NAT',
      {
        type: 'dnat_and_snat',
        external_ip: '203.0.113.5',
        logical_ip: '10.0.0.5',
        external_ids: map({ 'neutron:fip_id': randomUUID() }),
      },
      ['Logical_Router', 'nat', theRouter],
    ),
  },
  {
    what: 'a source NAT of a subnet that the router has not is there',
    operations: (bench) => {
      const snat = bench.row('NAT', ofType('snat'));
      const router = bench.row('Logical_Router', ({ nat }) => (nat as readonly string[]).includes(snat._uuid));
      return stray('NAT', { type: 'snat', external_ip: String(snat.external_ip), logical_ip: '203.0.113.0/24' }, [
        'Logical_Router',
        'nat',
        () => router,
      ])(bench);
    },
  },
  { what: 'source NAT is lost', operations: loseThose('NAT', ofType('snat')) },
  { what: 'floating IPs are lost', operations: loseThose('NAT', ofType('dnat_and_snat')) },
  {
    what: 'a port forwarding of none is there, and another is lost',
    operations: (bench) => {
      const [tcp, udp] = bench.rows('Load_Balancer', marked('neutron:fip_id'));
      assert.ok(tcp && udp);
      return [
        put(tcp, 'Load_Balancer', 'vips', { '203.0.113.9:8080': '10.0.0.9:80' }),
        ...lose(bench, 'Load_Balancer', [udp]),
      ];
    },
  },
  {
    what: 'a port group of no security group is there',
    operations: stray('Port_Group', {
      name: 'pg_00000000_0000_0000_0000_000000000000',
      external_ids: map({ 'neutron:security_group_id': '00000000-0000-0000-0000-000000000000' }),
    }),
  },
  {
    what: 'the port groups of security groups and of drops are lost',
    operations: loseThose(
      'Port_Group',
      (row) => marked('neutron:security_group_id')(row) || row.name === 'neutron_pg_drop',
    ),
  },
  {
    what: 'the ACLs of all rules are lost',
    operations: loseThose('ACL', marked('neutron:security_group_rule_id'), 1000),
  },
  {
    what: 'ACLs of a network log are lost',
    operations: loseThose('ACL', ({ name }) => name !== undefined && String(name).startsWith('neutron-')),
  },
  {
    what: 'ports have lost their DHCP options',
    operations: (bench) =>
      bench
        .rows('Logical_Switch_Port', ofType(''))
        .map(({ _uuid }) =>
          op.update('Logical_Switch_Port', _uuid, { dhcpv4_options: undefined, dhcpv6_options: undefined }),
        ),
  },
  { what: 'DHCP options of subnets and ports are lost', operations: loseThose('DHCP_Options', marked('subnet_id')) },
  {
    what: 'DHCP options of subnets are there a second time, with nonsense',
    operations: (bench) =>
      bench
        .rows('DHCP_Options', marked('subnet_id'))
        .map(({ external_ids, cidr }) =>
          op.insert('DHCP_Options', { cidr: String(cidr), external_ids, options: map({ foo: 'bar' }) } as never),
        ),
  },
  {
    what: 'DHCP options are stale',
    operations: (bench) =>
      bench
        .rows(
          'DHCP_Options',
          (row) => marked('subnet_id')(row) && (row.options as ReadonlyMap<string, string>).size > 0,
        )
        .map((row) => put(row, 'DHCP_Options', 'options', { server_id: '203.0.113.254', lease_time: '1' })),
  },
  { what: 'DNS rows are lost', operations: loseThose('DNS', marked('ls_name'), 1) },
  {
    what: 'DNS records are gone',
    operations: (bench) =>
      bench.rows('DNS', marked('ls_name')).map(({ _uuid }) => op.update('DNS', _uuid, { records: new Map() })),
  },
  { what: 'QoS rules of ports are lost', operations: loseThose('QoS', marked('neutron:port_id')) },
  { what: 'QoS rules of floating IPs are lost', operations: loseThose('QoS', marked('neutron:fip_id')) },
  {
    what: 'a switch is lost, with its ports',
    operations: loseThose('Logical_Switch', (row) => ids(row).get('neutron:network_name') === NETWORK),
  },
  {
    what: 'router ports are lost, the gateway among them',
    operations: (bench) => {
      const held = new Set(theRouter(bench).ports as readonly string[]);
      return lose(
        bench,
        'Logical_Router_Port',
        bench.rows('Logical_Router_Port', ({ _uuid }) => held.has(_uuid)),
      );
    },
  },
  {
    what: 'a router is lost, with all that is on it',
    operations: loseThose('Logical_Router', (row) => ids(row).get('neutron:router_name') === 's-r0'),
  },
];

describe('a Northbound that was harmed', () => {
  let bench: TaskBench;
  let written: Picture;
  before(async () => {
    bench = await TaskBench.open('2026.1');
    written = bench.bench.picture();
  });
  after(() => bench[Symbol.asyncDispose]());

  /** As the command does: up to three rounds, for what lost its proof is told again when that is mended. */
  async function repair(): Promise<void> {
    for (let round = 1; round <= 3; round++) await bench.bench.mend(await bench.bench.check());
  }

  for (const { what, operations } of DAMAGES) {
    it(`${what}: check tells of it and writes nothing, repair undoes it`, async () => {
      const foreign = bench.foreignPicture();
      await bench.change(operations(bench));
      const harmed = bench.bench.picture();
      assert.notDeepEqual(comparePictures(written, harmed), []);
      const { drift } = await bench.bench.check();
      assert.ok(drift.length > 0);
      await bench.bench.client.sync();
      assert.deepEqual(comparePictures(harmed, bench.bench.picture()), []);
      await repair();
      assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
      assert.deepEqual(bench.harmedSince(foreign), []);
    });
  }

  it('in all these ways at once: check tells of it and writes nothing, repair undoes it', async () => {
    const foreign = bench.foreignPicture();
    for (const { operations } of DAMAGES) await bench.change(operations(bench));
    const harmed = bench.bench.picture();
    const { drift } = await bench.bench.check();
    assert.ok(drift.length > 100, `${drift.length} differences`);
    await bench.bench.client.sync();
    assert.deepEqual(comparePictures(harmed, bench.bench.picture()), []);
    await repair();
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
    assert.deepEqual(bench.harmedSince(foreign), []);
  });
});

describe('stateless floating IPs', () => {
  it('are what is configured, switched on and off again', async () => {
    await using bench = await TaskBench.open('2026.1');
    const stateless = () =>
      bench
        .rows('NAT', marked('neutron:fip_id'))
        .map(({ options }) => (options as ReadonlyMap<string, string>).get('stateless'));
    const written = bench.bench.picture();
    await maintain(bench, ['--ovn-stateless_nat_enabled']);
    assert.deepEqual([...new Set(stateless())], ['true']);
    await maintain(bench);
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
  });
});

/** Upstream's synchronisation of the Southbound, which it does at each start of its worker. */
describe('which hosts Neutron takes for connected to which segments', () => {
  it('follows the chassis when Driftline starts, and hosts that have none keep what others wrote of them', async () => {
    await using stack = new AsyncDisposableStack();
    const { golden, deployment } = stack.use(await openGoldenDeployment('2026.1'));
    const sqlite = stack.adopt(new DatabaseSync(golden.databaseUrl.replace('sqlite:///', '')), (db) => db.close());
    const mapped = () =>
      sqlite
        .prepare('SELECT host, segment_id FROM segmenthostmappings ORDER BY host, segment_id')
        .all()
        .map(({ host, segment_id }) => `${host} ${segment_id}`);
    const written = mapped();
    const [first, second] = new Set(written.map((row) => row.split(' ')[0] ?? ''));
    const segment = sqlite.prepare("SELECT id FROM networksegments WHERE network_type = 'geneve'").get()?.id ?? '';
    assert.ok(first !== undefined && second !== undefined);
    sqlite.prepare('DELETE FROM segmenthostmappings WHERE host = ?').run(first);
    sqlite.prepare('INSERT INTO segmenthostmappings (segment_id, host) VALUES (?, ?)').run(segment, second);
    sqlite.prepare("INSERT INTO segmenthostmappings (segment_id, host) VALUES (?, 'of-another-agent')").run(segment);
    const harmed = mapped();

    const writable = stack.use(openWritable(deployment.config.database.url));
    const stop = new AbortController();
    const looked = new Set<string>();
    const options = { deployment, writable, policy: 'act', graceMs: 0 } as const;
    await watchEvents(
      {
        ...options,
        onEvent: (event) => {
          if (event.kind === 'looked') for (const { look } of event.findings) looked.add(keyOf(look));
          if (looked.has(`segment-hosts ${first}`) && looked.has(`segment-hosts ${second}`)) stop.abort();
        },
      },
      stop.signal,
    );
    assert.notDeepEqual(harmed, written);
    assert.deepEqual(mapped(), [...written, `of-another-agent ${segment}`].sort());
  });
});
