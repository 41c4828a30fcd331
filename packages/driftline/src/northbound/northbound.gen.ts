// Generated from the schema of OVN_Northbound 7.18.0 by @driftline/ovsdb/codegen. Do not edit.

/** The tables of OVN_Northbound 7.18.0 and their rows. */
export type OVNNorthboundTables = {
  readonly ACL: ACLRow;
  readonly Address_Set: AddressSetRow;
  readonly BFD: BFDRow;
  readonly Chassis_Template_Var: ChassisTemplateVarRow;
  readonly Connection: ConnectionRow;
  readonly Copp: CoppRow;
  readonly DHCP_Options: DHCPOptionsRow;
  readonly DHCP_Relay: DHCPRelayRow;
  readonly DNS: DNSRow;
  readonly Forwarding_Group: ForwardingGroupRow;
  readonly Gateway_Chassis: GatewayChassisRow;
  readonly HA_Chassis: HAChassisRow;
  readonly HA_Chassis_Group: HAChassisGroupRow;
  readonly Load_Balancer: LoadBalancerRow;
  readonly Load_Balancer_Group: LoadBalancerGroupRow;
  readonly Load_Balancer_Health_Check: LoadBalancerHealthCheckRow;
  readonly Logical_Router: LogicalRouterRow;
  readonly Logical_Router_Policy: LogicalRouterPolicyRow;
  readonly Logical_Router_Port: LogicalRouterPortRow;
  readonly Logical_Router_Static_Route: LogicalRouterStaticRouteRow;
  readonly Logical_Switch: LogicalSwitchRow;
  readonly Logical_Switch_Port: LogicalSwitchPortRow;
  readonly Logical_Switch_Port_Health_Check: LogicalSwitchPortHealthCheckRow;
  readonly Meter: MeterRow;
  readonly Meter_Band: MeterBandRow;
  readonly Mirror: MirrorRow;
  readonly Mirror_Rule: MirrorRuleRow;
  readonly NAT: NATRow;
  readonly NB_Global: NBGlobalRow;
  readonly Network_Function: NetworkFunctionRow;
  readonly Network_Function_Group: NetworkFunctionGroupRow;
  readonly Network_Function_Health_Check: NetworkFunctionHealthCheckRow;
  readonly Port_Group: PortGroupRow;
  readonly QoS: QoSRow;
  readonly SSL: SSLRow;
  readonly Sample: SampleRow;
  readonly Sample_Collector: SampleCollectorRow;
  readonly Sampling_App: SamplingAppRow;
  readonly Static_MAC_Binding: StaticMACBindingRow;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type ACLRow = {
  readonly _uuid: string;
  readonly action: 'allow' | 'allow-related' | 'allow-stateless' | 'drop' | 'reject' | 'pass';
  readonly direction: 'from-lport' | 'to-lport';
  readonly external_ids: ReadonlyMap<string, string>;
  /** 0 to 4294967295. */
  readonly label: number;
  readonly log: boolean;
  readonly match: string;
  readonly meter: string | undefined;
  /** At most 63 characters. */
  readonly name: string | undefined;
  /** Reference to Network_Function_Group. */
  readonly network_function_group: string | undefined;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: number;
  /** Reference to Sample. */
  readonly sample_est: string | undefined;
  /** Reference to Sample. */
  readonly sample_new: string | undefined;
  readonly severity: 'alert' | 'warning' | 'notice' | 'info' | 'debug' | undefined;
  /** 0 to 3. */
  readonly tier: number;
};

/** Unique: name. */
export type AddressSetRow = {
  readonly _uuid: string;
  readonly addresses: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
};

/** Unique: logical_port, dst_ip. */
export type BFDRow = {
  readonly _uuid: string;
  /** At least 1. */
  readonly detect_mult: number | bigint | undefined;
  readonly dst_ip: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly logical_port: string;
  readonly min_rx: number | bigint | undefined;
  /** At least 1. */
  readonly min_tx: number | bigint | undefined;
  readonly options: ReadonlyMap<string, string>;
  readonly status: 'down' | 'init' | 'up' | 'admin_down' | undefined;
};

/** Unique: chassis. */
export type ChassisTemplateVarRow = {
  readonly _uuid: string;
  readonly chassis: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly variables: ReadonlyMap<string, string>;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. Unique: target. */
export type ConnectionRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly inactivity_probe: number | bigint | undefined;
  /** Ephemeral: not kept across a restart of the server. */
  readonly is_connected: boolean;
  /** At least 1000. */
  readonly max_backoff: number | bigint | undefined;
  readonly other_config: ReadonlyMap<string, string>;
  /** Ephemeral: not kept across a restart of the server. */
  readonly status: ReadonlyMap<string, string>;
  readonly target: string;
};

/** Unique: name. */
export type CoppRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly meters: ReadonlyMap<string, string>;
  readonly name: string;
};

