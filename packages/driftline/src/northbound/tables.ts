/**
 * Which Northbound tables and columns are compared, and why the others are not. A test holds this list against the
 * schema: every column of every table is in it.
 */

import type { OVNNorthboundTables } from './northbound.gen.ts';

/** Tables in which Neutron owns rows with an identity of their own. Listing tables come before what they list. */
export const OWNED_TABLES = [
  'NB_Global',
  'Logical_Switch',
  'Logical_Router',
  'Port_Group',
  'Address_Set',
  'HA_Chassis_Group',
  'DHCP_Options',
  'Meter',
  'Logical_Switch_Port',
  'Logical_Router_Port',
  'BFD',
  'Logical_Router_Static_Route',
  'NAT',
  'ACL',
  'DNS',
  'QoS',
  'Load_Balancer',
] as const;
export type OwnedTable = (typeof OWNED_TABLES)[number];

/** Tables whose rows are values of one column of their parent. */
export const EMBEDDED_TABLES = ['HA_Chassis', 'Gateway_Chassis', 'Meter_Band'] as const;
export type EmbeddedTable = (typeof EMBEDDED_TABLES)[number];

/**
 * How a column is treated.
 * - compared: by the cell of the desired row; a column that the desired row does not mention is left alone.
 * - map: by keys. `whole`: every key is Neutron's, so one it does not want is drift; otherwise the map is shared, and
 *   ownership.ts tells which further keys are Neutron's leftovers (back-fill).
 * - listing: membership of rows in another table, compared from the listed row's side.
 * - ignored: not ours; the reason says whose.
 */
export type ColumnPolicy =
  | { readonly is: 'compared' }
  | { readonly is: 'map'; readonly whole: boolean }
  | { readonly is: 'listing'; readonly of: OwnedTable }
  | { readonly is: 'ignored'; readonly reason: string };

const compared: ColumnPolicy = { is: 'compared' };
const map: ColumnPolicy = { is: 'map', whole: false };
const wholeMap: ColumnPolicy = { is: 'map', whole: true };
const listing = (of: OwnedTable): ColumnPolicy => ({ is: 'listing', of });
const ignored = (reason: string): ColumnPolicy => ({ is: 'ignored', reason });

const NEVER_WRITTEN = 'Neutron never writes it: an operator or another CMS may';
const RUNTIME = 'written by ovn-northd at run time';

/** The columns that the newest schema has, without the index signature that every row type has. */
type ColumnOf<Table extends keyof OVNNorthboundTables> = Exclude<
  keyof { [Column in keyof OVNNorthboundTables[Table] as string extends Column ? never : Column]: never },
  '_uuid' | number
>;
type PoliciesOf<Table extends keyof OVNNorthboundTables> = { readonly [Column in ColumnOf<Table>]: ColumnPolicy };

