import { op } from '@driftline/ovsdb';
import { put } from '../task-bench.ts';
import { type Difference, mark, REPLACES_DHCP_KEYS, type UpstreamCase } from './cases.ts';
import type { StartingState } from './pair.ts';
import {
  aGroup,
  aNetwork,
  aPort,
  aRouter,
  aRule,
  externalPortsNetwork,
  floatingIp,
  idOf,
  lose,
  NEVER,
  older,
  REVISION,
  routerPort,
  setRevision,
  subnetRow,
} from './resources.ts';

const task = 'check_for_inconsistencies';
/** Upstream writes the status of a floating IP that it has mended, which raises its revision. */
const STATUS_IS_A_CHANGE: Difference = {
  because: 'mends by two writes, of which the second raises the revision',
  where:
    /^(NAT|Load_Balancer) .*: external_ids:neutron:revision_number was |^SQL, (theirs|ours): (ovn_revision_numbers|standardattributes): .*floatingips/,
};

const RULES_WITHOUT_NUMBER: Difference = {
  because: 'writes down no numbers of the rules that a group is made with, before 2023.2',
  where: /^SQL, ours: ovn_revision_numbers: .* security_group_rules 0$/,
};

/** Of one port: nobody may lower the number. */
export const NEWER_IN_OVN: StartingState = {
  sql: (copy) => [setRevision('ports', idOf(aPort(copy)), 0)],
  northbound: (copy) => [put(aPort(copy), 'Logical_Switch_Port', 'external_ids', { [REVISION]: '99' })],
};