export type DHCPOptionsRow = {
  readonly _uuid: string;
  readonly cidr: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly options: ReadonlyMap<string, string>;
};

export type DHCPRelayRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly servers: string | undefined;
};

export type DNSRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly options: ReadonlyMap<string, string>;
  readonly records: ReadonlyMap<string, string>;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type ForwardingGroupRow = {
  readonly _uuid: string;
  /** One or more. */
  readonly child_port: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  readonly liveness: boolean;
  readonly name: string;
  readonly vip: string;
  readonly vmac: string;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. Unique: name. */
export type GatewayChassisRow = {
  readonly _uuid: string;
  readonly chassis_name: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: number;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type HAChassisRow = {
  readonly _uuid: string;
  readonly chassis_name: string;
  readonly external_ids: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: number;
};

/** Unique: name. */
export type HAChassisGroupRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Reference to HA_Chassis. */
  readonly ha_chassis: readonly string[];
  readonly name: string;
};

export type LoadBalancerRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Reference to Load_Balancer_Health_Check. */
  readonly health_check: readonly string[];
  readonly ip_port_mappings: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | undefined;
  readonly selection_fields: readonly ('eth_src' | 'eth_dst' | 'ip_src' | 'ip_dst' | 'ipv6_src' | 'ipv6_dst' | 'tp_src' | 'tp_dst')[];
  readonly vips: ReadonlyMap<string, string>;
};

/** Unique: name. */
export type LoadBalancerGroupRow = {
  readonly _uuid: string;
  /** Weak reference to Load_Balancer. */
  readonly load_balancer: readonly string[];
  readonly name: string;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type LoadBalancerHealthCheckRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly options: ReadonlyMap<string, string>;
  readonly vip: string;
};

