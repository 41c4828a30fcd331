import type { OwnedTable } from './tables.ts';

/**
 * The keys of `external_ids` that Neutron has written to rows of its own in some release, or networking-ovn before it,
 * and that nobody else writes. Keys that Neutron writes at run time, unknown to translation, are not here.
 */
export const NEUTRON_KEYS: Partial<Readonly<Record<OwnedTable, ReadonlySet<string>>>> = {
  Logical_Switch: new Set([
    'neutron:network_name',
    'neutron:mtu',
    'neutron:revision_number',
    'neutron:availability_zone_hints',
    'neutron:provnet-network-type',
    'neutron:provnet-physical-network',
    'neutron:provnet-segmentation-id', // networking-ovn
    'neutron:qos_policy_id', // networking-ovn
  ]),
  // Not neutron:host_id, :parent_hostname and :port_fip: those come with bindings and floating IPs.
  Logical_Switch_Port: new Set([
    'neutron:port_name',
    'neutron:device_id',
    'neutron:device_owner',
    'neutron:project_id',
    'neutron:cidrs',
    'neutron:network_name',
    'neutron:security_group_ids',
    'neutron:subnet_pool_addr_scope4',
    'neutron:subnet_pool_addr_scope6',
    'neutron:vnic_type',
    'neutron:port_capabilities',
    'neutron:mtu',
    'neutron:revision_number',
    'neutron:qos_policy_id', // networking-ovn
    'neutron:provnet-physical-network',
  ]),
  Logical_Router: new Set([
    'neutron:router_name',
    'neutron:revision_number',
    'neutron:availability_zone_hints',
    'neutron:gw_port_id', // until 2023.1
    'neutron:gw_network_id', // until 2023.1
  ]),
  Logical_Router_Port: new Set([
    'neutron:router_name',
    'neutron:network_name',
    'neutron:subnet_ids',
    'neutron:is_ext_gw',
    'neutron:revision_number',
  ]),
  Logical_Router_Static_Route: new Set(['neutron:is_ext_gw', 'neutron:subnet_id', 'neutron:is_static_route']),
  NAT: new Set([
    'neutron:fip_id',
    'neutron:fip_port_id',
    'neutron:fip_external_mac',
    'neutron:fip_network_id',
    'neutron:router_name',
    'neutron:revision_number',
  ]),
  Port_Group: new Set(['neutron:security_group_id', 'neutron:network_id']),
  ACL: new Set(['neutron:security_group_rule_id', 'neutron:lport', 'neutron:network_id']),
  Address_Set: new Set(['neutron:address_group_id', 'neutron:revision_number']),
  HA_Chassis_Group: new Set(['neutron:availability_zone_hints', 'neutron:network_id', 'neutron:router_id']),
  DHCP_Options: new Set(['subnet_id', 'port_id', 'neutron:network_id', 'neutron:revision_number']),
  DNS: new Set(['ls_name']),
  QoS: new Set(['neutron:port_id', 'neutron:fip_id', 'neutron:router_id']),
  Load_Balancer: new Set(['neutron:device_owner', 'neutron:fip_id', 'neutron:router_name', 'neutron:revision_number']),
  Meter: new Set(['neutron:device_owner']),
};
