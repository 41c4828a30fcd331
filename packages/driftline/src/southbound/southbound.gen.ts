// Generated from the schema of OVN_Southbound 21.8.0 by @driftline/ovsdb/codegen. Do not edit.

/** The tables of OVN_Southbound 21.8.0 and their rows. */
export type OVNSouthboundTables = {
  readonly ACL_ID: ACLIDRow;
  readonly Address_Set: AddressSetRow;
  readonly Advertised_MAC_Binding: AdvertisedMACBindingRow;
  readonly Advertised_Route: AdvertisedRouteRow;
  readonly BFD: BFDRow;
  readonly Chassis: ChassisRow;
  readonly Chassis_Private: ChassisPrivateRow;
  readonly Chassis_Template_Var: ChassisTemplateVarRow;
  readonly Connection: ConnectionRow;
  readonly Controller_Event: ControllerEventRow;
  readonly DHCP_Options: DHCPOptionsRow;
  readonly DHCPv6_Options: DHCPv6OptionsRow;
  readonly DNS: DNSRow;
  readonly Datapath_Binding: DatapathBindingRow;
  readonly ECMP_Nexthop: ECMPNexthopRow;
  readonly Encap: EncapRow;
  readonly FDB: FDBRow;
  readonly Gateway_Chassis: GatewayChassisRow;
  readonly HA_Chassis: HAChassisRow;
  readonly HA_Chassis_Group: HAChassisGroupRow;
  readonly IGMP_Group: IGMPGroupRow;
  readonly IP_Multicast: IPMulticastRow;
  readonly Learned_Route: LearnedRouteRow;
  readonly Load_Balancer: LoadBalancerRow;
  readonly Logical_DP_Group: LogicalDPGroupRow;
  readonly Logical_Flow: LogicalFlowRow;
  readonly MAC_Binding: MACBindingRow;
  readonly Meter: MeterRow;
  readonly Meter_Band: MeterBandRow;
  readonly Mirror: MirrorRow;
  readonly Multicast_Group: MulticastGroupRow;
  readonly Port_Binding: PortBindingRow;
  readonly Port_Group: PortGroupRow;
  readonly RBAC_Permission: RBACPermissionRow;
  readonly RBAC_Role: RBACRoleRow;
  readonly SB_Global: SBGlobalRow;
  readonly SSL: SSLRow;
  readonly Service_Monitor: ServiceMonitorRow;
  readonly Static_MAC_Binding: StaticMACBindingRow;
};

export type ACLIDRow = {
  readonly _uuid: string;
  /** 0 to 32767. */
  readonly id: number;
};

/** Unique: name. */
export type AddressSetRow = {
  readonly _uuid: string;
  readonly addresses: readonly string[];
  readonly name: string;
};

/** Unique: datapath, logical_port, ip, mac. */
export type AdvertisedMACBindingRow = {
  readonly _uuid: string;
  /** Reference to Datapath_Binding. */
  readonly datapath: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ip: string;
  /** Reference to Port_Binding. */
  readonly logical_port: string;
  readonly mac: string;
};

/** Unique: datapath, logical_port, ip_prefix, tracked_port. */
export type AdvertisedRouteRow = {
  readonly _uuid: string;
  /** Reference to Datapath_Binding. */
  readonly datapath: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ip_prefix: string;
  /** Reference to Port_Binding. */
  readonly logical_port: string;
  /** Reference to Port_Binding. */
  readonly tracked_port: string | undefined;
};

/** Unique: logical_port, dst_ip, src_port, disc. */
export type BFDRow = {
  readonly _uuid: string;
  readonly chassis_name: string;
  readonly detect_mult: number | bigint;
  readonly disc: number | bigint;
  readonly dst_ip: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly logical_port: string;
  readonly min_rx: number | bigint;
  readonly min_tx: number | bigint;
  readonly options: ReadonlyMap<string, string>;
  /** 49152 to 65535. */
  readonly src_port: number;
  readonly status: 'down' | 'init' | 'up' | 'admin_down';
};

/** Unique: name. */
export type ChassisRow = {
  readonly _uuid: string;
  /** One or more. Reference to Encap. */
  readonly encaps: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  readonly hostname: string;
  readonly name: string;
  readonly nb_cfg: number | bigint;
  readonly other_config: ReadonlyMap<string, string>;
  readonly transport_zones: readonly string[];
  readonly vtep_logical_switches: readonly string[];
};

/** Unique: name. */
export type ChassisPrivateRow = {
  readonly _uuid: string;
  /** Weak reference to Chassis. */
  readonly chassis: string | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly nb_cfg: number | bigint;
  readonly nb_cfg_timestamp: number | bigint;
};

/** Unique: chassis. */
export type ChassisTemplateVarRow = {
  readonly _uuid: string;
  readonly chassis: string;
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
  readonly read_only: boolean;
  readonly role: string;
  /** Ephemeral: not kept across a restart of the server. */
  readonly status: ReadonlyMap<string, string>;
  readonly target: string;
};

