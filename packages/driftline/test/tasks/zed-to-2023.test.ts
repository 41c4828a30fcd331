import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { op, type ReplicaRow } from '@driftline/ovsdb';
import { runCases } from './run-cases.ts';
import { drop, keyOf, put, TaskBench } from './task-bench.ts';

const exec = promisify(execFile);

const mark = (row: ReplicaRow, key: string): unknown => (row.external_ids as ReadonlyMap<string, unknown>).get(key);
const ports = (bench: TaskBench) =>
  bench.rows('Logical_Switch_Port', (row) => mark(row, 'neutron:port_name') !== undefined);
const localnets = (bench: TaskBench) => bench.rows('Logical_Switch_Port', ({ type }) => type === 'localnet');
const floatingIps = (bench: TaskBench) => bench.rows('NAT', (row) => mark(row, 'neutron:fip_id') !== undefined);
const gatewayPorts = (bench: TaskBench) =>
  bench.rows('Logical_Router_Port', (row) => mark(row, 'neutron:is_ext_gw') === 'True');
const aRouter = (bench: TaskBench) =>
  bench.row('Logical_Router', (row) => mark(row, 'neutron:router_name') !== undefined);
/** One that is served addresses. */
const servedPort = (bench: TaskBench) =>
  bench.row(
    'Logical_Switch_Port',
    (row) => row.type === '' && row.dhcpv4_options !== undefined && row.parent_name === undefined,
  );
const attributes = ({ sqlite }: TaskBench) =>
  sqlite
    .prepare('SELECT router_id, distributed, service_router, ha_vr_id FROM router_extra_attributes ORDER BY router_id')
    .all()
    .map((row) => ({ ...row }));
const ringNodes = ({ sqlite }: TaskBench) =>
  sqlite
    .prepare("SELECT node_uuid FROM ovn_hash_ring WHERE hostname LIKE 'old-%' ORDER BY 1")
    .all()
    .map((row) => row.node_uuid);

let baremetal = '';

