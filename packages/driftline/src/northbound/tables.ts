/**
 * Which Northbound tables and columns are compared, and why the others are not. A test holds this list against the
 * schema: every column of every table is in it.
 */

/** Tables in which Neutron owns rows with an identity of their own. */
export const OWNED_TABLES = [
  'NB_Global',
  'Logical_Switch',
  'Logical_Switch_Port',
  'Logical_Router',
  'Logical_Router_Port',
  'Logical_Router_Static_Route',
  'NAT',
  'Port_Group',
  'ACL',
  'Address_Set',
  'HA_Chassis_Group',
  'DHCP_Options',
  'DNS',
  'QoS',
  'Load_Balancer',
  'Meter',
  'BFD',
] as const;
export type OwnedTable = (typeof OWNED_TABLES)[number];

/** Tables whose rows are values of one column of their parent. */
export const EMBEDDED_TABLES = ['HA_Chassis', 'Gateway_Chassis', 'Meter_Band'] as const;
export type EmbeddedTable = (typeof EMBEDDED_TABLES)[number];

/**
 * How a column is treated.
 * - compared: by the cell of the desired row.
 * - map: by keys; `stale` tells which keys beyond the desired ones are provably Neutron's leftovers (back-fill).
 * - listing: membership, compared from the listed row's side.
 * - ignored: not ours; the reason says whose.
 */
export type ColumnPolicy =
  | { readonly is: 'compared' }
  | { readonly is: 'map'; readonly stale?: (key: string) => boolean }
  | { readonly is: 'listing'; readonly of: OwnedTable }
  | { readonly is: 'ignored'; readonly reason: string };
