import { op, type ReplicaRow } from '@driftline/ovsdb';
import { drop, put } from '../task-bench.ts';
import type { Copy } from './copy.ts';
import type { StartingState } from './pair.ts';

/** One task of upstream's, from the state that made upstream write it. */
export interface UpstreamCase extends StartingState {
  readonly task: string;
  /** The state, for the test's name. */
  readonly from: string;
  /** Where ours ends otherwise. */
  readonly differs?: readonly Difference[];
  /** Tables of which upstream's second run touches rows again, though nothing is amiss any more. */
  readonly neverRests?: { readonly because: string; readonly tables: readonly string[] };
  /** What upstream's does beside rows of other owners, where it does not leave them alone. */
  readonly amongForeign?: AmongForeign;
}

/** A defect of upstream's, and the differences in the end that it makes. */
export interface Difference {
  readonly because: string;
  readonly where: RegExp;
}

export interface AmongForeign {
  readonly because: string;
  /** Rows and keys that it changes, in the order of their names. */
  readonly harms?: readonly RegExp[];
  /** What it raises, and with it ends. */
  readonly raises?: RegExp;
}

export const mark = (row: ReplicaRow, key: string): unknown =>
  (row.external_ids as ReadonlyMap<string, unknown>).get(key);
const has = (key: string) => (row: ReplicaRow) => mark(row, key) !== undefined;
const ofType =
  (type: string) =>
  (row: ReplicaRow): boolean =>
    row.type === type;
const localnets = (copy: Copy) => copy.rows('Logical_Switch_Port', ofType('localnet'));
const switchWith = (copy: Copy, port: ReplicaRow): ReplicaRow =>
  copy.row('Logical_Switch', ({ ports }) => (ports as readonly string[]).includes(port._uuid));
/** One that is served addresses. */
const servedPort = (copy: Copy) =>
  copy.row(
    'Logical_Switch_Port',
    (row) => row.type === '' && row.dhcpv4_options !== undefined && row.parent_name === undefined,
  );

/** A DHCP row of Neutron's that carries a key of somebody else. */
export const REPLACES_DHCP_KEYS: AmongForeign = {
  because: 'writes external_ids anew instead of its own keys in it',
  harms: [/^DHCP_Options 10.0.0.0\/24 \S+ {2}external_ids operator:note$/],
};