/** A column that the schema has and this list lacks does not compile. */
const POLICIES: { readonly [Table in OwnedTable | EmbeddedTable]: PoliciesOf<Table> } = {
  NB_Global: {
    external_ids: map,
    options: map,
    name: ignored(NEVER_WRITTEN),
    nb_cfg: ignored('a counter that Neutron and ovn-nbctl raise to wait for the data plane'),
    nb_cfg_timestamp: ignored(RUNTIME),
    sb_cfg: ignored(RUNTIME),
    sb_cfg_timestamp: ignored(RUNTIME),
    hv_cfg: ignored(RUNTIME),
    hv_cfg_timestamp: ignored(RUNTIME),
    connections: ignored('how ovsdb-server listens: the operator’s'),
    ssl: ignored('how ovsdb-server listens: the operator’s'),
    ipsec: ignored(NEVER_WRITTEN),
  },
  Logical_Switch: {
    name: compared,
    external_ids: map,
    other_config: map,
    ports: listing('Logical_Switch_Port'),
    qos_rules: listing('QoS'),
    dns_records: listing('DNS'),
    load_balancer: listing('Load_Balancer'),
    acls: listing('ACL'),
    load_balancer_group: ignored(NEVER_WRITTEN),
    forwarding_groups: ignored(NEVER_WRITTEN),
    copp: ignored(NEVER_WRITTEN),
  },
  Logical_Switch_Port: {
    name: compared,
    type: compared,
    options: map,
    parent_name: compared,
    tag_request: compared,
    tag: compared,
    addresses: compared,
    port_security: compared,
    enabled: compared,
    dhcpv4_options: compared,
    dhcpv6_options: compared,
    ha_chassis_group: compared,
    external_ids: map,
    up: ignored(RUNTIME),
    dynamic_addresses: ignored(RUNTIME),
    mirror_rules: ignored('TaaS mirrors'),
    peer: ignored(NEVER_WRITTEN),
    health_checks: ignored(NEVER_WRITTEN),
  },
  Logical_Router: {
    name: compared,
    enabled: compared,
    options: map,
    external_ids: map,
    ports: listing('Logical_Router_Port'),
    static_routes: listing('Logical_Router_Static_Route'),
    nat: listing('NAT'),
    load_balancer: listing('Load_Balancer'),
    load_balancer_group: ignored(NEVER_WRITTEN),
    policies: ignored(NEVER_WRITTEN),
    copp: ignored(NEVER_WRITTEN),
  },
  Logical_Router_Port: {
    name: compared,
    mac: compared,
    networks: compared,
    enabled: ignored(NEVER_WRITTEN),
    options: map,
    external_ids: map,
    ipv6_ra_configs: map,
    gateway_chassis: compared,
    ha_chassis_group: compared,
    ipv6_prefix: ignored(RUNTIME),
    peer: ignored(NEVER_WRITTEN),
    status: ignored(RUNTIME),
    dhcp_relay: ignored(NEVER_WRITTEN),
  },
  Logical_Router_Static_Route: {
    ip_prefix: compared,
    nexthop: compared,
    output_port: compared,
    bfd: compared,
    external_ids: map,
    options: map,
    policy: compared,
    route_table: compared,
    selection_fields: ignored(NEVER_WRITTEN),
  },
  NAT: {
    type: compared,
    external_ip: compared,
    logical_ip: compared,
    logical_port: compared,
    external_mac: compared,
    external_port_range: compared,
    gateway_port: compared,
    options: map,
    external_ids: map,
    allowed_ext_ips: ignored(NEVER_WRITTEN),
    exempted_ext_ips: ignored(NEVER_WRITTEN),
    match: ignored(NEVER_WRITTEN),
    priority: ignored(NEVER_WRITTEN),
  },
  Port_Group: {
    name: compared,
    external_ids: map,
    ports: listing('Logical_Switch_Port'),
    acls: listing('ACL'),
  },
  ACL: {
    name: compared,
    priority: compared,
    direction: compared,
    match: compared,
    action: compared,
    log: compared,
    severity: compared,
    meter: compared,
    label: compared,
    options: map,
    external_ids: map,
    tier: ignored(NEVER_WRITTEN),
    sample_new: ignored(NEVER_WRITTEN),
    sample_est: ignored(NEVER_WRITTEN),
    network_function_group: ignored(NEVER_WRITTEN),
  },
  Address_Set: { name: compared, addresses: compared, external_ids: map },
  HA_Chassis_Group: { name: compared, ha_chassis: compared, external_ids: map },
  DHCP_Options: { cidr: compared, options: wholeMap, external_ids: map },
  DNS: { records: wholeMap, options: map, external_ids: map },
  QoS: {
    priority: compared,
    direction: compared,
    match: compared,
    action: wholeMap,
    bandwidth: wholeMap,
    external_ids: map,
  },
  Load_Balancer: {
    name: compared,
    protocol: compared,
    vips: wholeMap,
    external_ids: map,
    options: map,
    health_check: ignored('Octavia’s'),
    ip_port_mappings: ignored('Octavia’s'),
    selection_fields: ignored('Octavia’s'),
  },
  Meter: { name: compared, unit: compared, bands: compared, fair: compared, external_ids: map },
  BFD: {
    logical_port: compared,
    dst_ip: compared,
    min_tx: ignored(NEVER_WRITTEN),
    min_rx: ignored(NEVER_WRITTEN),
    detect_mult: ignored(NEVER_WRITTEN),
    options: ignored(NEVER_WRITTEN),
    external_ids: map,
    status: ignored(RUNTIME),
  },
  HA_Chassis: { chassis_name: compared, priority: compared, external_ids: ignored(NEVER_WRITTEN) },
  Gateway_Chassis: {
    name: compared,
    chassis_name: compared,
    priority: compared,
    options: ignored(NEVER_WRITTEN),
    external_ids: ignored(NEVER_WRITTEN),
  },
  Meter_Band: { action: compared, rate: compared, burst_size: compared, external_ids: ignored(NEVER_WRITTEN) },
};

export const COLUMN_POLICIES: Readonly<Record<OwnedTable | EmbeddedTable, Readonly<Record<string, ColumnPolicy>>>> =
  POLICIES;

/** Tables in which Neutron owns nothing. */
export const FOREIGN_TABLES: Readonly<Record<string, string>> = {
  Connection: 'how ovsdb-server listens: the operator’s',
  SSL: 'how ovsdb-server listens: the operator’s',
  Copp: 'control-plane policing: the operator’s',
  Forwarding_Group: 'Neutron never writes it',
  Load_Balancer_Group: 'Neutron never writes it',
  Load_Balancer_Health_Check: 'Octavia’s',
  Logical_Router_Policy: 'Neutron never writes it: ovn-kubernetes or the BGP agent do',
  Mirror: 'TaaS',
  Mirror_Rule: 'TaaS',
  Logical_Switch_Port_Health_Check: 'Neutron never writes it',
  Static_MAC_Binding: 'Neutron never writes it',
  Chassis_Template_Var: 'Neutron never writes it',
  DHCP_Relay: 'Neutron never writes it',
  Sample: 'Neutron never writes it',
  Sample_Collector: 'Neutron never writes it',
  Sampling_App: 'Neutron never writes it',
  Network_Function: 'Neutron never writes it',
  Network_Function_Group: 'Neutron never writes it',
  Network_Function_Health_Check: 'Neutron never writes it',
};

/** Columns of other tables that list rows of this one: [listing table, column], in table order. */
export function listingColumns(of: OwnedTable): readonly (readonly [OwnedTable, string])[] {
  const found: (readonly [OwnedTable, string])[] = [];
  for (const table of OWNED_TABLES) {
    for (const [column, policy] of Object.entries(COLUMN_POLICIES[table])) {
      if (policy.is === 'listing' && policy.of === of) found.push([table, column]);
    }
  }
  return found;
}

/** Not even watched: they change at run time, and neither comparing nor a before-image wants them. */
export const RUNTIME_COLUMNS: ReadonlySet<string> = new Set([
  ...['nb_cfg', 'nb_cfg_timestamp', 'sb_cfg', 'sb_cfg_timestamp', 'hv_cfg', 'hv_cfg_timestamp'].map(
    (c) => `NB_Global.${c}`,
  ),
  'NB_Global.connections',
  'NB_Global.ssl',
  'Logical_Switch_Port.dynamic_addresses',
  'Logical_Router_Port.ipv6_prefix',
  'Logical_Router_Port.status',
  'BFD.status',
]);
