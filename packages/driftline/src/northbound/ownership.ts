/**
 * Which Northbound rows are Neutron's. The one place with the rules of proof: Octavia, VPNaaS, FWaaS, BGP agents and
 * operators share this database, and a row that nothing here proves to be Neutron's is never changed or deleted.
 *
 * A rule reads only what stands in the Northbound: the row, the rows that list it, and rarely a row beside it. What SQL
 * says is no proof: the rows of a resource that Neutron deleted are still Neutron's.
 */
import type { ResourceRef } from './desired.ts';
import { NEUTRON_KEYS } from './neutron-keys.ts';
import { uuidsOf } from './observe.ts';
import type { Cells, ObservedRow, ObservedState } from './observed.ts';
import type { OwnedTable } from './tables.ts';

export type Proof =
  /** `proof` says what proves it; `resource` is what the row served, as far as the row itself tells. */
  | { readonly is: 'owned'; readonly proof: string; readonly resource: ResourceRef }
  | { readonly is: 'foreign'; readonly whose: string }
  /** Nobody's mark: left alone like a foreign row, but told to people. */
  | { readonly is: 'unproven'; readonly why: string };

export function proveOwnership(row: ObservedRow, observed: ObservedState): Proof {
  return RULES[row.table](row.cells, row, observed);
}

type Rule = (cells: Cells, row: ObservedRow, observed: ObservedState) => Proof;

