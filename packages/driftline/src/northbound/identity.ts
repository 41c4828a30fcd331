import {
  aclKey,
  bfdKey,
  dnsKey,
  floatingIpNatKey,
  globalKey,
  natKey,
  portDhcpKey,
  qosContentKey,
  qosKey,
  ruleAclKey,
  staticRouteKey,
  subnetDhcpKey,
} from './keys.ts';
import type { Cells, ObservedRow, ObservedState } from './observed.ts';
import type { OwnedTable } from './tables.ts';

/** Under which natural keys an observed row may be known, the best first. */
export type KeysOf = (row: ObservedRow, observed: ObservedState, parentKey: ParentKey) => readonly string[];
/** The natural key of the row that lists this one (its desired key when it is paired, else its name). */
export type ParentKey = (row: ObservedRow) => string;

export const text = (cells: Cells, column: string): string => {
  const value = cells[column];
  return value === undefined ? '' : String(value);
};
export const entry = (cells: Cells, column: string, key: string): string | undefined => {
  const map = cells[column];
  return map instanceof Map ? (map.get(key) as string | undefined) : undefined;
};

const byName: KeysOf = (row) => [text(row.cells, 'name')];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A renamed parent is still known by what its children say of it. */
function namedByChildren(row: ObservedRow, observed: ObservedState, column: string, key: string): readonly string[] {
  const names = new Set<string>();
  for (const child of observed.listed(row, column)) {
    const name = entry(child.cells, 'external_ids', key);
    if (name !== undefined && name !== '') names.add(name.startsWith('neutron-') ? name : `neutron-${name}`);
  }
  return names.size === 1 ? [...names] : [];
}

export const IDENTITY: Readonly<Record<OwnedTable, KeysOf>> = {
  NB_Global: () => [globalKey],
  Logical_Switch: (row, observed) => {
    const name = text(row.cells, 'name');
    if (name.startsWith('neutron-') && UUID.test(name.slice(8))) return [name];
    return [name, ...namedByChildren(row, observed, 'ports', 'neutron:network_name'), `neutron-${row.uuid}`];
  },
  Logical_Router: (row, observed) => {
    const name = text(row.cells, 'name');
    if (name.startsWith('neutron-') && UUID.test(name.slice(8))) return [name];
    return [name, ...namedByChildren(row, observed, 'ports', 'neutron:router_name')];
  },
  Port_Group: ({ cells }) => {
    const id = entry(cells, 'external_ids', 'neutron:security_group_id');
    return id === undefined ? [text(cells, 'name')] : [text(cells, 'name'), `pg_${id.replaceAll('-', '_')}`];
  },
  Address_Set: byName,
  HA_Chassis_Group: byName,
  Meter: byName,
  Load_Balancer: byName,
  Logical_Switch_Port: byName,
  Logical_Router_Port: byName,
  DHCP_Options: ({ cells }) => {
    const subnet = entry(cells, 'external_ids', 'subnet_id') ?? '';
    const port = entry(cells, 'external_ids', 'port_id');
    return [port === undefined ? subnetDhcpKey(subnet) : portDhcpKey(subnet, port)];
  },
  DNS: ({ cells }) => [dnsKey(entry(cells, 'external_ids', 'ls_name') ?? '')],
  BFD: ({ cells }) => [bfdKey(text(cells, 'logical_port'), text(cells, 'dst_ip'))],
  Logical_Router_Static_Route: (row, _observed, parentKey) => {
    const { cells } = row;
    return row.listedIn.flatMap(({ parent }) => {
      const route = [parentKey(parent), text(cells, 'ip_prefix'), text(cells, 'nexthop')] as const;
      const port = text(cells, 'output_port');
      return port === '' ? [staticRouteKey(...route)] : [staticRouteKey(...route, port), staticRouteKey(...route)];
    });
  },
  NAT: (row, _observed, parentKey) => {
    const { cells } = row;
    const content = row.listedIn.map(({ parent }) =>
      natKey(parentKey(parent), text(cells, 'type'), text(cells, 'external_ip'), text(cells, 'logical_ip')),
    );
    const id = entry(cells, 'external_ids', 'neutron:fip_id');
    return id === undefined ? content : [floatingIpNatKey(id), ...content];
  },
  ACL: (row, _observed, parentKey) => {
    const { cells } = row;
    const group = row.listedIn.find(({ parent }) => parent.table === 'Port_Group');
    if (group === undefined) return [];
    const name = parentKey(group.parent);
    const content = aclKey(name, text(cells, 'direction'), Number(cells.priority), text(cells, 'match'));
    const rule = entry(cells, 'external_ids', 'neutron:security_group_rule_id');
    return rule === undefined ? [content] : [ruleAclKey(name, rule), content];
  },
  QoS: (row, _observed, parentKey) => {
    const { cells } = row;
    const direction = text(cells, 'direction');
    return row.listedIn.flatMap(({ parent }) => {
      const name = parentKey(parent);
      const content = qosContentKey(name, direction, Number(cells.priority), text(cells, 'match'));
      const owner = qosOwner(cells);
      return owner === undefined ? [content] : [qosKey(owner, name, direction), content];
    });
  },
};

function qosOwner(cells: Cells): string | undefined {
  for (const [key, kind] of [
    ['neutron:fip_id', 'fip'],
    ['neutron:port_id', 'port'],
    ['neutron:router_id', 'router'],
  ] as const) {
    const id = entry(cells, 'external_ids', key);
    if (id !== undefined) return `${kind}:${id}`;
  }
  return undefined;
}
