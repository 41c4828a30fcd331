/** What upstream does wrong, or never, and what Driftline does in the same state. The tables name the tests of the rest. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Operation, OvsdbClient, op, type ReplicaRow } from '@driftline/ovsdb';
import { plan } from '../../src/reconcile/reconcile.ts';
import { whyOf } from '../../src/tasks/attempt.ts';
import { comparePictures } from '../campaigns/picture.ts';
import type { GoldenRelease } from '../lab/golden.ts';
import { drop, keyOf, put, TaskBench } from '../tasks/task-bench.ts';
import { ids, lose, maintain } from './maintain.ts';

const marked = (key: string) => (row: ReplicaRow) => ids(row).has(key);
const switchOf = (bench: TaskBench, network: string) =>
  bench.row('Logical_Switch', (row) => ids(row).get('neutron:network_name') === network);
/** Takes the switch of a network on a VLAN or a flat one, so that every task that is about such has one less. */
const withoutSwitch = (bench: TaskBench) => lose(bench, 'Logical_Switch', [switchOf(bench, 's-vlanext')]);

interface LoopingTask {
  readonly task: string;
  /** For the name of the test. */
  readonly despite: string;
  readonly release?: GoldenRelease;
  readonly flags?: readonly string[];
  readonly state: (bench: TaskBench) => readonly Operation[];
}

/** Upstream raises KeyError or AttributeError in these states, and tries again every five seconds. */
const LOOPING: readonly LoopingTask[] = [
  {
    task: 'check_fdb_aging_settings',
    despite: 'a network has no switch',
    flags: ['--ovn-fdb_age_threshold', '77'],
    state: withoutSwitch,
  },
  {
    task: 'check_network_broadcast_arps_to_all_routers',
    despite: 'an external network has no switch',
    flags: ['--ovn-nobroadcast_arps_to_all_routers'],
    state: withoutSwitch,
  },
  {
    task: 'set_network_type_and_physnet',
    despite: 'a switch is of a network that is gone',
    state: (bench) => [
      drop(switchOf(bench, 's-n2'), 'Logical_Switch', 'external_ids', 'neutron:provnet-network-type'),
      op.insert('Logical_Switch', {
        name: 'neutron-00000000-dead-4000-8000-000000000000',
        external_ids: new Map([['neutron:network_name', 'gone']]),
      }),
    ],
  },
  {
    task: 'check_dhcp_options_consistency',
    despite: 'a DHCP row is of a subnet that is gone, and another of somebody else',
    state: (bench) => [
      ...bench
        .rows('DHCP_Options', marked('subnet_id'))
        .map((row) => drop(row, 'DHCP_Options', 'external_ids', 'neutron:network_id')),
      op.insert('DHCP_Options', {
        cidr: '203.0.113.0/24',
        external_ids: new Map([['subnet_id', '00000000-dead-4000-8000-000000000000']]),
      }),
    ],
  },
  {
    task: 'check_provider_distributed_ports',
    despite: 'a router port is missing',
    state: (bench) => {
      const [...others] = bench.rows('Logical_Router_Port', (row) =>
        (row.options as ReadonlyMap<string, string>).has('reside-on-redirect-chassis'),
      );
      const lost = others.pop();
      assert.ok(lost && others.length > 0);
      return [
        ...lose(bench, 'Logical_Router_Port', [lost]),
        ...others.map((row) => drop(row, 'Logical_Router_Port', 'options', 'reside-on-redirect-chassis')),
      ];
    },
  },
  {
    task: 'update_router_static_routes',
    despite: 'a router of the routes is gone',
    release: '2026.1',
    state: (bench) => [
      ...bench
        .rows('Logical_Router_Static_Route', marked('neutron:is_static_route'))
        .map((row) => drop(row, 'Logical_Router_Static_Route', 'external_ids', 'neutron:is_static_route')),
      op.insert('Logical_Router', {
        name: 'neutron-00000000-dead-4000-8000-000000000000',
        external_ids: new Map([['neutron:router_name', 'gone']]),
      }),
    ],
  },
];

describe('a task that upstream repeats for ever', () => {
  for (const { task, despite, release = '2026.2-dev', flags, state } of LOOPING) {
    it(`${task}: is done although ${despite}, and finds nothing more`, async () => {
      await using bench = await TaskBench.open(release);
      const foreign = bench.foreignPicture();
      await bench.change(state(bench));
      const [first, second] = await bench.runTwice(task, flags);
      assert.equal(first.is, 'done', whyOf(first));
      assert.ok('changed' in first && first.changed > 0);
      assert.deepEqual(second, { is: 'done', changed: 0 });
      assert.deepEqual(bench.harmedSince(foreign), []);
    });
  }

  it('check_global_dhcp_opts: is done with lists, with what Neutron sets itself and with an empty value', async () => {
    await using bench = await TaskBench.open('2026.2-dev');
    const subnets = () =>
      bench.rows(
        'DHCP_Options',
        (row) => !ids(row).has('port_id') && String(row.cidr).includes('.') && marked('subnet_id')(row),
      );
    const macs = keyOf(subnets(), 'options', 'server_mac');
    const options = 'ntp_server:192.0.2.1;192.0.2.2,server_mac:02:00:00:00:00:01,lease_time:';
    const [first, second] = await bench.runTwice('check_global_dhcp_opts', ['--ovn-ovn_dhcp4_global_options', options]);
    assert.equal(first.is, 'done', whyOf(first));
    assert.deepEqual(second, { is: 'done', changed: 0 });
    assert.deepEqual([...new Set(keyOf(subnets(), 'options', 'ntp_server'))], ['{192.0.2.1, 192.0.2.2}']);
    assert.deepEqual(keyOf(subnets(), 'options', 'server_mac'), macs);
  });
});