const RULES: Readonly<Record<OwnedTable, Rule>> = {
  /** One row, shared by all: Neutron owns single keys of its maps and neither the row nor its columns. */
  NB_Global: () => owned('the database has one, and Neutron writes single keys of it', deployment('nb_global')),

  Logical_Switch: (cells) => {
    const other = otherPlugin(nameOf(cells));
    if (other !== undefined) return foreign(other);
    if (!hasMark(cells, 'neutron:network_name')) return unmarked('neutron:network_name');
    return owned('external_ids:neutron:network_name', resource('networks', without('neutron-', nameOf(cells))));
  },

  Logical_Switch_Port: (cells, row) => {
    const name = nameOf(cells);
    const other = otherPlugin(name);
    if (other !== undefined) return foreign(other);
    if (hasMark(cells, 'neutron:port_name')) return owned('external_ids:neutron:port_name', resource('ports', name));
    // The port that joins a switch to a physical network carries a key only since 2026.2.
    if (isPrefixedUuid('provnet-', name) && cells.type === 'localnet') {
      const switchName = nameOf(parentOf(row, 'Logical_Switch')?.cells ?? {});
      return owned('a localnet port named provnet-UUID', resource('networks', without('neutron-', switchName)));
    }
    return unmarked('neutron:port_name');
  },

  Logical_Router: (cells) => {
    const other = otherPlugin(nameOf(cells));
    if (other !== undefined) return foreign(other);
    if (!hasMark(cells, 'neutron:router_name')) return unmarked('neutron:router_name');
    return owned('external_ids:neutron:router_name', resource('routers', without('neutron-', nameOf(cells))));
  },

  // The EVPN plug-in hangs ports of its own on Neutron's routers: the parent proves nothing.
  Logical_Router_Port: (cells) => {
    const other = otherPlugin(nameOf(cells));
    if (other !== undefined) return foreign(other);
    if (!hasMark(cells, 'neutron:router_name')) return unmarked('neutron:router_name');
    return owned('external_ids:neutron:router_name', resource('router_ports', without('lrp-', nameOf(cells))));
  },

  Logical_Router_Static_Route: (cells, row) => {
    const router = parentOf(row, 'Logical_Router');
    const other = router && otherPlugin(nameOf(router.cells));
    if (other !== undefined) return foreign(other);
    const mark = firstNeutronKey(cells);
    if (mark !== undefined) return owned(`external_ids:${mark}`, routerOf(router));
    // Before 2024.2 extra routes carry no mark. One that SQL still wants is known by its content; of one that SQL does
    // not want nothing tells whether Neutron or an operator made it.
    return unproven('the route carries no neutron: key; Neutron marks extra routes since 2024.2');
  },

  NAT: (cells, row, observed) => {
    const router = parentOf(row, 'Logical_Router');
    const other = router && otherPlugin(nameOf(router.cells));
    if (other !== undefined) return foreign(other);
    const floatingIp = mark(cells, 'neutron:fip_id');
    if (floatingIp !== undefined) return owned('external_ids:neutron:fip_id', resource('floatingips', floatingIp));
    if (cells.type !== 'snat') return unmarked('neutron:fip_id');
    if (router === undefined || !hasMark(router.cells, 'neutron:router_name')) {
      return unproven('the snat row is not on a router of Neutron');
    }
    if (external(cells).size > 0) return unproven('Neutron writes no external_ids on snat rows, and this one has some');
    const address = String(cells.external_ip);
    const isPortAddress = observed
      .listed(router, 'ports')
      .some((port) => hasMark(port.cells, 'neutron:router_name') && addressesOf(port.cells).includes(address));
    if (!isPortAddress) return unproven(`external_ip ${address} is no address of a port of its router`);
    return owned('a bare snat row on a router of Neutron, from the address of one of its ports', routerOf(router));
  },

  Port_Group: (cells, row, observed) => {
    const name = nameOf(cells);
    if (hasMark(cells, 'neutron:firewall_group_id')) return foreign(FWAAS);
    if (name === 'pvlan_pg_drop') return owned('its name', deployment(name));
    const network = mark(cells, 'neutron:network_id');
    if (network !== undefined && /^pvlan_(isolated|promiscuous|community)_/.test(name)) {
      return owned('its name and external_ids:neutron:network_id', resource('networks', network));
    }
    const group = mark(cells, 'neutron:security_group_id');
    if (group !== undefined) {
      return owned('external_ids:neutron:security_group_id', resource('security_groups', group));
    }
    if (name === 'neutron_pg_drop') return owned('its name', deployment('neutron_pg_drop'));
    // Renamed, it still lists the ACLs that no other group has use for.
    const drop = observed
      .listed(row, 'acls')
      .map((acl) => commonDropGroup(acl.cells))
      .find((found) => found !== undefined);
    if (drop !== undefined && external(cells).size === 0)
      return owned(`lists the drop ACLs of ${drop}`, deployment(drop));
    return unmarked('neutron:security_group_id');
  },

  ACL: (cells, row) => {
    const rule = mark(cells, 'neutron:security_group_rule_id');
    if (rule !== undefined) {
      return owned('external_ids:neutron:security_group_rule_id', resource('security_group_rules', rule));
    }
    if (hasMark(cells, 'neutron:firewall_rule_id')) return foreign(FWAAS);
    // Networking-ovn's ACLs on switches, before there were port groups.
    const port = mark(cells, 'neutron:lport');
    if (port !== undefined) return owned('external_ids:neutron:lport', resource('ports', port));
    const group = parentOf(row, 'Port_Group');
    const groupName = group === undefined ? '' : nameOf(group.cells);
    const network = mark(cells, 'neutron:network_id');
    if (network !== undefined && groupName.startsWith('pvlan_')) {
      return owned("external_ids:neutron:network_id in a private VLAN's port group", resource('networks', network));
    }
    if (external(cells).size > 0) return unmarked('neutron:security_group_rule_id');
    if (groupName === 'neutron_pg_drop' || groupName === 'pvlan_pg_drop') {
      return owned(`in ${groupName}, and nobody else marked it`, deployment(groupName));
    }
    const drop = commonDropGroup(cells);
    if (drop !== undefined) return owned(`drops all of ${drop}`, deployment(drop));
    const securityGroup = group && mark(group.cells, 'neutron:security_group_id');
    if (securityGroup !== undefined && isLogDrop(cells, securityGroup)) {
      const proof = "the drop ACL of a network log in its security group's port group";
      return owned(proof, resource('security_groups', securityGroup));
    }
    return unmarked('neutron:security_group_rule_id');
  },

  Address_Set: (cells) => {
    const group = mark(cells, 'neutron:address_group_id');
    const securityGroup = mark(cells, 'neutron:security_group_id');
    // Networking-ovn's set of each security group's addresses, before there were port groups.
    if (securityGroup !== undefined && /^as_ip[46]_/.test(nameOf(cells))) {
      return owned('its name and external_ids:neutron:security_group_id', resource('security_groups', securityGroup));
    }
    if (group === undefined) return unmarked('neutron:address_group_id');
    return owned('external_ids:neutron:address_group_id', resource('address_groups', group));
  },

  HA_Chassis_Group: (cells) => {
    const name = nameOf(cells);
    // The EVPN plug-in marks its groups with neutron:router_id, so the name is asked first.
    const other = otherPlugin(name);
    if (other !== undefined) return foreign(other);
    if (name === 'default_ha_chassis_group') return owned('its name', deployment(name));
    if (isPrefixedUuid('neutron-extport-', name)) {
      return owned('its name', resource('ports', without('neutron-extport-', name)));
    }
    const isNamed = isPrefixedUuid('neutron-', name);
    const byMark = (['neutron:network_id', 'neutron:router_id', 'neutron:availability_zone_hints'] as const).find(
      (key) => hasMark(cells, key),
    );
    if (!isNamed && byMark === undefined) return unmarked('neutron:availability_zone_hints');
    const proof = isNamed ? 'its name' : `external_ids:${byMark}`;
    const network = mark(cells, 'neutron:network_id');
    if (network !== undefined) return owned(proof, resource('networks', network));
    const router = mark(cells, 'neutron:router_id');
    if (router !== undefined) return owned(proof, resource('routers', router));
    // Before 2026.1 a group says neither, and nearly all are networks'.
    return owned(proof, resource('networks', without('neutron-', name)));
  },

  DHCP_Options: (cells) => {
    const subnet = mark(cells, 'subnet_id');
    const port = mark(cells, 'port_id');
    if (subnet === undefined) {
      // A row that lost the mark still has Neutron's other keys, and nothing can be found by it any more.
      const key = firstNeutronKey(cells);
      if (key === undefined) return unmarked('subnet_id');
      return owned(`external_ids:${key}`, port === undefined ? deployment('dhcp_options') : resource('ports', port));
    }
    if (port !== undefined) return owned('external_ids:subnet_id and port_id', resource('ports', port));
    return owned('external_ids:subnet_id', resource('subnets', subnet));
  },

  DNS: (cells) => {
    const switchName = mark(cells, 'ls_name');
    if (switchName === undefined) return unmarked('ls_name');
    return owned('external_ids:ls_name', resource('networks', without('neutron-', switchName)));
  },

  QoS: (cells) => {
    const port = mark(cells, 'neutron:port_id');
    if (port !== undefined) return owned('external_ids:neutron:port_id', resource('ports', port));
    const floatingIp = mark(cells, 'neutron:fip_id');
    if (floatingIp !== undefined) return owned('external_ids:neutron:fip_id', resource('floatingips', floatingIp));
    const router = mark(cells, 'neutron:router_id');
    if (router !== undefined) return owned('external_ids:neutron:router_id', resource('routers', router));
    return unmarked('neutron:port_id, neutron:fip_id or neutron:router_id');
  },

  Load_Balancer: (cells) => {
    if (mark(cells, 'neutron:device_owner') === 'port_forwarding_plugin') {
      const floatingIp = mark(cells, 'neutron:fip_id') ?? '';
      return owned('external_ids:neutron:device_owner=port_forwarding_plugin', resource('floatingips', floatingIp));
    }
    if (isOctaviaBalancer(cells)) return foreign("Octavia's OVN provider");
    return unmarked('neutron:device_owner=port_forwarding_plugin');
  },

  Meter: (cells) => {
    if (mark(cells, 'neutron:device_owner') === 'logging-plugin') {
      return owned('external_ids:neutron:device_owner=logging-plugin', deployment('meters'));
    }
    // The default name; a name set by [network_log] local_output_log_base comes with the mark.
    const name = nameOf(cells);
    if (name === 'acl_log_meter' || name === 'acl_log_meter_stateless') return owned('its name', deployment('meters'));
    return unmarked('neutron:device_owner=logging-plugin');
  },

  BFD: (cells, row, observed) => {
    const name = String(cells.logical_port);
    const other = otherPlugin(name);
    if (other !== undefined) return foreign(other);
    const port = observed.rows('Logical_Router_Port').find((each) => nameOf(each.cells) === name);
    const routerName = port && mark(port.cells, 'neutron:router_name');
    if (routerName !== undefined && port !== undefined && isTrue(mark(port.cells, 'neutron:is_ext_gw'))) {
      return owned("on a gateway port of Neutron's", resource('routers', without('neutron-', routerName)));
    }
    const route = observed
      .rows('Logical_Router_Static_Route')
      .find((each) => uuidsOf(each.cells.bfd).includes(row.uuid) && hasMark(each.cells, 'neutron:is_ext_gw'));
    if (route !== undefined) {
      return owned("used by a default route of Neutron's", routerOf(parentOf(route, 'Logical_Router')));
    }
    return unproven(`${name} is no gateway port of Neutron's, and no default route of Neutron's uses it`);
  },
};