export type ControllerEventRow = {
  readonly _uuid: string;
  /** Weak reference to Chassis. */
  readonly chassis: string | undefined;
  readonly event_info: ReadonlyMap<string, string>;
  readonly event_type: 'empty_lb_backends';
  readonly seq_num: number | bigint;
};

export type DHCPOptionsRow = {
  readonly _uuid: string;
  /** 0 to 254. */
  readonly code: number;
  readonly name: string;
  readonly type: 'bool' | 'uint8' | 'uint16' | 'uint32' | 'ipv4' | 'static_routes' | 'str' | 'host_id' | 'domains';
};

export type DHCPv6OptionsRow = {
  readonly _uuid: string;
  /** 0 to 254. */
  readonly code: number;
  readonly name: string;
  readonly type: 'ipv6' | 'str' | 'mac' | 'domain';
};

export type DNSRow = {
  readonly _uuid: string;
  /** One or more. Reference to Datapath_Binding. */
  readonly datapaths: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  readonly options: ReadonlyMap<string, string>;
  readonly records: ReadonlyMap<string, string>;
};

/** Unique: tunnel_key. */
export type DatapathBindingRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly load_balancers: readonly string[];
  readonly nb_uuid: string | undefined;
  /** 1 to 16777215. */
  readonly tunnel_key: number;
  readonly type: 'logical-switch' | 'logical-router' | undefined;
};