describe('migrate_lrp_gateway_chassis_to_ha_chassis_group', () => {
  it('keeps the availability zones whole, and one router that cannot be migrated stops no other', async () => {
    await using bench = await TaskBench.open('2026.1');
    const zoned = bench.sqlite.prepare("SELECT id FROM routers WHERE name = 's-r0'").get()?.id;
    bench.sqlite
      .prepare('UPDATE router_extra_attributes SET availability_zone_hints = ? WHERE router_id = ?')
      .run('["zone-1", "zone-2"]', String(zoned));
    await using southbound = await OvsdbClient.connect({
      database: 'OVN_Southbound',
      endpoints: bench.bench.golden.southbound.endpoint,
    });
    const zones = new Map([['ovn-cms-options', 'enable-chassis-as-gw,availability-zones=zone-1:zone-2']]);
    for (const { _uuid, hostname } of southbound.replica.table('Chassis').rows.values()) {
      if (!String(hostname).startsWith('gw-')) continue;
      await southbound.transact([
        op.mutate('Chassis', String(_uuid), [
          ['other_config', 'delete', [...zones.keys()]],
          ['other_config', 'insert', zones],
        ]),
      ]);
    }
    const other = bench.row('Logical_Router', (row) => ids(row).get('neutron:router_name') === 's-r2');
    await bench.change(lose(bench, 'Logical_Router', [other]));
    const task = 'migrate_lrp_gateway_chassis_to_ha_chassis_group';
    const [first] = await bench.runTwice(task, ['--driftline-release', '2026.2']);
    assert.equal(first.is, 'done', whyOf(first));
    const group = bench.row('HA_Chassis_Group', ({ name }) => name === `neutron-${zoned}`);
    assert.equal(ids(group).get('neutron:availability_zone_hints'), 'zone-1,zone-2');
  });
});

describe('the order of writes', () => {
  it('has the sets of an address group before the rules that ask them, so that no ACL names a set that is missing', async () => {
    await using bench = await TaskBench.open('2026.1');
    await bench.change([
      ...lose(bench, 'Address_Set', bench.rows('Address_Set', marked('neutron:address_group_id'))),
      ...lose(
        bench,
        'Port_Group',
        bench.rows('Port_Group', (row) => ids(row).get('neutron:security_group_id') !== undefined).slice(1),
      ),
    ]);
    const verdict = await bench.bench.check();
    const tables = plan(verdict, verdict.drift, 0).transactions.flatMap(({ changes }) =>
      changes.map(({ table }) => table),
    );
    assert.ok(tables.includes('Address_Set') && tables.includes('ACL'));
    assert.ok(tables.lastIndexOf('Address_Set') < tables.indexOf('ACL'));
  });
});

describe('availability zones of a network', () => {
  it('that change are followed by the group of its external ports, where upstream looks when they did not', async () => {
    await using bench = await TaskBench.open('2026.1');
    const group = () => bench.row('HA_Chassis_Group', (row) => ids(row).get('neutron:network_id') === network);
    const network = ids(bench.row('HA_Chassis_Group', marked('neutron:network_id'))).get('neutron:network_id') ?? '';
    const written = bench.bench.picture();
    const setHints = (hints: string) =>
      bench.sqlite.prepare('UPDATE networks SET availability_zone_hints = ? WHERE id = ?').run(hints, network);
    setHints('["zone-9"]');
    await maintain(bench);
    assert.equal(ids(group()).get('neutron:availability_zone_hints'), 'zone-9');
    setHints('[]');
    await maintain(bench);
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
  });
});

describe('a network of Zed with external ports', () => {
  it('is updated, where its release always fails', async () => {
    await using bench = await TaskBench.open('zed');
    const written = bench.bench.picture();
    const external = bench.row('Logical_Switch_Port', ({ type }) => type === 'external');
    const row = bench.row('Logical_Switch', ({ ports }) => (ports as readonly string[]).includes(external._uuid));
    await bench.change([put(row, 'Logical_Switch', 'external_ids', { 'neutron:network_name': 'formerly' })]);
    await maintain(bench);
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
  });
});

interface Setting {
  /** For the name of the test. */
  readonly option: string;
  readonly flags: readonly string[];
  readonly cells: (bench: TaskBench) => readonly unknown[];
  readonly end: readonly unknown[];
}

const values = (table: string, isOf: (row: ReplicaRow) => boolean, column: string, key: string) => (bench: TaskBench) =>
  [...new Set(keyOf(bench.rows(table, isOf), column, key))].map(String).sort();
