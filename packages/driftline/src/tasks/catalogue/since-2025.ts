import { moveParentHostnames } from '../code/parent-hostnames.ts';
import { hasMark, isGatewayGroup, isOfType } from '../rows.ts';
import { backfill, enforcement, scopeOf, type Task } from '../task.ts';

/** Tasks that upstream has written since 2025. */
export const SINCE_2025: readonly Task[] = [
  {
    ...enforcement,
    name: 'set_fip_distributed_flag',
    since: '2025.1',
    options: ['ovn.enableDistributedFloatingIp'],
    reads: 'the configuration',
    writes: 'NB_Global.external_ids:neutron:fip-distributed',
    mended: 'writes what differs only',
    work: scopeOf({ table: 'NB_Global', column: 'external_ids', keys: ['neutron:fip-distributed'] }),
  },
  {
    ...enforcement,
    name: 'set_ovn_owned_dns_option',
    since: '2025.1',
    options: ['ovn.dnsRecordsOvnOwned'],
    reads: 'networks with named ports',
    writes: 'DNS.options:ovn-owned',
    work: scopeOf({ table: 'DNS', column: 'options', keys: ['ovn-owned'] }),
  },
  {
    ...backfill,
    name: 'update_qos_fip_rule_priority',
    since: '2025.2',
    until: '2026.1',
    reads: 'QoS policies of floating IPs',
    writes: 'QoS.priority: 2003',
    mended: 'writes what differs only',
    work: scopeOf({ table: 'QoS', column: 'priority', isAbout: hasMark('neutron:fip_id') }),
  },
  {
    ...backfill,
    name: 'set_network_type_and_physnet',
    since: '2026.1',
    reads: 'segments',
    writes: 'Logical_Switch.external_ids:neutron:provnet-network-type and neutron:provnet-physical-network',
    mended: 'networks without a segment, and switches whose network is gone, do not stop it',
    work: scopeOf({
      table: 'Logical_Switch',
      column: 'external_ids',
      keys: ['neutron:provnet-network-type', 'neutron:provnet-physical-network'],
    }),
  },
  {
    ...backfill,
    name: 'update_lrouter_ports_ext_ids_name_prefix',
    since: '2025.2',
    reads: 'router ports',
    writes: 'Logical_Router_Port.external_ids:neutron:router_name: neutron-ROUTER',
    work: scopeOf({ table: 'Logical_Router_Port', column: 'external_ids', keys: ['neutron:router_name'] }),
  },
  {
    ...enforcement,
    name: 'update_ha_failover',
    since: '2026.1',
    options: ['ovn.haFailoverStrategy', 'ovn.bfdMinRxMs', 'ovn.bfdMinTxMs', 'ovn.bfdMult'],
    reads: 'the configuration',
    writes: 'NB_Global.options:bfd-min-rx, bfd-min-tx, bfd-mult',
    mended: 'writes 500, which Open vSwitch can read, where upstream writes 500.0; writes what differs only',
    work: scopeOf({ table: 'NB_Global', column: 'options', keys: ['bfd-min-rx', 'bfd-min-tx', 'bfd-mult'] }),
  },
  {
    ...backfill,
    name: 'check_dhcp_options_consistency',
    since: '2026.1',
    reads: 'subnets',
    writes: 'DHCP_Options.external_ids:neutron:network_id',
    mended: 'rows whose subnet is gone, and rows of other owners, do not stop it',
    work: scopeOf({ table: 'DHCP_Options', column: 'external_ids', keys: ['neutron:network_id'] }),
  },
  {
    ...backfill,
    name: 'update_security_group_with_address_group',
    since: '2026.1',
    reads: 'address groups, and the rules that name one',
    writes: 'Address_Set of both families, ACL.match',
    mended: 'an ACL is changed in place: there is no moment without it',
    work: scopeOf(
      { table: 'Address_Set', isAbout: hasMark('neutron:address_group_id') },
      {
        table: 'ACL',
        isAbout: ({ snapshot, resourceId }) =>
          snapshot.securityGroupRules.get(resourceId)?.remoteAddressGroupId !== undefined,
      },
    ),
  },
  {
    ...backfill,
    name: 'add_provnet_ext_id_to_localnet_ports',
    since: '2026.2',
    reads: 'segments with a physical network',
    writes: 'Logical_Switch_Port.external_ids:neutron:provnet-physical-network',
    work: scopeOf({
      table: 'Logical_Switch_Port',
      column: 'external_ids',
      keys: ['neutron:provnet-physical-network'],
      isAbout: isOfType('localnet'),
    }),
  },
  {
    ...backfill,
    name: 'update_virtual_port_parent_hostname',
    since: '2026.2',
    reads: 'virtual ports with neutron:host_id',
    writes:
      'SQL ml2_port_bindings of those ports; Logical_Switch_Port.external_ids:neutron:parent_hostname in place of neutron:host_id',
    work: moveParentHostnames,
  },
  {
    ...backfill,
    name: 'migrate_lrp_gateway_chassis_to_ha_chassis_group',
    since: '2026.2',
    reads: 'gateway ports and their chassis',
    writes: 'HA_Chassis_Group of routers, Logical_Router_Port.ha_chassis_group; empties gateway_chassis',
    mended:
      'availability zones are joined by the word, not by the letter; one bad row does not stop the others; groups that exist are brought up to date',
    work: scopeOf(
      { table: 'HA_Chassis_Group', isAbout: isGatewayGroup },
      { table: 'Logical_Router_Port', column: 'ha_chassis_group' },
      { table: 'Logical_Router_Port', column: 'gateway_chassis' },
    ),
  },
  {
    ...backfill,
    name: 'update_neutron_pg_drop_priority',
    since: '2026.2',
    reads: 'neutron_pg_drop',
    writes: 'ACL.priority: 1000',
    work: scopeOf({ table: 'ACL', column: 'priority', isAbout: ({ key }) => key.startsWith('neutron_pg_drop|') }),
  },
];
