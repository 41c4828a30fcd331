/**
 * The tables and columns of Neutron's that Driftline reads, spelled as SQL has them; of the 2026.2 development branch.
 *
 * An optional column came after Zed and is absent before the release named beside it. A table that a database lacks
 * (an older release, an extension that was never migrated in) reads as empty.
 */

/** 0 or 1 in MySQL and SQLite, a boolean in PostgreSQL. */
export type SqlBoolean = number | boolean;

/** `YYYY-MM-DD HH:MM:SS` in UTC, with or without a fraction of a second; see `decode.ts`. */
export type SqlTime = string;

export interface NeutronTables {
  alembic_version: {
    version_num: string;
  };
  standardattributes: {
    id: number;
    resource_type: string;
    created_at: SqlTime | null;
    updated_at: SqlTime | null;
    revision_number: number;
  };
  networks: {
    project_id: string | null;
    id: string;
    name: string | null;
    admin_state_up: SqlBoolean | null;
    mtu: number;
    vlan_transparent: SqlBoolean | null;
    standard_attr_id: number;
    availability_zone_hints: string | null;
    /** Since 2025.1. */
    qinq?: SqlBoolean | null;
  };
  networksegments: {
    id: string;
    network_id: string;
    network_type: string;
    physical_network: string | null;
    segmentation_id: number | null;
    is_dynamic: SqlBoolean;
    segment_index: number;
    standard_attr_id: number;
  };
  externalnetworks: {
    network_id: string;
  };
  networkdnsdomains: {
    network_id: string;
    dns_domain: string;
  };
  networksecuritybindings: {
    network_id: string;
    port_security_enabled: SqlBoolean;
  };
  qos_network_policy_bindings: {
    policy_id: string;
    network_id: string;
  };
  /** Since 2026.2. */
  networkpvlan: {
    network_id: string;
    pvlan: SqlBoolean;
  };
  subnets: {
    project_id: string | null;
    id: string;
    name: string | null;
    network_id: string;
    ip_version: number;
    cidr: string;
    gateway_ip: string | null;
    enable_dhcp: SqlBoolean | null;
    ipv6_ra_mode: string | null;
    ipv6_address_mode: string | null;
    subnetpool_id: string | null;
    standard_attr_id: number;
    segment_id: string | null;
  };
  subnetpools: {
    id: string;
    ip_version: number;
    address_scope_id: string | null;
    standard_attr_id: number;
  };
  dnsnameservers: {
    address: string;
    subnet_id: string;
    order: number;
  };
  subnetroutes: {
    destination: string;
    nexthop: string;
    subnet_id: string;
  };
  subnet_service_types: {
    subnet_id: string;
    service_type: string;
  };
  ports: {
    project_id: string | null;
    id: string;
    name: string | null;
    network_id: string;
    mac_address: string;
    admin_state_up: SqlBoolean;
    status: string;
    device_id: string;
    device_owner: string;
    standard_attr_id: number;
  };
  ipallocations: {
    port_id: string | null;
    ip_address: string;
    subnet_id: string;
    network_id: string;
  };
  ml2_port_bindings: {
    port_id: string;
    host: string;
    vif_type: string;
    vnic_type: string;
    profile: string;
    vif_details: string;
    status: string;
  };
  ml2_port_binding_levels: {
    port_id: string;
    host: string;
    level: number;
    driver: string | null;
    segment_id: string | null;
  };
  portsecuritybindings: {
    port_id: string;
    port_security_enabled: SqlBoolean;
  };
  securitygroupportbindings: {
    port_id: string;
    security_group_id: string;
  };
  allowedaddresspairs: {
    port_id: string;
    mac_address: string;
    ip_address: string;
  };
  extradhcpopts: {
    id: string;
    port_id: string;
    opt_name: string;
    opt_value: string;
    ip_version: number;
  };
  portdnses: {
    port_id: string;
    current_dns_name: string;
    current_dns_domain: string;
    dns_name: string;
    dns_domain: string;
  };
  qos_port_policy_bindings: {
    policy_id: string;
    port_id: string;
  };
  portuplinkstatuspropagation: {
    port_id: string;
    propagate_uplink_status: SqlBoolean;
  };
  /** Since 2023.2. */
  porthints: {
    port_id: string;
    hints: string;
  };
  portdeviceprofiles: {
    port_id: string;
    device_profile: string | null;
  };
  /** Since 2024.2. */
  porttrusted: {
    port_id: string;
    trusted: SqlBoolean | null;
  };
  /** Since 2024.1. */
  porthardwareoffloadtype: {
    port_id: string;
    hardware_offload_type: string | null;
  };
  /** Since 2026.2. */
  portpvlan: {
    port_id: string;
    pvlan_type: string;
    pvlan_community: string | null;
  };
  trunks: {
    admin_state_up: SqlBoolean;
    project_id: string | null;
    id: string;
    port_id: string;
    standard_attr_id: number;
  };
  subports: {
    port_id: string;
    trunk_id: string;
    segmentation_type: string;
    segmentation_id: number;
  };
  securitygroups: {
    project_id: string | null;
    id: string;
    name: string | null;
    standard_attr_id: number;
    stateful: SqlBoolean;
  };
  securitygrouprules: {
    project_id: string | null;
    id: string;
    security_group_id: string;
    remote_group_id: string | null;
    direction: string | null;
    ethertype: string | null;
    protocol: string | null;
    port_range_min: number | null;
    port_range_max: number | null;
    remote_ip_prefix: string | null;
    standard_attr_id: number;
    remote_address_group_id: string | null;
  };
  address_groups: {
    project_id: string | null;
    id: string;
    name: string | null;
    standard_attr_id: number;
  };
  address_associations: {
    address: string;
    address_group_id: string;
  };
  logs: {
    project_id: string | null;
    id: string;
    standard_attr_id: number;
    name: string | null;
    resource_type: string;
    resource_id: string | null;
    target_id: string | null;
    event: string;
    enabled: SqlBoolean | null;
  };
  routers: {
    project_id: string | null;
    id: string;
    name: string | null;
    admin_state_up: SqlBoolean | null;
    gw_port_id: string | null;
    enable_snat: SqlBoolean;
    standard_attr_id: number;
    flavor_id: string | null;
  };
  router_extra_attributes: {
    router_id: string;
    distributed: SqlBoolean;
    ha: SqlBoolean;
    availability_zone_hints: string | null;
    /** Since 2023.2. */
    enable_default_route_ecmp?: SqlBoolean;
    /** Since 2023.2. */
    enable_default_route_bfd?: SqlBoolean;
  };
  qos_router_gw_policy_bindings: {
    policy_id: string;
    router_id: string;
  };
  routerroutes: {
    destination: string;
    nexthop: string;
    router_id: string;
  };
  routerports: {
    router_id: string;
    port_id: string;
    port_type: string | null;
  };
  providerresourceassociations: {
    provider_name: string;
    resource_id: string;
  };
  /** Since 2026.2. */
  evpn_l3_instances: {
    router_id: string;
  };
  floatingips: {
    project_id: string | null;
    id: string;
    floating_ip_address: string;
    floating_network_id: string;
    floating_port_id: string;
    fixed_port_id: string | null;
    fixed_ip_address: string | null;
    router_id: string | null;
    status: string | null;
    standard_attr_id: number;
  };
  qos_fip_policy_bindings: {
    policy_id: string;
    fip_id: string;
  };
  portforwardings: {
    id: string;
    floatingip_id: string;
    internal_neutron_port_id: string;
    protocol: string;
    standard_attr_id: number;
    internal_ip_address: string;
    internal_port_start: number;
    internal_port_end: number;
    external_port_start: number;
    external_port_end: number;
  };
  qos_policies: {
    id: string;
    name: string | null;
    project_id: string | null;
    standard_attr_id: number;
  };
  qos_bandwidth_limit_rules: {
    id: string;
    qos_policy_id: string;
    max_kbps: number | null;
    max_burst_kbps: number | null;
    direction: string;
  };
  qos_dscp_marking_rules: {
    id: string;
    qos_policy_id: string;
    dscp_mark: number | null;
  };
  qos_minimum_bandwidth_rules: {
    id: string;
    qos_policy_id: string;
    min_kbps: number | null;
    direction: string;
  };
  qos_minimum_packet_rate_rules: {
    id: string;
    qos_policy_id: string | null;
    min_kpps: number;
    direction: string;
  };
  qos_packet_rate_limit_rules: {
    id: string;
    qos_policy_id: string;
    max_kpps: number | null;
    max_burst_kpps: number | null;
    direction: string;
  };
  ovn_revision_numbers: {
    standard_attr_id: number | null;
    resource_uuid: string;
    resource_type: string;
    revision_number: number;
    created_at: SqlTime;
    updated_at: SqlTime | null;
  };
  ovn_hash_ring: {
    node_uuid: string;
    group_name: string;
    hostname: string;
    created_at: SqlTime;
    updated_at: SqlTime;
  };
  agents: {
    id: string;
    agent_type: string;
    host: string;
    admin_state_up: SqlBoolean;
    availability_zone: string | null;
  };
}

export type TableName = keyof NeutronTables;
export type ColumnName<T extends TableName> = keyof NeutronTables[T] & string;
