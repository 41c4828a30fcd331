import { type Operation, op, type ReplicaRow } from '@driftline/ovsdb';
import { drop, put, type TaskBench } from './task-bench.ts';

/**
 * Makes of a Northbound that a recent Neutron wrote the one that Ussuri's would have left of the same resources: every
 * key, column and row that came later is taken away or put back to its first shape, in SQL too. From Neutron's source
 * of 16.0.0 and the migrations since.
 */
export async function regressToUssuri(bench: TaskBench): Promise<void> {
  await bench.change([
    ...switches(bench),
    ...switchPorts(bench),
    ...routers(bench),
    ...routerPorts(bench),
    ...policies(bench),
    ...deployment(bench),
  ]);
  bench.sqlite.exec('DELETE FROM router_extra_attributes');
  bench.sqlite.exec('DELETE FROM providerresourceassociations');
}

const mark = (row: ReplicaRow, key: string): unknown => (row.external_ids as ReadonlyMap<string, unknown>).get(key);
const marked = (bench: TaskBench, table: string, key: string) =>
  bench.rows(table, (row) => mark(row, key) !== undefined);

const switches = (bench: TaskBench): Operation[] =>
  marked(bench, 'Logical_Switch', 'neutron:network_name').flatMap((row) => [
    drop(row, 'Logical_Switch', 'external_ids', 'neutron:provnet-network-type', 'neutron:provnet-physical-network'),
    drop(row, 'Logical_Switch', 'other_config', 'fdb_age_threshold', 'broadcast-arps-to-all-routers', 'vlan-passthru'),
  ]);

function switchPorts(bench: TaskBench): Operation[] {
  const ports = marked(bench, 'Logical_Switch_Port', 'neutron:port_name').map((row) =>
    drop(row, 'Logical_Switch_Port', 'external_ids', ...LATER_PORT_KEYS),
  );
  const localnets = bench
    .rows('Logical_Switch_Port', ({ type }) => type === 'localnet')
    .flatMap((row) => {
      const home = bench.row('Logical_Switch', (each) => (each.ports as readonly string[]).includes(row._uuid));
      return [
        op.update('Logical_Switch_Port', row._uuid, { name: `provnet-${String(home.name).slice('neutron-'.length)}` }),
        drop(row, 'Logical_Switch_Port', 'external_ids', 'neutron:provnet-physical-network'),
        drop(row, 'Logical_Switch_Port', 'options', 'localnet_learn_fdb', 'mcast_flood', 'mcast_flood_reports'),
      ];
    });
  // Ussuri had one group for all external ports.
  const external = bench.rows('Logical_Switch_Port', ({ type }) => type === 'external');
  const groups = bench
    .rows('HA_Chassis_Group')
    .filter((row) => mark(row, 'neutron:network_id') !== undefined)
    .map((row) => op.delete('HA_Chassis_Group', row._uuid));
  const shared = [
    op.insert('HA_Chassis', { chassis_name: 'gw-1', priority: 32_767 }, { namedUuid: 'top' }),
    op.insert(
      'HA_Chassis_Group',
      { name: 'default_ha_chassis_group', ha_chassis: [{ ref: 'top' }] },
      { namedUuid: 'all' },
    ),
    ...external.map((row) => op.update('Logical_Switch_Port', row._uuid, { ha_chassis_group: { ref: 'all' } })),
  ];
  return [...ports, ...localnets, ...shared, ...groups];
}

const LATER_PORT_KEYS = [
  'neutron:subnet_pool_addr_scope4',
  'neutron:subnet_pool_addr_scope6',
  'neutron:vnic_type',
  'neutron:port_capabilities',
  'neutron:mtu',
  'neutron:host_id',
];

function routers(bench: TaskBench): Operation[] {
  const rows = marked(bench, 'Logical_Router', 'neutron:router_name').flatMap((row) => [
    put(row, 'Logical_Router', 'external_ids', { 'neutron:gw_port_id': 'of-old' }),
    drop(
      row,
      'Logical_Router',
      'options',
      'always_learn_from_arp_request',
      'dynamic_neigh_routers',
      'mac_binding_age_threshold',
    ),
  ]);
  const routes = marked(bench, 'Logical_Router_Static_Route', 'neutron:is_static_route').map((row) =>
    drop(row, 'Logical_Router_Static_Route', 'external_ids', 'neutron:is_static_route'),
  );
  const addresses = marked(bench, 'NAT', 'neutron:fip_id').flatMap((row) => [
    op.update('NAT', row._uuid, { gateway_port: undefined }),
    drop(row, 'NAT', 'options', 'stateless'),
  ]);
  return [...rows, ...routes, ...addresses];
}

const routerPorts = (bench: TaskBench): Operation[] =>
  marked(bench, 'Logical_Router_Port', 'neutron:router_name').flatMap((row) => [
    drop(row, 'Logical_Router_Port', 'external_ids', 'neutron:is_ext_gw'),
    put(row, 'Logical_Router_Port', 'external_ids', {
      'neutron:router_name': String(mark(row, 'neutron:router_name')).replace(/^neutron-/, ''),
    }),
    drop(row, 'Logical_Router_Port', 'options', 'gateway_mtu', 'reside-on-redirect-chassis', 'redirect-type'),
  ]);

function policies(bench: TaskBench): Operation[] {
  const limits = bench
    .rows('QoS', (row) => mark(row, 'neutron:port_id') !== undefined)
    .map((row) => drop(row, 'QoS', 'external_ids', 'neutron:port_id'));
  const ofAddresses = marked(bench, 'QoS', 'neutron:fip_id').map((row) =>
    op.update('QoS', row._uuid, { priority: 2002 }),
  );
  const sets = marked(bench, 'Address_Set', 'neutron:address_group_id').map((row) =>
    op.delete('Address_Set', row._uuid),
  );
  const rules = bench
    .rows('ACL', ({ match }) => String(match).includes('$ag_'))
    .map((row) =>
      op.update('ACL', row._uuid, { match: String(row.match).replace(/ && ip[46]\.(src|dst) == \$ag_\w+/, '') }),
    );
  return [...limits, ...ofAddresses, ...sets, ...rules];
}

function deployment(bench: TaskBench): Operation[] {
  const global = bench.row('NB_Global');
  const meters = bench
    .rows('Meter', ({ name }) => String(name).endsWith('_stateless'))
    .map((row) => op.delete('Meter', row._uuid));
  const dhcp = marked(bench, 'DHCP_Options', 'subnet_id').map((row) =>
    drop(row, 'DHCP_Options', 'external_ids', 'neutron:network_id'),
  );
  return [
    drop(global, 'NB_Global', 'external_ids', 'neutron:fip-distributed'),
    drop(
      global,
      'NB_Global',
      'options',
      ...['ignore_lsp_down', 'fdb_removal_limit', 'mac_binding_removal_limit'],
      ...['bfd-min-rx', 'bfd-min-tx', 'bfd-mult'],
    ),
    ...meters,
    ...dhcp,
  ];
}