const FWAAS = 'FWaaS';

const owned = (proof: string, served: ResourceRef): Proof => ({ is: 'owned', proof, resource: served });
const foreign = (whose: string): Proof => ({ is: 'foreign', whose });
const unproven = (why: string): Proof => ({ is: 'unproven', why });
const unmarked = (key: string): Proof => unproven(`external_ids lack ${key}`);

const resource = (type: ResourceRef['type'], id: string): ResourceRef => ({ type, id });
const deployment = (id: string): ResourceRef => resource('deployment', id);
const routerOf = (router: ObservedRow | undefined): ResourceRef =>
  resource('routers', without('neutron-', router === undefined ? '' : nameOf(router.cells)));

const noKeys: ReadonlyMap<string, string> = new Map();
const external = (cells: Cells): ReadonlyMap<string, string> => {
  const ids = cells.external_ids;
  return ids instanceof Map ? (ids as ReadonlyMap<string, string>) : noKeys;
};
const mark = (cells: Cells, key: string): string | undefined => external(cells).get(key);
const hasMark = (cells: Cells, key: string): boolean => external(cells).has(key);
const firstNeutronKey = (cells: Cells): string | undefined => {
  for (const key of external(cells).keys()) if (key.startsWith('neutron:')) return key;
  return undefined;
};