export const INCONSISTENCIES: readonly UpstreamCase[] = [
  {
    task,
    from: 'a port that never reached OVN',
    chooses: true,
    sql: (copy) => [setRevision('ports', idOf(aPort(copy)), NEVER)],
    northbound: (copy) => [lose(copy, 'Logical_Switch', 'ports', aPort(copy))],
  },
  {
    task,
    from: 'a port whose change never reached OVN',
    amongForeign: {
      because: 'writes options anew instead of its own keys in it',
      harms: [/^Logical_Switch_Port \S+ options hostname$/],
    },
    sql: (copy) => [setRevision('ports', idOf(aPort(copy)), 0)],
    northbound: (copy) => [
      op.update('Logical_Switch_Port', aPort(copy)._uuid, { enabled: false, addresses: ['unknown'] }),
      older(aPort(copy), 'Logical_Switch_Port'),
    ],
  },
  {
    task,
    from: 'a port that reached OVN just before the end of who wrote it down',
    sql: (copy) => [setRevision('ports', idOf(aPort(copy)), 0)],
  },
  {
    task,
    from: 'a network that never reached OVN',
    differs: [
      {
        because: 'makes the switch alone: what hung on it and has a right number of its own stays lost',
        where: /^(QoS|DNS|DHCP_Options|Logical_Switch_Port) .*: a row that was not there/,
      },
      {
        because: 'so what refers to it stays lost too',
        where: /^(Logical_Switch \S+: (qos_rules|dns_records|ports)|Port_Group \S+: ports) lost \[\], won /,
      },
    ],
    chooses: true,
    sql: (copy) => [setRevision('networks', idOf(aNetwork(copy)), NEVER)],
    northbound: (copy) => [op.delete('Logical_Switch', aNetwork(copy)._uuid)],
  },
  {
    task,
    from: 'a network whose change never reached OVN',
    sql: (copy) => [setRevision('networks', idOf(aNetwork(copy)), 0)],
    northbound: (copy) => [
      put(aNetwork(copy), 'Logical_Switch', 'external_ids', { 'neutron:network_name': 'before' }),
      older(aNetwork(copy), 'Logical_Switch'),
    ],
  },
  {
    task,
    from: 'a network with external ports whose change never reached OVN',
    differs: [
      {
        because: 'fails with an AttributeError on each network with external ports (LP#2000634)',
        where: /^Logical_Switch \S+: external_ids:\S+ was |^SQL, (theirs|ours): ovn_revision_numbers: .* networks /,
      },
    ],
    sql: (copy) => [setRevision('networks', idOf(externalPortsNetwork(copy)), 0)],
    northbound: (copy) => [
      put(externalPortsNetwork(copy), 'Logical_Switch', 'external_ids', { 'neutron:network_name': 'before' }),
      older(externalPortsNetwork(copy), 'Logical_Switch'),
    ],
  },
  {
    task,
    from: 'a subnet that never reached OVN',
    differs: [
      {
        because: 'takes the metadata port, which has its address already, for updated, and makes no row',
        where: /^DHCP_Options .*: a row that was not there/,
      },
      { because: 'so its ports are served no addresses', where: /: dhcpv4_options was null, is / },
    ],
    chooses: true,
    sql: (copy) => [setRevision('subnets', String(mark(subnetRow(copy, 4), 'subnet_id')), NEVER)],
    northbound: (copy) => [op.delete('DHCP_Options', subnetRow(copy, 4)._uuid)],
  },
  {
    task,
    from: 'a subnet of IPv6 that never reached OVN',
    differs: [
      {
        because: 'makes the row alone: ports that have a right number of their own are not told of it',
        where: /: dhcpv6_options was null, is /,
      },
    ],
    chooses: true,
    sql: (copy) => [setRevision('subnets', String(mark(subnetRow(copy, 6), 'subnet_id')), NEVER)],
    northbound: (copy) => [op.delete('DHCP_Options', subnetRow(copy, 6)._uuid)],
  },
  {
    task,
    from: 'a subnet whose change never reached OVN',
    amongForeign: REPLACES_DHCP_KEYS,
    sql: (copy) => [
      `UPDATE standardattributes SET revision_number = 1 WHERE id = (SELECT standard_attr_id FROM subnets WHERE id = '${String(mark(subnetRow(copy, 4), 'subnet_id'))}')`,
    ],
    northbound: (copy) => [put(subnetRow(copy, 4), 'DHCP_Options', 'options', { lease_time: '7' })],
  },
  {
    task,
    from: 'a router that never reached OVN',
    differs: [
      {
        because: 'makes the router and its gateway alone: ports and floating IPs with a right number stay lost',
        where: /^(Logical_Router_Port|NAT) .*: a row that was not there/,
      },
      { because: 'so the router holds none', where: /^Logical_Router \S+: (nat|ports) lost \[\], won / },
    ],
    chooses: true,
    sql: (copy) => [setRevision('routers', idOf(aRouter(copy)), NEVER)],
    northbound: (copy) => [op.delete('Logical_Router', aRouter(copy)._uuid)],
  },
  {
    task,
    from: 'a router whose change never reached OVN',
    amongForeign: {
      because: "writes external_ids anew, and takes every SNAT and route of the router for Neutron's own",
      harms: [
        /^Logical_Router neutron-\S+ external_ids octavia:lb$/,
        /^Logical_Router neutron-\S+ external_ids operator:note$/,
        /^Logical_Router_Static_Route neutron-\S+ \/ 192.0.2.0\/24 10.0.0.254$/,
        /^NAT neutron-\S+ \/ snat 192.0.2.200 10.99.0.0\/24$/,
      ],
    },
    sql: (copy) => [setRevision('routers', idOf(aRouter(copy)), 0)],
    northbound: (copy) => [
      op.update('Logical_Router', aRouter(copy)._uuid, { enabled: false }),
      older(aRouter(copy), 'Logical_Router'),
    ],
  },
  {
    task,
    from: 'a router port that never reached OVN',
    sql: (copy) => [setRevision('router_ports', idOf(routerPort(copy)), NEVER)],
    northbound: (copy) => {
      const snat = copy.row('NAT', ({ type, logical_ip }) => type === 'snat' && logical_ip === '10.0.3.0/24');
      return [lose(copy, 'Logical_Router', 'ports', routerPort(copy)), lose(copy, 'Logical_Router', 'nat', snat)];
    },
  },
  {
    task,
    from: 'a router port whose change never reached OVN',
    amongForeign: {
      because: 'writes external_ids and options anew instead of its own keys in them',
      harms: [
        /^Logical_Router_Port \S+ external_ids operator:note$/,
        /^Logical_Router_Port \S+ options gateway_mtu_bypass$/,
      ],
    },
    sql: (copy) => [setRevision('router_ports', idOf(routerPort(copy)), 0)],
    northbound: (copy) => [
      op.update('Logical_Router_Port', routerPort(copy)._uuid, { networks: ['192.0.2.1/24'] }),
      older(routerPort(copy), 'Logical_Router_Port'),
    ],
  },
  {
    task,
    from: 'a floating IP that never reached OVN',
    chooses: true,
    differs: [STATUS_IS_A_CHANGE],
    sql: (copy) => [setRevision('floatingips', String(mark(floatingIp(copy), 'neutron:fip_id')), NEVER)],
    northbound: (copy) => [lose(copy, 'Logical_Router', 'nat', floatingIp(copy))],
  },
  {
    task,
    from: 'a floating IP whose change never reached OVN',
    differs: [STATUS_IS_A_CHANGE],
    sql: (copy) => [setRevision('floatingips', String(mark(floatingIp(copy), 'neutron:fip_id')), 0)],
    northbound: (copy) => [
      op.update('NAT', floatingIp(copy)._uuid, { logical_ip: '10.0.0.9' }),
      older(floatingIp(copy), 'NAT'),
    ],
  },
  {
    task,
    from: 'forwardings of a floating IP that never reached OVN',
    differs: [STATUS_IS_A_CHANGE],
    neverRests: {
      because: 'raises the revision after the number was written down, so that it never agrees',
      tables: ['Load_Balancer', 'Logical_Router', 'Logical_Switch'],
    },
    sql: (copy) => [setRevision('floatingips', String(mark(copy.row('Load_Balancer'), 'neutron:fip_id')), NEVER)],
    northbound: (copy) => copy.rows('Load_Balancer').map((row) => op.delete('Load_Balancer', row._uuid)),
  },
  {
    task,
    from: 'a security group that never reached OVN',
    differs: [
      { because: 'makes the group without its members', where: /^Port_Group \S+: ports lost \[\], won / },
      RULES_WITHOUT_NUMBER,
    ],
    chooses: true,
    sql: (copy) => [setRevision('security_groups', String(mark(aGroup(copy), 'neutron:security_group_id')), NEVER)],
    northbound: (copy) => [op.delete('Port_Group', aGroup(copy)._uuid)],
  },
  ...[false, true].map(
    (isDefault): UpstreamCase => ({
      task,
      from: `a rule${isDefault ? ' that its group was made with' : ''} that never reached OVN`,
      differs: isDefault
        ? [
            RULES_WITHOUT_NUMBER,
            {
              because: 'looks for what it has a number of only',
              where: /^ACL .*: a row that was not there|^Port_Group \S+: acls lost \[\], won /,
            },
          ]
        : [],
      sql: (copy) => [
        setRevision(
          'security_group_rules',
          String(mark(aRule(copy, isDefault), 'neutron:security_group_rule_id')),
          NEVER,
        ),
      ],
      northbound: (copy) => [lose(copy, 'Port_Group', 'acls', aRule(copy, isDefault))],
    }),
  ),
];