export type LogicalRouterRow = {
  readonly _uuid: string;
  /** Weak reference to Copp. */
  readonly copp: string | undefined;
  readonly enabled: boolean | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Weak reference to Load_Balancer. */
  readonly load_balancer: readonly string[];
  /** Reference to Load_Balancer_Group. */
  readonly load_balancer_group: readonly string[];
  readonly name: string;
  /** Reference to NAT. */
  readonly nat: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  /** Reference to Logical_Router_Policy. */
  readonly policies: readonly string[];
  /** Reference to Logical_Router_Port. */
  readonly ports: readonly string[];
  /** Reference to Logical_Router_Static_Route. */
  readonly static_routes: readonly string[];
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type LogicalRouterPolicyRow = {
  readonly _uuid: string;
  readonly action: 'allow' | 'drop' | 'reroute' | 'jump';
  /** Weak reference to BFD. */
  readonly bfd_sessions: readonly string[];
  readonly chain: string | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly jump_chain: string | undefined;
  readonly match: string;
  readonly nexthop: string | undefined;
  readonly nexthops: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  /** Weak reference to Logical_Router_Port. */
  readonly output_port: string | undefined;
  /** 0 to 32767. */
  readonly priority: number;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. Unique: name. */
export type LogicalRouterPortRow = {
  readonly _uuid: string;
  /** Reference to DHCP_Relay. */
  readonly dhcp_relay: string | undefined;
  readonly enabled: boolean | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Reference to Gateway_Chassis. */
  readonly gateway_chassis: readonly string[];
  /** Reference to HA_Chassis_Group. */
  readonly ha_chassis_group: string | undefined;
  readonly ipv6_prefix: readonly string[];
  readonly ipv6_ra_configs: ReadonlyMap<string, string>;
  readonly mac: string;
  readonly name: string;
  readonly networks: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly peer: string | undefined;
  readonly status: ReadonlyMap<string, string>;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type LogicalRouterStaticRouteRow = {
  readonly _uuid: string;
  /** Weak reference to BFD. */
  readonly bfd: string | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ip_prefix: string;
  readonly nexthop: string;
  readonly options: ReadonlyMap<string, string>;
  readonly output_port: string | undefined;
  readonly policy: 'src-ip' | 'dst-ip' | undefined;
  readonly route_table: string;
  readonly selection_fields: readonly ('eth_src' | 'eth_dst' | 'ip_proto' | 'ip_src' | 'ip_dst' | 'ipv6_src' | 'ipv6_dst' | 'tp_src' | 'tp_dst')[];
};

export type LogicalSwitchRow = {
  readonly _uuid: string;
  /** Reference to ACL. */
  readonly acls: readonly string[];
  /** Weak reference to Copp. */
  readonly copp: string | undefined;
  /** Weak reference to DNS. */
  readonly dns_records: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  /** Reference to Forwarding_Group. */
  readonly forwarding_groups: readonly string[];
  /** Weak reference to Load_Balancer. */
  readonly load_balancer: readonly string[];
  /** Reference to Load_Balancer_Group. */
  readonly load_balancer_group: readonly string[];
  readonly name: string;
  readonly other_config: ReadonlyMap<string, string>;
  /** Reference to Logical_Switch_Port. */
  readonly ports: readonly string[];
  /** Reference to QoS. */
  readonly qos_rules: readonly string[];
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. Unique: name. */
export type LogicalSwitchPortRow = {
  readonly _uuid: string;
  readonly addresses: readonly string[];
  /** Weak reference to DHCP_Options. */
  readonly dhcpv4_options: string | undefined;
  /** Weak reference to DHCP_Options. */
  readonly dhcpv6_options: string | undefined;
  readonly dynamic_addresses: string | undefined;
  readonly enabled: boolean | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Reference to HA_Chassis_Group. */
  readonly ha_chassis_group: string | undefined;
  /** Reference to Logical_Switch_Port_Health_Check. */
  readonly health_checks: readonly string[];
  /** Weak reference to Mirror. */
  readonly mirror_rules: readonly string[];
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly parent_name: string | undefined;
  readonly peer: string | undefined;
  readonly port_security: readonly string[];
  /** 1 to 4095. */
  readonly tag: number | undefined;
  /** 0 to 4095. */
  readonly tag_request: number | undefined;
  readonly type: string;
  readonly up: boolean | undefined;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type LogicalSwitchPortHealthCheckRow = {
  readonly _uuid: string;
  readonly address: string;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 65535. */
  readonly port: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly src_ip: string;
  readonly status: 'online' | 'offline' | 'error' | undefined;
};

/** Unique: name. */
export type MeterRow = {
  readonly _uuid: string;
  /** One or more. Reference to Meter_Band. */
  readonly bands: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  readonly fair: boolean | undefined;
  readonly name: string;
  readonly unit: 'kbps' | 'pktps';
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type MeterBandRow = {
  readonly _uuid: string;
  readonly action: 'drop';
  /** 0 to 4294967295. */
  readonly burst_size: number;
  readonly external_ids: ReadonlyMap<string, string>;
  /** 1 to 4294967295. */
  readonly rate: number;
};

/** Unique: name. */
export type MirrorRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly filter: 'from-lport' | 'to-lport' | 'both';
  readonly index: number | bigint;
  /** Reference to Mirror_Rule. */
  readonly mirror_rules: readonly string[];
  readonly name: string;
  readonly sink: string;
  readonly type: 'gre' | 'erspan' | 'local' | 'lport';
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type MirrorRuleRow = {
  readonly _uuid: string;
  readonly action: 'mirror' | 'skip';
  readonly match: string;
  /** 0 to 32767. */
  readonly priority: number;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type NATRow = {
  readonly _uuid: string;
  /** Reference to Address_Set. */
  readonly allowed_ext_ips: string | undefined;
  /** Reference to Address_Set. */
  readonly exempted_ext_ips: string | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly external_ip: string;
  readonly external_mac: string | undefined;
  readonly external_port_range: string;
  /** Weak reference to Logical_Router_Port. */
  readonly gateway_port: string | undefined;
  readonly logical_ip: string;
  readonly logical_port: string | undefined;
  readonly match: string;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: number;
  readonly type: 'dnat' | 'snat' | 'dnat_and_snat';
};

/** At most 1 row. */
export type NBGlobalRow = {
  readonly _uuid: string;
  /** Reference to Connection. */
  readonly connections: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  readonly hv_cfg: number | bigint;
  readonly hv_cfg_timestamp: number | bigint;
  readonly ipsec: boolean;
  readonly name: string;
  readonly nb_cfg: number | bigint;
  readonly nb_cfg_timestamp: number | bigint;
  readonly options: ReadonlyMap<string, string>;
  readonly sb_cfg: number | bigint;
  readonly sb_cfg_timestamp: number | bigint;
  /** Reference to SSL. */
  readonly ssl: string | undefined;
};

/** Unique: name. Unique: id. */
export type NetworkFunctionRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Reference to Network_Function_Health_Check. */
  readonly health_check: string | undefined;
  /** 1 to 255. */
  readonly id: number;
  /** Reference to Logical_Switch_Port. */
  readonly inport: string;
  readonly name: string;
  /** Reference to Logical_Switch_Port. */
  readonly outport: string;
};

/** Unique: name. Unique: id. */
export type NetworkFunctionGroupRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly fallback: 'fail-open' | 'fail-close' | undefined;
  /** 1 to 255. */
  readonly id: number;
  readonly mode: 'inline';
  readonly name: string;
  /** Reference to Network_Function. */
  readonly network_function: readonly string[];
  /** Reference to Network_Function. */
  readonly network_function_active: string | undefined;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. Unique: name. */
export type NetworkFunctionHealthCheckRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
};

/** Unique: name. */
export type PortGroupRow = {
  readonly _uuid: string;
  /** Reference to ACL. */
  readonly acls: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  /** Weak reference to Logical_Switch_Port. */
  readonly ports: readonly string[];
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type QoSRow = {
  readonly _uuid: string;
  /** Values: 0 to 4294967295. */
  readonly action: ReadonlyMap<'dscp' | 'mark', number>;
  /** Values: 1 to 4294967295. */
  readonly bandwidth: ReadonlyMap<'rate' | 'burst', number>;
  readonly direction: 'from-lport' | 'to-lport';
  readonly external_ids: ReadonlyMap<string, string>;
  readonly match: string;
  /** 0 to 32767. */
  readonly priority: number;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. At most 1 row. */
export type SSLRow = {
  readonly _uuid: string;
  readonly bootstrap_ca_cert: boolean;
  readonly ca_cert: string;
  readonly certificate: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly private_key: string;
  readonly ssl_ciphers: string;
  readonly ssl_ciphersuites: string;
  readonly ssl_protocols: string;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. Unique: metadata. */
export type SampleRow = {
  readonly _uuid: string;
  /** Reference to Sample_Collector. */
  readonly collectors: readonly string[];
  /** 1 to 4294967295. */
  readonly metadata: number;
};

/** Unique: id. */
export type SampleCollectorRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  /** 1 to 255. */
  readonly id: number;
  readonly name: string;
  /** 0 to 65535. */
  readonly probability: number;
  /** 1 to 4294967295. */
  readonly set_id: number;
};

/** Unique: type. */
export type SamplingAppRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  /** 1 to 255. */
  readonly id: number;
  readonly type: 'drop' | 'acl-new' | 'acl-est';
};

/** Unique: logical_port, ip. */
export type StaticMACBindingRow = {
  readonly _uuid: string;
  readonly ip: string;
  readonly logical_port: string;
  readonly mac: string;
  readonly override_dynamic_mac: boolean;
};
