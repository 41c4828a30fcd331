import type { OvsdbValue, ReplicaRow } from '@driftline/ovsdb';
import type { NorthboundView } from './northbound-view.ts';

/**
 * What to call a row without its uuid. Made from plain columns, and from nothing that Driftline knows: a campaign must
 * not share a fault with the code it tests.
 */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  NB_Global: [],
  ACL: ['direction', 'priority', 'match'],
  BFD: ['logical_port', 'dst_ip'],
  DHCP_Options: ['cidr', 'external_ids:subnet_id', 'external_ids:port_id'],
  DNS: ['external_ids:ls_name'],
  HA_Chassis: ['chassis_name'],
  Logical_Router_Policy: ['priority', 'match'],
  Logical_Router_Static_Route: ['ip_prefix', 'nexthop'],
  Meter_Band: ['action', 'rate'],
  NAT: ['type', 'external_ip', 'logical_ip'],
  QoS: ['direction', 'priority', 'match'],
};

/**
 * The name of every row by its uuid. A row that its table's columns can't name takes the names of the rows that hold
 * it in front. Rows with one name share it: telling them apart is the caller's business.
 */
export function nameRows(view: NorthboundView): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const unnamed: (readonly [table: string, row: ReplicaRow])[] = [];
  for (const table of view.tables) {
    for (const row of view.rows(table)) {
      if (table in NAMED_BY) unnamed.push([table, row]);
      else names.set(row._uuid, nameOf(view, table, row));
    }
  }
  for (const [table, row] of unnamed) {
    const holders = new Set<string>();
    for (const at of view.referrers(row._uuid)) {
      const name = names.get(at.uuid);
      if (at.isStrong && name !== undefined && !(at.table in NAMED_BY)) holders.add(name);
    }
    names.set(row._uuid, [...[...holders].sort(), nameOf(view, table, row)].join(' / '));
  }
  return names;
}

function nameOf(view: NorthboundView, table: string, row: ReplicaRow): string {
  const columns = NAMED_BY[table] ?? (row.name === undefined ? plainColumns(view, table) : ['name']);
  return columns.map((column) => text(row, column)).join(' ') || '.';
}

const plainColumns = (view: NorthboundView, table: string): readonly string[] =>
  [...(view.columns(table)?.values() ?? [])]
    .filter(({ kind, key }) => kind === 'scalar' && key.type !== 'uuid')
    .map(({ name }) => name);

function text(row: ReplicaRow, path: string): string {
  const [column = '', key] = path.split(/:(.*)/s);
  const value: OvsdbValue = row[column];
  if (key === undefined) return value === undefined ? '' : String(value);
  return value instanceof Map ? String(value.get(key) ?? '') : '';
}