const nameOf = (cells: Cells): string => (typeof cells.name === 'string' ? cells.name : '');
const without = (prefix: string, name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
/** Neutron writes True on ports and true on routes. */
const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true';

const parentOf = (row: ObservedRow, table: OwnedTable): ObservedRow | undefined =>
  row.listedIn.find(({ parent }) => parent.table === table)?.parent;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const isPrefixedUuid = (prefix: string, name: string): boolean =>
  name.startsWith(prefix) && UUID.test(name.slice(prefix.length));

/** Plug-ins with workers of their own that keep their rows themselves: Neutron's BGP (2026.1) and EVPN (2026.2). */
function otherPlugin(name: string): string | undefined {
  if (name.startsWith('bgp-')) return "Neutron's BGP service";
  if (name.startsWith('evpn-')) return "Neutron's EVPN plug-in";
  return undefined;
}

const COMMON_DROP = /^(?:in|out)port == @(neutron_pg_drop|pvlan_pg_drop) && ip$/;

/** Of an unmarked ACL that drops all traffic of one of the two common groups: the group's name. */
function commonDropGroup(cells: Cells): string | undefined {
  if (cells.action !== 'drop' || external(cells).size > 0) return undefined;
  return COMMON_DROP.exec(String(cells.match))?.[1];
}

/** 2026.2: a log of one group's drops has drop ACLs of its own there; they carry the log's name and no external_ids. */
function isLogDrop(cells: Cells, securityGroupId: string): boolean {
  if (cells.action !== 'drop') return false;
  if (isPrefixedUuid('neutron-', nameOf(cells))) return true;
  const all = `@pg_${securityGroupId.replaceAll('-', '_')} && ip`;
  return cells.priority === 1001 && (cells.match === `inport == ${all}` || cells.match === `outport == ${all}`);
}

function isOctaviaBalancer(cells: Cells): boolean {
  for (const key of external(cells).keys()) {
    if (OCTAVIA_KEYS.has(key) || /^(pool|listener|member)_/.test(key)) return true;
  }
  return false;
}
const OCTAVIA_KEYS: ReadonlySet<string> = new Set([
  'neutron:vip',
  'neutron:vip_fip',
  'neutron:vip_port_id',
  'neutron:member_status',
  'octavia:healthmonitor',
  'octavia:healthmonitors',
  'ls_refs',
  'lr_ref',
]);

/** The addresses of a router port, without prefix lengths. */
function addressesOf(cells: Cells): string[] {
  const networks = cells.networks;
  if (!Array.isArray(networks)) return [];
  return networks.map((network) => String(network).split('/')[0] ?? '');
}

/**
 * A key of a shared map that is provably Neutron's leftover when no desired row mentions it: Neutron has written it to
 * rows of this table in some release, and nobody else does. Keys that Neutron writes at run time, which translation does
 * not know, are no leftovers. Options are not in the list: their names are OVN's, so they prove nothing.
 */
export function isStaleKey(table: OwnedTable, column: string, key: string): boolean {
  return column === 'external_ids' && (NEUTRON_KEYS[table]?.has(key) ?? false);
}
