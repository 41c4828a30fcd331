import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { op, type ReplicaRow } from '@driftline/ovsdb';
import { runCases } from './run-cases.ts';
import { drop, keyOf, put, TaskBench } from './task-bench.ts';

const ofType =
  (type: string) =>
  (row: ReplicaRow): boolean =>
    row.type === type;
const localnets = (bench: TaskBench) => bench.rows('Logical_Switch_Port', ofType('localnet'));
const mark = (row: ReplicaRow, key: string): unknown => (row.external_ids as ReadonlyMap<string, unknown>).get(key);
const switchWith = (bench: TaskBench, port: ReplicaRow): ReplicaRow =>
  bench.row('Logical_Switch', ({ ports }) => (ports as readonly string[]).includes(port._uuid));
/** Neutron's, with the members of the rest of the map left out. */
const subnetDhcp = (bench: TaskBench) =>
  bench.rows(
    'DHCP_Options',
    (row) => mark(row, 'subnet_id') !== undefined && mark(row, 'port_id') === undefined && /\./.test(String(row.cidr)),
  );
const openPort = (bench: TaskBench) =>
  bench.row('Logical_Switch_Port', ({ type, addresses }) => {
    const all = addresses as readonly string[];
    return type === '' && all.includes('unknown') && all.length > 1;
  });
const gatewayPorts = (bench: TaskBench) =>
  bench.rows('Logical_Router_Port', (row) => mark(row, 'neutron:is_ext_gw') === 'True');
const groupedMembers = (bench: TaskBench) =>
  bench
    .rows('Port_Group', (row) => mark(row, 'neutron:security_group_id') !== undefined)
    .map(({ name, ports, acls }) => [name, (ports as readonly string[]).length, (acls as readonly string[]).length]);
const oldAclOf = (bench: TaskBench) => bench.rows('ACL', (row) => mark(row, 'neutron:lport') !== undefined);
const oldSets = (bench: TaskBench) => bench.rows('Address_Set', ({ name }) => String(name).startsWith('as_ip'));

