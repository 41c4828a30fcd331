/**
 * Which columns Neutron writes, table by table, put down here a second time and apart from Driftline's own list: from
 * the schema and from what Neutron's source sets. Every column of these tables is either here or left alone below.
 */
export const NEUTRON_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  NB_Global: ['external_ids', 'options'],
  Logical_Switch: [
    'name',
    'external_ids',
    'other_config',
    'ports',
    'qos_rules',
    'dns_records',
    'load_balancer',
    'acls',
  ],
  Logical_Switch_Port: [
    'name',
    'type',
    'options',
    'parent_name',
    'tag_request',
    'tag',
    'addresses',
    'port_security',
    'enabled',
    'dhcpv4_options',
    'dhcpv6_options',
    'ha_chassis_group',
    'external_ids',
  ],
  Logical_Router: ['name', 'enabled', 'options', 'external_ids', 'ports', 'static_routes', 'nat', 'load_balancer'],
  Logical_Router_Port: [
    'name',
    'mac',
    'networks',
    'options',
    'external_ids',
    'ipv6_ra_configs',
    'gateway_chassis',
    'ha_chassis_group',
  ],
  Logical_Router_Static_Route: ['ip_prefix', 'nexthop', 'output_port', 'bfd', 'external_ids'],
  NAT: ['type', 'external_ip', 'logical_ip', 'logical_port', 'external_mac', 'gateway_port', 'options', 'external_ids'],
  Port_Group: ['name', 'external_ids', 'ports', 'acls'],
  ACL: [
    'name',
    'priority',
    'direction',
    'match',
    'action',
    'log',
    'severity',
    'meter',
    'label',
    'options',
    'external_ids',
  ],
  Address_Set: ['name', 'addresses', 'external_ids'],
  HA_Chassis_Group: ['name', 'ha_chassis', 'external_ids'],
  HA_Chassis: ['chassis_name', 'priority'],
  Gateway_Chassis: ['name', 'chassis_name', 'priority'],
  DHCP_Options: ['cidr', 'options', 'external_ids'],
  DNS: ['records', 'options', 'external_ids'],
  QoS: ['priority', 'direction', 'match', 'action', 'bandwidth', 'external_ids'],
  Load_Balancer: ['name', 'protocol', 'vips', 'external_ids'],
  Meter: ['name', 'unit', 'bands', 'fair', 'external_ids'],
  Meter_Band: ['action', 'rate', 'burst_size'],
  BFD: ['logical_port', 'dst_ip'],
};

/** Maps in which every key of such a row is Neutron's: one that it did not write is drift. */
export const WHOLE_MAPS: ReadonlySet<string> = new Set([
  'DHCP_Options.options',
  'DNS.records',
  'QoS.action',
  'QoS.bandwidth',
  'Load_Balancer.vips',
]);

/** Written at run time by ovn-northd, by whoever waits for it, or for the server itself: in no picture. */
export const RUN_TIME_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  NB_Global: [
    'nb_cfg',
    'nb_cfg_timestamp',
    'sb_cfg',
    'sb_cfg_timestamp',
    'hv_cfg',
    'hv_cfg_timestamp',
    'connections',
    'ssl',
  ],
  Logical_Switch_Port: ['up', 'dynamic_addresses'],
  Logical_Router_Port: ['ipv6_prefix', 'status'],
  BFD: ['status'],
};

/** Keys of NB_Global's maps that are not configuration: ovn-northd's own, and the sign of life of Neutron's agents API. */
export const RUN_TIME_KEYS: ReadonlySet<string> = new Set([
  'NB_Global.options:mac_prefix',
  'NB_Global.options:max_tunid',
  'NB_Global.options:northd_internal_version',
  'NB_Global.options:svc_monitor_mac',
  'NB_Global.external_ids:neutron:liveness_check_at',
]);

/** Neutron never writes these; others may, so a change of theirs is none of Driftline's business. */
export const LEFT_ALONE: Readonly<Record<string, readonly string[]>> = {
  NB_Global: ['name', 'ipsec'],
  Logical_Switch: ['load_balancer_group', 'forwarding_groups', 'copp'],
  Logical_Switch_Port: ['mirror_rules', 'peer', 'health_checks'],
  Logical_Router: ['load_balancer_group', 'policies', 'copp'],
  Logical_Router_Port: ['enabled', 'peer', 'dhcp_relay'],
  Logical_Router_Static_Route: ['policy', 'route_table', 'options', 'selection_fields'],
  NAT: ['external_port_range', 'allowed_ext_ips', 'exempted_ext_ips', 'match', 'priority'],
  ACL: ['tier', 'sample_new', 'sample_est', 'network_function_group'],
  HA_Chassis: ['external_ids'],
  Gateway_Chassis: ['options', 'external_ids'],
  Load_Balancer: ['health_check', 'ip_port_mappings', 'selection_fields', 'options'],
  Meter_Band: ['external_ids'],
  BFD: ['min_tx', 'min_rx', 'detect_mult', 'options', 'external_ids'],
};
