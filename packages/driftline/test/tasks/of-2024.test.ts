import { op, type ReplicaRow } from '@driftline/ovsdb';
import { runCases } from './run-cases.ts';
import { drop, keyOf, put, type TaskBench } from './task-bench.ts';

const mark = (row: ReplicaRow, key: string): unknown => (row.external_ids as ReadonlyMap<string, unknown>).get(key);
const global = (bench: TaskBench) => bench.row('NB_Global');
const switches = (bench: TaskBench) =>
  bench.rows('Logical_Switch', (row) => mark(row, 'neutron:network_name') !== undefined);
const routers = (bench: TaskBench) =>
  bench.rows('Logical_Router', (row) => mark(row, 'neutron:router_name') !== undefined);
const routerPorts = (bench: TaskBench) =>
  bench.rows('Logical_Router_Port', (row) => mark(row, 'neutron:router_name') !== undefined);
const routes = (bench: TaskBench) =>
  bench.rows('Logical_Router_Static_Route', (row) => mark(row, 'neutron:is_static_route') !== undefined);
const associations = ({ sqlite }: TaskBench) =>
  sqlite
    .prepare('SELECT provider_name, resource_id FROM providerresourceassociations ORDER BY 2')
    .all()
    .map((row) => `${row.provider_name} ${row.resource_id}`);
const distributed = ({ sqlite }: TaskBench) =>
  sqlite
    .prepare('SELECT distributed FROM router_extra_attributes')
    .all()
    .map((row) => row.distributed);

runCases('2026.2-dev', [
  {
    task: 'add_gw_port_info_to_logical_router_port',
    claim: 'router ports say whether they are gateways',
    source: 'maintenance.py 25.0.0: add_gw_port_info_to_logical_router_port',
    state: (bench) =>
      routerPorts(bench).map((row) => drop(row, 'Logical_Router_Port', 'external_ids', 'neutron:is_ext_gw')),
    cells: (bench) => routerPorts(bench).map((row) => [row.name, mark(row, 'neutron:is_ext_gw')]),
  },
  {
    task: 'check_fdb_aging_settings',
    claim: 'switches on physical networks forget addresses after the configured time, so many at once as configured',
    source: 'maintenance.py master: check_fdb_aging_settings',
    flags: ['--ovn-fdb_age_threshold', '77', '--ovn_nb_global-fdb_removal_limit', '9'],
    cells: (bench) => [
      [...new Set(keyOf(switches(bench), 'other_config', 'fdb_age_threshold'))].map(String).sort(),
      keyOf([global(bench)], 'options', 'fdb_removal_limit'),
    ],
    end: [['77', 'undefined'], ['9']],
  },
  {
    task: 'update_mac_aging_settings',
    claim: 'routers forget MAC bindings after the configured time, so many at once as configured',
    source: 'maintenance.py master: update_mac_aging_settings',
    flags: ['--ovn-mac_binding_age_threshold', '78', '--ovn_nb_global-mac_binding_removal_limit', '8'],
    cells: (bench) => [
      [...new Set(keyOf(routers(bench), 'options', 'mac_binding_age_threshold'))],
      keyOf([global(bench)], 'options', 'mac_binding_removal_limit'),
    ],
    end: [['78'], ['8']],
  },
  {
    task: 'configure_nb_global',
    claim: 'the three options are as configured',
    source: 'maintenance.py master: configure_nb_global',
    flags: ['--ovn_nb_global-ignore_lsp_down', '--ovn_nb_global-fdb_removal_limit', '5'],
    state: (bench) => [drop(global(bench), 'NB_Global', 'options', 'mac_binding_removal_limit')],
    cells: (bench) =>
      ['ignore_lsp_down', 'fdb_removal_limit', 'mac_binding_removal_limit'].flatMap((key) =>
        keyOf([global(bench)], 'options', key),
      ),
    end: ['true', '5', '0'],
  },
  {
    task: 'update_router_distributed_flag',
    claim: 'routers say what is configured',
    source: 'maintenance.py master: update_router_distributed_flag',
    state: ({ sqlite }) => {
      sqlite.exec('UPDATE router_extra_attributes SET distributed = 0');
      return [];
    },
    cells: distributed,
  },
  {
    task: 'update_router_distributed_flag',
    claim: 'a router of a flavour, which is not of OVN, keeps what it has',
    source: 'maintenance.py master does not ask for the flavour',
    state: ({ sqlite }) => {
      sqlite.exec('UPDATE router_extra_attributes SET distributed = 0');
      sqlite.exec('PRAGMA foreign_keys = OFF');
      sqlite.exec("UPDATE routers SET flavor_id = 'f' WHERE id = (SELECT min(id) FROM routers)");
      return [];
    },
    cells: (bench) => [...distributed(bench)].sort(),
    end: [0, 1],
    undo: ({ sqlite }) => {
      sqlite.exec('UPDATE router_extra_attributes SET distributed = 1');
      sqlite.exec('UPDATE routers SET flavor_id = NULL');
    },
  },
  {
    task: 'add_provider_resource_association_to_routers',
    claim: 'routers that stand in OVN name it as their provider',
    source: 'maintenance.py 25.0.0: add_provider_resource_association_to_routers',
    state: ({ sqlite }) => {
      sqlite.exec('DELETE FROM providerresourceassociations');
      return [];
    },
    cells: associations,
  },
  {
    task: 'set_network_type',
    claim: 'switches name the type of their network',
    source: 'maintenance.py 27.0.0: set_network_type',
    state: (bench) =>
      switches(bench).map((row) => drop(row, 'Logical_Switch', 'external_ids', 'neutron:provnet-network-type')),
    cells: (bench) => switches(bench).map((row) => [row.name, mark(row, 'neutron:provnet-network-type')]),
  },
  {
    task: 'check_provider_distributed_ports',
    claim: 'router ports on vlan and flat networks say where they reside',
    source: 'maintenance.py master: check_provider_distributed_ports',
    state: (bench) =>
      routerPorts(bench).map((row) => drop(row, 'Logical_Router_Port', 'options', 'reside-on-redirect-chassis')),
    cells: (bench) => keyOf(routerPorts(bench), 'options', 'reside-on-redirect-chassis'),
  },
  {
    task: 'check_provider_distributed_ports',
    claim: 'with floating IPs on the gateway all of them reside there',
    source: 'maintenance.py master: check_provider_distributed_ports',
    flags: ['--ovn-noenable_distributed_floating_ip'],
    state: (bench) =>
      routerPorts(bench)
        .filter((row) => keyOf([row], 'options', 'reside-on-redirect-chassis')[0] !== undefined)
        .map((row) => put(row, 'Logical_Router_Port', 'options', { 'reside-on-redirect-chassis': 'false' })),
    cells: (bench) =>
      [...new Set(keyOf(routerPorts(bench), 'options', 'reside-on-redirect-chassis'))].map(String).sort(),
    end: ['true', 'undefined'],
  },
  {
    task: 'check_network_broadcast_arps_to_all_routers',
    claim: 'switches of external networks broadcast as configured',
    source: 'maintenance.py master: check_network_broadcast_arps_to_all_routers',
    flags: ['--ovn-nobroadcast_arps_to_all_routers'],
    state: (bench) =>
      switches(bench).map((row) => drop(row, 'Logical_Switch', 'other_config', 'broadcast-arps-to-all-routers')),
    cells: (bench) =>
      [...new Set(keyOf(switches(bench), 'other_config', 'broadcast-arps-to-all-routers'))].map(String).sort(),
    end: ['false', 'undefined'],
  },
]);