runCases('2026.2-dev', [
  {
    task: 'check_for_inconsistencies',
    claim: 'a port that OVN lost and one that it has otherwise are as Neutron says',
    source: 'maintenance.py master: check_for_inconsistencies',
    state: (bench) => {
      const [lost, other] = bench.rows('Logical_Switch_Port', ofType(''));
      if (lost === undefined || other === undefined) throw new Error('the deployment has two ports');
      return [
        op.mutate('Logical_Switch', switchWith(bench, lost)._uuid, [['ports', 'delete', [lost._uuid]]]),
        op.update('Logical_Switch_Port', other._uuid, { enabled: false }),
      ];
    },
    cells: (bench) => bench.rows('Logical_Switch_Port').map(({ name, enabled, type }) => [name, enabled, type]),
  },
  {
    task: 'check_global_dhcp_opts',
    claim: 'a configured option is on the row of every subnet',
    source: 'maintenance.py master: check_global_dhcp_opts',
    flags: ['--ovn-ovn_dhcp4_global_options', 'ntp_server:192.0.2.1'],
    cells: (bench) => [...new Set(keyOf(subnetDhcp(bench), 'options', 'ntp_server'))],
    end: ['192.0.2.1'],
  },
  {
    task: 'check_global_dhcp_opts',
    claim: 'an option that is configured no more is gone, which upstream forgets',
    source: 'maintenance.py master returns before it looks when nothing is configured',
    state: (bench) => subnetDhcp(bench).map((row) => put(row, 'DHCP_Options', 'options', { ntp_server: '192.0.2.1' })),
    cells: (bench) => keyOf(subnetDhcp(bench), 'options', 'ntp_server'),
  },
  {
    task: 'migrate_to_port_groups',
    claim: 'a security group has its port group, and the ACLs and address sets of old are gone',
    source: 'ovn_db_sync.py 23.0.0: migrate_to_port_groups',
    state: (bench) => {
      const port = bench.row('Logical_Switch_Port', ofType(''));
      const group = bench.row('Port_Group', (row) => {
        const isBusy = (row.ports as readonly string[]).length > 1;
        return isBusy && mark(row, 'neutron:security_group_id') !== undefined && !isHost(bench, row);
      });
      const id = String(mark(group, 'neutron:security_group_id'));
      return [
        op.delete('Port_Group', group._uuid),
        op.insert(
          'ACL',
          {
            direction: 'to-lport',
            priority: 1002,
            action: 'allow-related',
            match: `outport == "${String(port.name)}" && ip4 && ip4.src == $as_ip4_${id.replaceAll('-', '_')}`,
            external_ids: new Map([['neutron:lport', String(port.name)]]),
          },
          { namedUuid: 'old_acl' },
        ),
        op.mutate('Logical_Switch', switchWith(bench, port)._uuid, [['acls', 'insert', [{ ref: 'old_acl' }]]]),
        op.insert('Address_Set', {
          name: `as_ip4_${id.replaceAll('-', '_')}`,
          external_ids: new Map([['neutron:security_group_id', id]]),
        }),
      ];
    },
    cells: (bench) => [groupedMembers(bench), oldAclOf(bench).length, oldSets(bench).length],
  },
  {
    task: 'check_metadata_ports',
    claim: 'the localport of a metadata port is there',
    source: 'maintenance.py 20.0.0: check_metadata_ports',
    state: (bench) => {
      const port = bench.row('Logical_Switch_Port', ofType('localport'));
      return [op.mutate('Logical_Switch', switchWith(bench, port)._uuid, [['ports', 'delete', [port._uuid]]])];
    },
    cells: (bench) =>
      bench.rows('Logical_Switch_Port', ofType('localport')).map(({ name, addresses }) => [name, addresses]),
  },
  {
    task: 'check_for_port_security_unknown_address',
    claim: 'a port without port security takes unknown addresses',
    source: 'maintenance.py 20.0.0: check_for_port_security_unknown_address',
    state: (bench) => {
      const port = openPort(bench);
      const addresses = (port.addresses as readonly string[]).filter((address) => address !== 'unknown');
      return [op.update('Logical_Switch_Port', port._uuid, { addresses })];
    },
    cells: (bench) =>
      bench
        .rows('Logical_Switch_Port', ofType(''))
        .map(({ name, addresses }) => [name, [...(addresses as readonly string[])].sort()]),
  },
  {
    task: 'check_for_fragmentation_support',
    claim: 'gateway ports say the MTU beyond which fragmentation is needed',
    source: 'maintenance.py 20.0.0: check_for_fragmentation_support',
    state: (bench) => gatewayPorts(bench).map((row) => drop(row, 'Logical_Router_Port', 'options', 'gateway_mtu')),
    cells: (bench) => keyOf(gatewayPorts(bench), 'options', 'gateway_mtu'),
  },
  {
    task: 'check_for_igmp_snoop_support',
    claim: 'switches snoop when it is configured',
    source: 'maintenance.py master: check_for_igmp_snoop_support',
    flags: ['--OVS-igmp_snooping_enable'],
    cells: (bench) => [...new Set(keyOf(bench.rows('Logical_Switch'), 'other_config', 'mcast_snoop'))],
    end: ['true'],
  },
  {
    task: 'check_for_igmp_snoop_support',
    claim: 'a wrong flood flag is corrected beside a right snoop flag',
    source: 'maintenance.py master; until 2023.2 upstream compared mcast_snoop alone',
    state: (bench) =>
      bench
        .rows('Logical_Switch')
        .map((row) => put(row, 'Logical_Switch', 'other_config', { mcast_flood_unregistered: 'true' })),
    cells: (bench) => keyOf(bench.rows('Logical_Switch'), 'other_config', 'mcast_flood_unregistered'),
  },
  {
    task: 'check_for_ha_chassis_group_address',
    claim: 'the default group, which Xena replaced by one for each network, is gone',
    source: 'ovn_client.py 21.0.0 deletes default_ha_chassis_group',
    state: () => [op.insert('HA_Chassis_Group', { name: 'default_ha_chassis_group' })],
    cells: (bench) => bench.rows('HA_Chassis_Group', ({ name }) => name === 'default_ha_chassis_group').length,
  },
  {
    task: 'check_for_localnet_legacy_port_name',
    claim: 'a localnet port has the name of its segment, no more that of its network',
    source: 'maintenance.py 20.0.0: check_for_localnet_legacy_port_name',
    state: (bench) =>
      localnets(bench).map((row) => {
        const network = String(switchWith(bench, row).name).slice('neutron-'.length);
        return op.update('Logical_Switch_Port', row._uuid, { name: `provnet-${network}` });
      }),
    cells: (bench) =>
      localnets(bench)
        .map(({ name, _uuid }) => [name, _uuid])
        .sort(),
  },
  {
    task: 'check_for_mcast_flood_reports',
    claim: 'localnet ports flood as configured',
    source: 'maintenance.py 25.0.0: check_for_mcast_flood_reports',
    state: (bench) =>
      localnets(bench).map((row) => drop(row, 'Logical_Switch_Port', 'options', 'mcast_flood', 'mcast_flood_reports')),
    cells: (bench) => [
      keyOf(localnets(bench), 'options', 'mcast_flood'),
      keyOf(localnets(bench), 'options', 'mcast_flood_reports'),
    ],
  },
  {
    task: 'check_for_mcast_flood_reports',
    claim: 'other ports flood no reports any more',
    source: 'maintenance.py 23.0.0: check_for_mcast_flood_reports',
    state: (bench) =>
      bench
        .rows('Logical_Switch_Port', ofType(''))
        .map((row) => put(row, 'Logical_Switch_Port', 'options', { mcast_flood_reports: 'true' })),
    cells: (bench) => keyOf(bench.rows('Logical_Switch_Port', ofType('')), 'options', 'mcast_flood_reports'),
  },
  {
    task: 'check_for_ha_chassis_group',
    claim: "an external port has its network's group of chassis",
    source: 'maintenance.py 26.0.0: check_for_ha_chassis_group',
    state: (bench) => {
      const port = bench.row('Logical_Switch_Port', ofType('external'));
      return [
        op.update('Logical_Switch_Port', port._uuid, { ha_chassis_group: undefined }),
        op.delete('HA_Chassis_Group', String(port.ha_chassis_group)),
      ];
    },
    cells: (bench) => {
      const groups = bench.rows('HA_Chassis_Group');
      const groupOf = ({ ha_chassis_group }: ReplicaRow) =>
        groups.find(({ _uuid }) => _uuid === ha_chassis_group)?.name;
      return bench.rows('Logical_Switch_Port', ofType('external')).map((row) => [row.name, groupOf(row)]);
    },
  },
  {
    task: 'check_router_mac_binding_options',
    claim: 'routers learn MAC addresses by need',
    source: 'maintenance.py 23.0.0: check_router_mac_binding_options',
    state: (bench) =>
      bench
        .rows('Logical_Router')
        .map((row) => drop(row, 'Logical_Router', 'options', 'always_learn_from_arp_request', 'dynamic_neigh_routers')),
    cells: (bench) => [
      keyOf(bench.rows('Logical_Router'), 'options', 'always_learn_from_arp_request'),
      keyOf(bench.rows('Logical_Router'), 'options', 'dynamic_neigh_routers'),
    ],
  },
  {
    task: 'update_port_qos_with_external_ids_reference',
    claim: 'a QoS row of a port names it',
    source: 'maintenance.py 22.0.0: update_port_qos_with_external_ids_reference',
    state: (bench) =>
      bench
        .rows('QoS', (row) => mark(row, 'neutron:port_id') !== undefined)
        .map((row) => drop(row, 'QoS', 'external_ids', 'neutron:port_id')),
    cells: (bench) =>
      bench
        .rows('QoS')
        .map((row) => [row.match, row.direction, mark(row, 'neutron:port_id')])
        .sort(),
  },
  {
    task: 'check_vlan_distributed_ports',
    claim: 'router ports on vlan networks say where they reside',
    source: 'maintenance.py 24.0.0: check_vlan_distributed_ports',
    state: (bench) =>
      bench
        .rows('Logical_Router_Port')
        .map((row) => drop(row, 'Logical_Router_Port', 'options', 'reside-on-redirect-chassis')),
    cells: (bench) => keyOf(onVlan(bench), 'options', 'reside-on-redirect-chassis'),
  },
]);