const isSubnet4 = (row: ReplicaRow): boolean => marked('subnet_id')(row) && String(row.cidr).includes('.');
const isLocalnet = ({ type }: ReplicaRow): boolean => type === 'localnet';

/** Options of which no task of upstream's applies a change to what is in OVN already, or only some releases'. */
const SETTINGS: readonly Setting[] = [
  {
    option: 'dhcp_default_lease_time',
    flags: ['--ovn-dhcp_default_lease_time', '600'],
    cells: values('DHCP_Options', isSubnet4, 'options', 'lease_time'),
    end: ['600'],
  },
  {
    option: 'ovn_metadata_enabled',
    flags: ['--ovn-noovn_metadata_enabled'],
    cells: (bench) =>
      values(
        'DHCP_Options',
        isSubnet4,
        'options',
        'classless_static_route',
      )(bench).filter((routes) => routes.includes('169.254.169.254')),
    end: [],
  },
  {
    option: 'dns_servers',
    flags: ['--ovn-dns_servers', '192.0.2.53'],
    cells: (bench) =>
      values('DHCP_Options', isSubnet4, 'options', 'dns_server')(bench).filter((each) => each.includes('192.0.2.53')),
    end: ['{192.0.2.53}'],
  },
  {
    option: 'ovn_router_indirect_snat',
    flags: ['--ovn-ovn_router_indirect_snat'],
    cells: (bench) =>
      [...new Set(bench.rows('NAT', ({ type }) => type === 'snat').map(({ logical_ip }) => String(logical_ip)))].filter(
        (logical) => logical === '0.0.0.0/0',
      ),
    end: ['0.0.0.0/0'],
  },
  {
    option: 'igmp_flood of localnet ports',
    flags: ['--OVS-igmp_flood'],
    cells: values('Logical_Switch_Port', isLocalnet, 'options', 'mcast_flood'),
    end: ['true'],
  },
  {
    option: 'stateless_nat_enabled',
    flags: ['--ovn-stateless_nat_enabled'],
    cells: values('NAT', marked('neutron:fip_id'), 'options', 'stateless'),
    end: ['true'],
  },
];

describe('configuration that changed after the rows were written', () => {
  let bench: TaskBench;
  before(async () => {
    bench = await TaskBench.open('2026.1');
  });
  after(() => bench[Symbol.asyncDispose]());

  for (const { option, flags, cells, end } of SETTINGS) {
    it(`${option}: is applied to them, and taken back when it is taken back`, async () => {
      const written = bench.bench.picture();
      assert.notDeepEqual(cells(bench), end);
      await maintain(bench, flags);
      assert.deepEqual(cells(bench), end);
      await maintain(bench);
      assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
    });
  }

  it('dns_domain, which has no flag: is applied to them from its file, and taken back when it is taken back', async () => {
    const written = bench.bench.picture();
    const file = join(bench.bench.golden.folder, 'domain.conf');
    await writeFile(file, '[DEFAULT]\ndns_domain = cloud.example.org.\n');
    await maintain(bench, ['--config-file', file]);
    assert.deepEqual(values('DHCP_Options', isSubnet4, 'options', 'domain_name')(bench), ['"cloud.example.org."']);
    await maintain(bench);
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
  });
});

describe('two switches of one name', () => {
  it('become one again: the one that holds the ports stays, which upstream chooses by chance', async () => {
    await using bench = await TaskBench.open('2026.1');
    const written = bench.bench.picture();
    const { _uuid, name, external_ids, other_config } = switchOf(bench, 's-n2');
    await bench.change([op.insert('Logical_Switch', { name, external_ids, other_config } as never)]);
    assert.equal(bench.rows('Logical_Switch', (row) => row.name === name).length, 2);
    await maintain(bench);
    assert.deepEqual(
      bench.rows('Logical_Switch', (row) => row.name === name).map((row) => row._uuid),
      [_uuid],
    );
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
  });
});

describe('a repair of OVN', () => {
  it('writes nothing to SQL but what it notes, not even metadata ports that somebody should have made', async () => {
    await using bench = await TaskBench.open('2026.1');
    const tables = bench.sqlite
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'ovn_revision_numbers'")
      .all()
      .map(({ name }) => String(name));
    const content = () => tables.map((table) => bench.sqlite.prepare(`SELECT * FROM "${table}"`).all());
    const metadata = bench.sqlite
      .prepare("SELECT id, standard_attr_id FROM ports WHERE device_owner = 'network:distributed'")
      .get();
    bench.sqlite.prepare('DELETE FROM standardattributes WHERE id = ?').run(Number(metadata?.standard_attr_id));
    await bench.change(
      lose(
        bench,
        'Logical_Switch',
        bench.rows('Logical_Switch', ({ name }) => name === switchOf(bench, 's-n2').name),
      ),
    );
    const before = content();
    await maintain(bench);
    assert.equal(bench.rows('Logical_Switch_Port', ({ name }) => name === metadata?.id).length, 0);
    assert.deepEqual(content(), before);
  });
});