const fipNats = (bench: TaskBench) =>
  bench
    .rows('NAT', (row) => mark(row, 'neutron:fip_id') !== undefined)
    .map((row) => [mark(row, 'neutron:fip_id'), row]);
const gatewayOf = (bench: TaskBench) =>
  fipNats(bench)
    .map(([id, row]) => [String(id), (row as ReplicaRow).gateway_port === undefined ? 'none' : 'its gateway port'])
    .sort();
const gateways = (bench: TaskBench) =>
  bench.rows('Logical_Router_Port', (row) => mark(row, 'neutron:is_ext_gw') === 'True');
const chassisOf = (bench: TaskBench) =>
  gateways(bench).map(({ gateway_chassis }) =>
    bench
      .rows('Gateway_Chassis', ({ _uuid }) => (gateway_chassis as readonly string[]).includes(_uuid))
      .some(({ chassis_name }) => chassis_name === 'neutron-ovn-invalid-chassis'),
  );

runCases('2026.1', [
  {
    task: 'update_nat_floating_ip_with_gateway_port_reference',
    claim: 'floating IPs name the gateway port that they are reached through',
    source: 'maintenance.py 24.0.0: update_nat_floating_ip_with_gateway_port_reference',
    flags: ['--driftline-release', '2024.1'],
    state: (bench) =>
      fipNats(bench).map(([, row]) => op.update('NAT', (row as ReplicaRow)._uuid, { gateway_port: undefined })),
    cells: gatewayOf,
  },
  {
    task: 'remove_invalid_gateway_chassis_from_unbound_lrp',
    claim: 'no gateway is on the chassis that is none',
    source: 'maintenance.py 27.0.0: remove_invalid_gateway_chassis_from_unbound_lrp',
    state: (bench) =>
      gateways(bench).flatMap((row, at) => [
        op.insert(
          'Gateway_Chassis',
          {
            name: `${String(row.name)}_neutron-ovn-invalid-chassis`,
            chassis_name: 'neutron-ovn-invalid-chassis',
            priority: 1,
          },
          { namedUuid: `invalid${at}` },
        ),
        op.update('Logical_Router_Port', row._uuid, { gateway_chassis: [{ ref: `invalid${at}` }] }),
      ]),
    cells: chassisOf,
  },
  {
    task: 'update_router_static_routes',
    claim: 'routes of Neutron are marked, and keep their other keys',
    source: 'maintenance.py 28.0.0: update_router_static_routes',
    state: (bench) =>
      routes(bench).map((row) => drop(row, 'Logical_Router_Static_Route', 'external_ids', 'neutron:is_static_route')),
    cells: (bench) =>
      routes(bench)
        .map(({ nexthop, external_ids }) => [nexthop, [...(external_ids as ReadonlyMap<string, string>)].sort()])
        .sort(),
  },
]);