describe('migrate_to_stateless_fips', () => {
  it('is not run: upstream withdrew it, and the task that undoes it finds nothing', async () => {
    await using bench = await TaskBench.open('zed');
    const options = () =>
      keyOf(
        bench.rows('NAT', ({ type }) => type === 'dnat_and_snat'),
        'options',
        'stateless',
      );
    const before = options();
    for (const { is, ...rest } of await bench.runTwice('migrate_to_stateless_fips')) {
      assert.equal(is, 'skipped');
      assert.match('why' in rest ? rest.why : '', /withdrawn by upstream in Zed/);
    }
    assert.deepEqual(options(), before);
    const nothing = { is: 'done', changed: 0 };
    assert.deepEqual(await bench.runTwice('migrate_to_stateful_fips'), [nothing, nothing]);
  });
});

const onVlan = (bench: TaskBench) => {
  const vlans = bench
    .rows('Logical_Switch', (row) => mark(row, 'neutron:provnet-network-type') === 'vlan')
    .map(({ name }) => name);
  return bench.rows('Logical_Router_Port', (row) => vlans.includes(String(mark(row, 'neutron:network_name'))));
};

/** Something of another owner hangs on it. */
const isHost = (bench: TaskBench, { _uuid, ports, acls }: ReplicaRow): boolean =>
  [...(ports as readonly string[]), ...(acls as readonly string[])].some((uuid) =>
    bench.bench.foreign.rows.has(uuid),
  ) || [...bench.bench.foreign.keys].some((key) => key.startsWith(_uuid));