/** Unique: nexthop, port. */
export type ECMPNexthopRow = {
  readonly _uuid: string;
  /** Reference to Datapath_Binding. */
  readonly datapath: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly mac: string;
  readonly nexthop: string;
  /** Reference to Port_Binding. */
  readonly port: string;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. Unique: type, ip. */
export type EncapRow = {
  readonly _uuid: string;
  readonly chassis_name: string;
  readonly ip: string;
  readonly options: ReadonlyMap<string, string>;
  readonly type: 'geneve' | 'vxlan';
};

/** Unique: mac, dp_key. */
export type FDBRow = {
  readonly _uuid: string;
  /** 1 to 16777215. */
  readonly dp_key: number;
  readonly mac: string;
  /** 1 to 16777215. */
  readonly port_key: number;
  readonly timestamp: number | bigint;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. Unique: name. */
export type GatewayChassisRow = {
  readonly _uuid: string;
  /** Weak reference to Chassis. */
  readonly chassis: string | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 32767. */
  readonly priority: number;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type HAChassisRow = {
  readonly _uuid: string;
  /** Weak reference to Chassis. */
  readonly chassis: string | undefined;
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
  /** Weak reference to Chassis. */
  readonly ref_chassis: readonly string[];
};

/** Unique: address, datapath, chassis. */
export type IGMPGroupRow = {
  readonly _uuid: string;
  readonly address: string;
  /** Weak reference to Chassis. */
  readonly chassis: string | undefined;
  readonly chassis_name: string;
  /** Weak reference to Datapath_Binding. */
  readonly datapath: string | undefined;
  /** Weak reference to Port_Binding. */
  readonly ports: readonly string[];
  readonly protocol: string;
};

/** Unique: datapath. */
export type IPMulticastRow = {
  readonly _uuid: string;
  /** Weak reference to Datapath_Binding. */
  readonly datapath: string;
  readonly enabled: boolean | undefined;
  readonly eth_src: string;
  readonly idle_timeout: number | bigint | undefined;
  readonly ip4_src: string;
  readonly ip6_src: string;
  readonly querier: boolean | undefined;
  readonly query_interval: number | bigint | undefined;
  readonly query_max_resp: number | bigint | undefined;
  readonly seq_no: number | bigint;
  readonly table_size: number | bigint | undefined;
};

/** Unique: datapath, logical_port, ip_prefix, nexthop. */
export type LearnedRouteRow = {
  readonly _uuid: string;
  /** Reference to Datapath_Binding. */
  readonly datapath: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ip_prefix: string;
  /** Reference to Port_Binding. */
  readonly logical_port: string;
  readonly nexthop: string;
};

export type LoadBalancerRow = {
  readonly _uuid: string;
  /** Reference to Logical_DP_Group. */
  readonly datapath_group: string | undefined;
  /** Reference to Datapath_Binding. */
  readonly datapaths: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  /** Reference to Logical_DP_Group. */
  readonly lr_datapath_group: string | undefined;
  /** Reference to Logical_DP_Group. */
  readonly ls_datapath_group: string | undefined;
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | undefined;
  readonly vips: ReadonlyMap<string, string>;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type LogicalDPGroupRow = {
  readonly _uuid: string;
  /** Weak reference to Datapath_Binding. */
  readonly datapaths: readonly string[];
};

export type LogicalFlowRow = {
  readonly _uuid: string;
  readonly actions: string;
  readonly controller_meter: string | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly flow_desc: string | undefined;
  /** Reference to Datapath_Binding. */
  readonly logical_datapath: string | undefined;
  /** Reference to Logical_DP_Group. */
  readonly logical_dp_group: string | undefined;
  readonly match: string;
  readonly pipeline: 'ingress' | 'egress';
  /** 0 to 65535. */
  readonly priority: number;
  /** 0 to 33. */
  readonly table_id: number;
  readonly tags: ReadonlyMap<string, string>;
};

/** Unique: logical_port, ip. */
export type MACBindingRow = {
  readonly _uuid: string;
  /** Reference to Datapath_Binding. */
  readonly datapath: string;
  readonly ip: string;
  readonly logical_port: string;
  readonly mac: string;
  readonly timestamp: number | bigint;
};

/** Unique: name. */
export type MeterRow = {
  readonly _uuid: string;
  /** One or more. Reference to Meter_Band. */
  readonly bands: readonly string[];
  readonly name: string;
  readonly unit: 'kbps' | 'pktps';
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type MeterBandRow = {
  readonly _uuid: string;
  readonly action: 'drop';
  /** 0 to 4294967295. */
  readonly burst_size: number;
  /** 1 to 4294967295. */
  readonly rate: number;
};

/** Unique: name. */
export type MirrorRow = {
  readonly _uuid: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly filter: 'from-lport' | 'to-lport' | 'both';
  readonly index: number | bigint;
  readonly name: string;
  readonly sink: string;
  readonly type: 'gre' | 'erspan' | 'local' | 'lport';
};

/** Unique: datapath, tunnel_key. Unique: datapath, name. */
export type MulticastGroupRow = {
  readonly _uuid: string;
  /** Reference to Datapath_Binding. */
  readonly datapath: string;
  readonly name: string;
  /** Weak reference to Port_Binding. */
  readonly ports: readonly string[];
  /** 32768 to 65535. */
  readonly tunnel_key: number;
};

/** Unique: datapath, tunnel_key. Unique: logical_port. */
export type PortBindingRow = {
  readonly _uuid: string;
  /** Weak reference to Chassis. */
  readonly additional_chassis: readonly string[];
  /** Weak reference to Encap. */
  readonly additional_encap: readonly string[];
  /** Weak reference to Chassis. */
  readonly chassis: string | undefined;
  /** Reference to Datapath_Binding. */
  readonly datapath: string;
  /** Weak reference to Encap. */
  readonly encap: string | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  /** Reference to Gateway_Chassis. */
  readonly gateway_chassis: readonly string[];
  /** Reference to HA_Chassis_Group. */
  readonly ha_chassis_group: string | undefined;
  readonly logical_port: string;
  readonly mac: readonly string[];
  readonly mirror_port: string | undefined;
  /** Weak reference to Mirror. */
  readonly mirror_rules: readonly string[];
  readonly nat_addresses: readonly string[];
  readonly options: ReadonlyMap<string, string>;
  readonly parent_port: string | undefined;
  readonly port_security: readonly string[];
  /** Weak reference to Chassis. */
  readonly requested_additional_chassis: readonly string[];
  /** Weak reference to Chassis. */
  readonly requested_chassis: string | undefined;
  /** 1 to 4095. */
  readonly tag: number | undefined;
  /** 1 to 32767. */
  readonly tunnel_key: number;
  readonly type: string;
  readonly up: boolean | undefined;
  readonly virtual_parent: string | undefined;
};

/** Unique: name. */
export type PortGroupRow = {
  readonly _uuid: string;
  readonly name: string;
  readonly ports: readonly string[];
};

export type RBACPermissionRow = {
  readonly _uuid: string;
  readonly authorization: readonly string[];
  readonly insert_delete: boolean;
  readonly table: string;
  readonly update: readonly string[];
};

export type RBACRoleRow = {
  readonly _uuid: string;
  readonly name: string;
  /** Values: weak reference to RBAC_Permission. */
  readonly permissions: ReadonlyMap<string, string>;
};

/** At most 1 row. */
export type SBGlobalRow = {
  readonly _uuid: string;
  /** Reference to Connection. */
  readonly connections: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ipsec: boolean;
  readonly nb_cfg: number | bigint;
  readonly options: ReadonlyMap<string, string>;
  /** Reference to SSL. */
  readonly ssl: string | undefined;
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

/** Unique: logical_port, ip, port, protocol. */
export type ServiceMonitorRow = {
  readonly _uuid: string;
  readonly chassis_name: string;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ic_learned: boolean;
  readonly ip: string;
  readonly logical_input_port: string;
  readonly logical_port: string;
  readonly mac: string;
  readonly options: ReadonlyMap<string, string>;
  /** 0 to 65535. */
  readonly port: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | undefined;
  readonly remote: boolean;
  readonly src_ip: string;
  readonly src_mac: string;
  readonly status: 'online' | 'offline' | 'error' | undefined;
  readonly type: 'load-balancer' | 'network-function' | 'logical-switch-port' | undefined;
};

/** Unique: logical_port, ip. */
export type StaticMACBindingRow = {
  readonly _uuid: string;
  /** Reference to Datapath_Binding. */
  readonly datapath: string;
  readonly ip: string;
  readonly logical_port: string;
  readonly mac: string;
  readonly override_dynamic_mac: boolean;
};
