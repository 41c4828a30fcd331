import {
  ANY_ADDRESS,
  aclKey,
  bfdKey,
  dnsKey,
  floatingIpNatKey,
  globalKey,
  localnetKey,
  natKey,
  portDhcpKey,
  qosContentKey,
  qosKey,
  routerPortMacKey,
  ruleAclKey,
  staticRouteKey,
  subnetDhcpKey,
} from './keys.ts';
import type { Cells, ObservedRow, ObservedState } from './observed.ts';
import type { OwnedTable } from './tables.ts';

/** Under which natural keys an observed row may be known, the best first. */
export type KeysOf = (row: ObservedRow, observed: ObservedState, parentKey: ParentKey) => Iterable<string>;
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
  // Generators: mostly the name will do, and to ask all the ports takes time.
  *Logical_Switch(row, observed) {
    yield text(row.cells, 'name');
    yield* namedByChildren(row, observed, 'ports', 'neutron:network_name');
    yield `neutron-${row.uuid}`;
  },
  *Logical_Router(row, observed) {
    yield text(row.cells, 'name');
    yield* namedByChildren(row, observed, 'ports', 'neutron:router_name');
  },
  Port_Group: (row, observed) => {
    const name = text(row.cells, 'name');
    const id = entry(row.cells, 'external_ids', 'neutron:security_group_id');
    if (id !== undefined) return [name, `pg_${id.replaceAll('-', '_')}`];
    return [name, ...dropGroupOf(row, observed)];
  },
  Address_Set: byName,
  HA_Chassis_Group: ({ cells }) => {
    const id = entry(cells, 'external_ids', 'neutron:network_id') ?? entry(cells, 'external_ids', 'neutron:router_id');
    return id === undefined ? [text(cells, 'name')] : [text(cells, 'name'), `neutron-${id}`];
  },
  Meter: byName,
  Load_Balancer: byName,
  Logical_Switch_Port: (row, _observed, parentKey) => {
    const name = text(row.cells, 'name');
    const physicalNetwork = entry(row.cells, 'options', 'network_name');
    if (row.cells.type !== 'localnet' || physicalNetwork === undefined || OF_PLUGINS.test(name)) return [name];
    const vlan = row.cells.tag_request ?? row.cells.tag;
    const keys = row.listedIn
      .filter(({ parent }) => parent.table === 'Logical_Switch')
      .map(({ parent }) => localnetKey(parentKey(parent), physicalNetwork, vlan as number | undefined));
    return [name, ...keys];
  },
  Logical_Router_Port: (row, _observed, parentKey) => {
    const name = text(row.cells, 'name');
    if (OF_PLUGINS.test(name)) return [name];
    return [name, ...row.listedIn.map(({ parent }) => routerPortMacKey(parentKey(parent), text(row.cells, 'mac')))];
  },
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
  NAT: (row, observed, parentKey) => {
    const { cells } = row;
    const content = row.listedIn.map(({ parent }) =>
      natKey(parentKey(parent), text(cells, 'type'), text(cells, 'external_ip'), text(cells, 'logical_ip')),
    );
    const id = entry(cells, 'external_ids', 'neutron:fip_id');
    return id === undefined
      ? [...content, ...bareSnatKeys(row, observed, parentKey)]
      : [floatingIpNatKey(id), ...content];
  },
  ACL: (row, _observed, parentKey) => {
    const { cells } = row;
    const rule = entry(cells, 'external_ids', 'neutron:security_group_rule_id');
    const listing = row.listedIn.find(({ parent }) => parent.table === 'Port_Group');
    // The group that it was made for stands in the match too: an ACL that was moved is still known by it.
    const matched = /^(?:in|out)port == @(\w+)/.exec(text(cells, 'match'))?.[1];
    const groups = new Set([listing === undefined ? undefined : parentKey(listing.parent), matched]);
    return [...groups].flatMap((group) => {
      if (group === undefined) return [];
      const content = aclKey(group, text(cells, 'direction'), Number(cells.priority), text(cells, 'match'));
      return rule === undefined ? [content] : [ruleAclKey(group, rule), content];
    });
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

/** Names that the plug-ins give their own rows, which may look like Neutron's otherwise. */
const OF_PLUGINS = /^(?:bgp|evpn)-/;

const DROP_ACL = /^(?:in|out)port == @((?:neutron|pvlan)_pg_drop) && ip$/;

/** A group that holds an ACL of a common drop group is that group, whatever its name. */
function dropGroupOf(row: ObservedRow, observed: ObservedState): readonly string[] {
  const names = observed
    .listed(row, 'acls')
    .flatMap(({ cells }) => (cells.action === 'drop' ? (DROP_ACL.exec(text(cells, 'match'))?.[1] ?? []) : []));
  return [...new Set(names)];
}

/**
 * Snat rows carry no mark. One on the wrong router is known by the router that has its external address, one with
 * another type or address by what is left of it: but only in the place of a row that is missing.
 */
function bareSnatKeys({ cells, listedIn }: ObservedRow, observed: ObservedState, parentKey: ParentKey): string[] {
  const ids = cells.external_ids;
  if (ids instanceof Map && ids.size > 0) return [];
  const externalIp = text(cells, 'external_ip');
  const logicalIp = text(cells, 'logical_ip');
  const keys = listedIn.flatMap(({ parent }) => {
    const name = parentKey(parent);
    return [natKey(name, 'snat', externalIp, logicalIp), natKey(name, 'snat', ANY_ADDRESS, logicalIp)];
  });
  const owner = routerOfAddress(observed, externalIp);
  return owner === undefined ? keys : [...keys, natKey(parentKey(owner), 'snat', externalIp, logicalIp)];
}

const addressOwners = new WeakMap<ObservedState, ReadonlyMap<string, ObservedRow>>();

/** The router that has a port with this address; looked up once a pass. */
function routerOfAddress(observed: ObservedState, address: string): ObservedRow | undefined {
  let owners = addressOwners.get(observed);
  if (owners === undefined) {
    const found = new Map<string, ObservedRow>();
    for (const { cells, listedIn } of observed.rows('Logical_Router_Port')) {
      const [router] = listedIn;
      if (router === undefined || !Array.isArray(cells.networks)) continue;
      for (const network of cells.networks) found.set(String(network).split('/')[0] ?? '', router.parent);
    }
    owners = found;
    addressOwners.set(observed, owners);
  }
  return owners.get(address);
}

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