export const CASES: readonly UpstreamCase[] = [
  {
    task: 'migrate_to_stateful_fips',
    from: 'stateless floating IPs',
    northbound: (copy) =>
      copy.rows('NAT', has('neutron:fip_id')).map((row) => put(row, 'NAT', 'options', { stateless: 'true' })),
  },
  {
    task: 'migrate_to_port_groups',
    from: 'no port groups, but ACLs of switches and address sets of security groups',
    // Logs of security groups came after port groups.
    sql: () => ['DELETE FROM logs'],
    differs: [
      {
        because: 'makes the groups past its own bookkeeping: rules that no row of ovn_revision_numbers knows stay so',
        where: /^SQL, ours: ovn_revision_numbers: .* security_group_rules 0$/,
      },
    ],
    amongForeign: {
      because: "deletes every ACL of every switch of Neutron's, whoever's it is",
      harms: [/^ACL neutron-\S+ \/ to-lport 500 ip4.src == 192.0.2.66$/],
    },
    northbound: (copy) => {
      const groups = copy.rows('Port_Group', has('neutron:security_group_id'));
      const port = servedPort(copy);
      return [
        ...groups.map((row) => op.delete('Port_Group', row._uuid)),
        ...copy
          .rows('ACL', ({ log }) => log === true)
          .map((row) =>
            op.update('ACL', row._uuid, { log: false, name: undefined, meter: undefined, severity: undefined }),
          ),
        op.insert(
          'ACL',
          {
            direction: 'to-lport',
            priority: 1002,
            action: 'allow-related',
            match: `outport == "${String(port.name)}" && ip4`,
            external_ids: new Map([['neutron:lport', String(port.name)]]),
          },
          { namedUuid: 'old' },
        ),
        op.mutate('Logical_Switch', switchWith(copy, port)._uuid, [['acls', 'insert', [{ ref: 'old' }]]]),
        ...groups.flatMap((row) => {
          const id = String(mark(row, 'neutron:security_group_id'));
          return ['ip4', 'ip6'].map((family) =>
            op.insert('Address_Set', {
              name: `as_${family}_${id.replaceAll('-', '_')}`,
              external_ids: new Map([['neutron:security_group_id', id]]),
            }),
          );
        }),
      ];
    },
  },
  {
    task: 'check_global_dhcp_opts',
    from: 'an option that was configured since',
    options: { 'ovn.ovn_dhcp4_global_options': { ntp_server: '192.0.2.1' } },
    amongForeign: REPLACES_DHCP_KEYS,
  },
  {
    task: 'check_for_igmp_snoop_support',
    from: 'switches that do not snoop, as is configured since',
    options: { 'OVS.igmp_snooping_enable': true },
    amongForeign: {
      because: "sets every switch that has a name; only Neutron's since 2026.1",
      harms: [/^Logical_Switch bgp-ls-chassis-1-physnet1$/, /^Logical_Switch storage$/],
    },
  },
  {
    task: 'check_for_ha_chassis_group',
    from: 'an external port without a group, and the default group of old',
    chooses: true,
    neverRests: { because: 'draws the order of all chassis but the first anew in each run', tables: ['HA_Chassis'] },
    northbound: (copy) => {
      const port = copy.row('Logical_Switch_Port', ofType('external'));
      return [
        op.update('Logical_Switch_Port', port._uuid, { ha_chassis_group: undefined }),
        op.delete('HA_Chassis_Group', String(port.ha_chassis_group)),
        op.insert('HA_Chassis_Group', { name: 'default_ha_chassis_group' }),
      ];
    },
  },
  {
    task: 'check_for_mcast_flood_reports',
    from: 'localnet ports that flood as before the option was there',
    amongForeign: {
      because: "sets every port that is no router's and no metadata port, whoever's it is",
      harms: [
        /^Logical_Switch_Port bgp-lsp-neutron-\S+-interconnect$/,
        /^Logical_Switch_Port bgp-lsp-physnet1-uplink$/,
        /^Logical_Switch_Port monitoring-probe$/,
        /^Logical_Switch_Port storage-1$/,
      ],
    },
    northbound: (copy) =>
      localnets(copy).map((row) => drop(row, 'Logical_Switch_Port', 'options', 'mcast_flood', 'mcast_flood_reports')),
  },
  {
    task: 'check_router_mac_binding_options',
    from: 'routers without the options',
    amongForeign: {
      because: "sets every router, whoever's it is",
      harms: [/^Logical_Router bgp-lr-main$/, /^Logical_Router edge$/],
    },
    northbound: (copy) =>
      copy
        .rows('Logical_Router')
        .map((row) => drop(row, 'Logical_Router', 'options', 'always_learn_from_arp_request', 'dynamic_neigh_routers')),
  },
  {
    task: 'update_port_qos_with_external_ids_reference',
    from: 'QoS rows of ports that do not say whose they are',
    northbound: (copy) =>
      copy.rows('QoS', has('neutron:port_id')).map((row) => drop(row, 'QoS', 'external_ids', 'neutron:port_id')),
  },
  {
    task: 'check_vlan_distributed_ports',
    from: 'router ports on vlan networks that do not say where they reside',
    differs: [
      {
        because:
          'asks the option alone, so that traffic of tunnelled networks of the router is lost; the rule that asks them too, and Driftline has, came with 21.2.0',
        where: /^Logical_Router_Port \S+: options:reside-on-redirect-chassis was "false", is "true"$/,
      },
    ],
    northbound: (copy) =>
      copy
        .rows('Logical_Router_Port')
        .map((row) => drop(row, 'Logical_Router_Port', 'options', 'reside-on-redirect-chassis')),
  },
  {
    task: 'check_vlan_distributed_ports',
    from: 'floating IPs that are configured on the gateway since',
    options: { 'ovn.enable_distributed_floating_ip': false },
  },
  {
    task: 'update_logical_router_with_gateway_network_id',
    from: 'routers that do not say which network their gateway is on',
    northbound: (copy) =>
      copy.rows('Logical_Router').map((row) => drop(row, 'Logical_Router', 'external_ids', 'neutron:gw_network_id')),
  },
  {
    task: 'check_baremetal_ports_dhcp_options',
    from: 'a baremetal port that is served addresses, as is not configured any more',
    options: { 'ovn.disable_ovn_dhcp_for_baremetal_ports': true },
    sql: (copy) => [
      `UPDATE ml2_port_bindings SET vnic_type = 'baremetal' WHERE port_id = '${String(servedPort(copy).name)}'`,
    ],
  },
  {
    task: 'update_port_virtual_type',
    from: 'a virtual port that lost its type',
    amongForeign: {
      because: "asks Neutron for each port without a type, and ends with the first that is not Neutron's",
      raises: /^PortNotFound: /,
    },
    northbound: (copy) =>
      copy
        .rows('Logical_Switch_Port', ofType('virtual'))
        .map((row) => op.update('Logical_Switch_Port', row._uuid, { type: '' })),
  },
];