runCases('2026.2-dev', [
  {
    task: 'migrate_to_stateful_fips',
    claim: 'floating IPs are stateful, unless stateless ones are configured',
    source: 'maintenance.py 21.0.0: migrate_to_stateful_fips',
    state: (bench) => floatingIps(bench).map((row) => put(row, 'NAT', 'options', { stateless: 'true' })),
    cells: (bench) => keyOf(floatingIps(bench), 'options', 'stateless'),
  },
  {
    task: 'update_logical_router_with_gateway_network_id',
    claim: 'the key that 2023.2 has no use for is gone',
    source: 'maintenance.py 21.0.0, and 23.0.0: remove_gw_ext_ids_from_logical_router',
    state: (bench) => [put(aRouter(bench), 'Logical_Router', 'external_ids', { 'neutron:gw_network_id': 'x' })],
    cells: (bench) => keyOf(bench.rows('Logical_Router'), 'external_ids', 'neutron:gw_network_id'),
  },
  {
    task: 'check_baremetal_ports_dhcp_options',
    claim: 'with the option on, a baremetal port is served no addresses',
    source: 'maintenance.py master: check_baremetal_ports_dhcp_options',
    flags: ['--ovn-disable_ovn_dhcp_for_baremetal_ports'],
    state: (bench) => {
      baremetal = String(servedPort(bench).name);
      bench.sqlite.prepare("UPDATE ml2_port_bindings SET vnic_type = 'baremetal' WHERE port_id = ?").run(baremetal);
      return [];
    },
    cells: (bench) =>
      bench.rows('Logical_Switch_Port', ({ name }) => name === baremetal).map((row) => row.dhcpv4_options ?? 'none'),
    end: ['none'],
    undo: ({ sqlite }) =>
      void sqlite.prepare("UPDATE ml2_port_bindings SET vnic_type = 'normal' WHERE port_id = ?").run(baremetal),
  },
  {
    task: 'update_port_virtual_type',
    claim: 'a port that lost its type is virtual again, with the address and parents that make it one',
    source: 'maintenance.py 24.0.0: update_port_virtual_type',
    state: (bench) =>
      bench
        .rows('Logical_Switch_Port', ({ type }) => type === 'virtual')
        .flatMap((row) => [
          op.update('Logical_Switch_Port', row._uuid, { type: '' }),
          drop(row, 'Logical_Switch_Port', 'options', 'virtual-ip', 'virtual-parents'),
        ]),
    cells: (bench) =>
      ports(bench).map((row) => [row.name, row.type, (row.options as ReadonlyMap<string, string>).get('virtual-ip')]),
  },
  {
    task: 'create_router_extra_attributes_registers',
    claim: 'every router has a row of attributes, with defaults',
    source: 'maintenance.py 22.0.0: create_router_extra_attributes_registers',
    state: ({ sqlite }) => {
      sqlite.exec('DELETE FROM router_extra_attributes');
      return [];
    },
    cells: (bench) =>
      attributes(bench).map(({ distributed, service_router, ha_vr_id }) => [distributed, service_router, ha_vr_id]),
    end: [
      [0, 0, null],
      [0, 0, null],
    ],
    undo: ({ sqlite }) =>
      sqlite.exec(
        "UPDATE router_extra_attributes SET distributed = 1, ha = 1, ha_vr_id = 0, availability_zone_hints = '[]'",
      ),
  },
  {
    task: 'check_port_has_address_scope',
    claim: 'ports name their address scopes, and keep every other key',
    source: 'maintenance.py 25.0.0: check_port_has_address_scope',
    state: (bench) =>
      ports(bench).map((row) =>
        drop(
          row,
          'Logical_Switch_Port',
          'external_ids',
          'neutron:subnet_pool_addr_scope4',
          'neutron:subnet_pool_addr_scope6',
        ),
      ),
    cells: (bench) =>
      ports(bench).map(({ name, external_ids }) => [name, [...(external_ids as ReadonlyMap<string, string>)].sort()]),
  },
  {
    task: 'check_redirect_type_router_gateway_ports',
    claim: 'a gateway of a router with a tunnelled network is not bridged',
    source: 'maintenance.py master: check_redirect_type_router_gateway_ports',
    state: (bench) =>
      gatewayPorts(bench).map((row) => put(row, 'Logical_Router_Port', 'options', { 'redirect-type': 'bridged' })),
    cells: (bench) => keyOf(gatewayPorts(bench), 'options', 'redirect-type'),
  },
  {
    task: 'check_router_default_route_empty_dst_ip',
    claim: 'a default route to nowhere is gone',
    source: 'maintenance.py master: check_router_default_route_empty_dst_ip',
    state: (bench) => [
      op.insert(
        'Logical_Router_Static_Route',
        { ip_prefix: '0.0.0.0/0', nexthop: '', external_ids: new Map([['neutron:is_ext_gw', 'true']]) },
        { namedUuid: 'nowhere' },
      ),
      op.mutate('Logical_Router', aRouter(bench)._uuid, [['static_routes', 'insert', [{ ref: 'nowhere' }]]]),
    ],
    cells: (bench) =>
      bench
        .rows('Logical_Router_Static_Route')
        .map(({ ip_prefix, nexthop }) => `${ip_prefix} ${nexthop}`)
        .sort(),
  },
  {
    task: 'add_vnic_type_and_pb_capabilities_to_lsp',
    claim: 'ports name their type of NIC and its capabilities, and keep every other key',
    source: 'maintenance.py 25.0.0: add_vnic_type_and_pb_capabilities_to_lsp',
    state: (bench) =>
      ports(bench).map((row) =>
        drop(row, 'Logical_Switch_Port', 'external_ids', 'neutron:vnic_type', 'neutron:port_capabilities'),
      ),
    cells: (bench) =>
      ports(bench).map(({ name, external_ids }) => [name, [...(external_ids as ReadonlyMap<string, string>)].sort()]),
  },
  {
    task: 'check_fair_meter_consistency',
    claim: 'both meters are fair, and limit at the configured rate and at half of it',
    source: 'maintenance.py master: check_fair_meter_consistency',
    flags: ['--network_log-rate_limit', '300', '--network_log-burst_limit', '51'],
    state: (bench) => bench.rows('Meter').map((row) => op.update('Meter', row._uuid, { fair: false })),
    cells: (bench) =>
      bench.rows('Meter').map(({ name, fair, unit, bands }) => {
        const [band] = bench.rows('Meter_Band', ({ _uuid }) => (bands as readonly string[]).includes(_uuid));
        return [name, fair, unit, band?.rate, band?.burst_size];
      }),
    end: [
      ['acl_log_meter', true, 'pktps', 300, 51],
      ['acl_log_meter_stateless', true, 'pktps', 150, 25],
    ],
  },
  {
    task: 'cleanup_old_hash_ring_nodes',
    claim: 'nodes that nobody touched for five days are gone, younger ones stay',
    source: 'maintenance.py master: cleanup_old_hash_ring_nodes',
    state: ({ sqlite }) => {
      const insert = sqlite.prepare(
        "INSERT INTO ovn_hash_ring VALUES (?, 'mechanism_driver', ?, datetime('now', ?), datetime('now', ?))",
      );
      for (const [node, age] of [
        ['a', '-6 days'],
        ['b', '-4 days'],
        ['c', '-121 hours'],
      ] as const) {
        insert.run(node, `old-${node}`, age, age);
      }
      return [];
    },
    cells: ringNodes,
    end: ['b'],
    undo: ({ sqlite }) => sqlite.exec("DELETE FROM ovn_hash_ring WHERE hostname LIKE 'old-%'"),
  },
  {
    task: 'check_localnet_port_has_learn_fdb',
    claim: 'localnet ports learn as configured',
    source: 'maintenance.py master: check_localnet_port_has_learn_fdb',
    flags: ['--ovn-localnet_learn_fdb'],
    state: (bench) => localnets(bench).map((row) => drop(row, 'Logical_Switch_Port', 'options', 'localnet_learn_fdb')),
    cells: (bench) => [...new Set(keyOf(localnets(bench), 'options', 'localnet_learn_fdb'))],
    end: ['true'],
  },
  {
    task: 'remove_gw_ext_ids_from_logical_router',
    claim: 'both keys are gone, which upstream means to do and does not',
    source: 'maintenance.py 25.0.0: remove_gw_ext_ids_from_logical_router',
    state: (bench) => [
      put(aRouter(bench), 'Logical_Router', 'external_ids', {
        'neutron:gw_port_id': 'x',
        'neutron:gw_network_id': 'y',
      }),
    ],
    cells: (bench) =>
      bench.rows('Logical_Router').map((row) => [mark(row, 'neutron:gw_port_id'), mark(row, 'neutron:gw_network_id')]),
  },
]);

describe('remove_duplicated_chassis_registers', () => {
  it('keeps of a hostname the chassis that was heard of last, and the chassis of other hosts', async () => {
    await using bench = await TaskBench.open('2026.2-dev');
    const sbctl = async (...args: string[]) =>
      (await exec('ovn-sbctl', [`--db=${bench.bench.golden.southbound.endpoint}`, ...args])).stdout.trim();
    const chassis = async () => (await sbctl('--bare', '--columns=name', 'list', 'Chassis')).split(/\s+/).sort();
    const before = await chassis();
    await sbctl('chassis-add', 'left-behind', 'geneve', '203.0.113.99');
    await sbctl('set', 'Chassis', 'left-behind', 'hostname=gw-1.example.org');
    await sbctl('create', 'Chassis_Private', 'name=left-behind', 'nb_cfg_timestamp=5');
    const [first, second] = await bench.runTwice('remove_duplicated_chassis_registers');
    assert.deepEqual(first, { is: 'done', changed: 2 });
    assert.deepEqual(second, { is: 'done', changed: 0 });
    assert.deepEqual(await chassis(), before);
    assert.equal(await sbctl('--bare', '--columns=name', 'find', 'Chassis_Private', 'name=left-behind'), '');
  });
});
