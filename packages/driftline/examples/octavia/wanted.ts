import { isIPv6 } from 'node:net';
import type { NeutronSnapshot, NorthboundRow, WantedKey, WantedListing } from 'driftline/plugin';
import { readBalancer } from './balancer.ts';

/**
 * Where the provider attaches a load balancer: to the switches that `ls_refs` counts, to the routers of `lr_ref`, and to
 * every network behind such a router. It does so when the balancer, a member or an interface is made, and never again: a
 * switch that is made anew comes back without balancers, and nobody notices but those who wanted to connect.
 */
export function wantedListings(row: NorthboundRow, snapshot: NeutronSnapshot): readonly WantedListing[] {
  const { vip, switches, routers } = readBalancer(row);
  const behind = vip === undefined ? [] : routers.flatMap((router) => networksBehind(router, vip, snapshot));
  // A balancer on a network with a localnet port breaks traffic to floating IPs: older releases of the provider attached
  // them there, those since 10.0 (2026.1) do not. Both are left as they are.
  const reached = [...new Set([...switches, ...behind])].filter((name) => !isProviderNetwork(name, snapshot));
  return [
    ...reached.map((key) => ({ table: 'Logical_Switch', column: 'load_balancer', key }) as const),
    ...routers.map((key) => ({ table: 'Logical_Router', column: 'load_balancer', key }) as const),
  ];
}

/** Those of the VIP's address family; gateways lead elsewhere. */
function networksBehind(router: string, vip: string, { routers, ports }: NeutronSnapshot): readonly string[] {
  const interfaces = routers.get(idOf(router))?.ports ?? [];
  return interfaces.flatMap(({ portId, portType }) => {
    const port = ports.get(portId);
    if (port === undefined || portType === undefined || !INTERFACES.has(portType)) return [];
    const isReached = port.fixedIps.every(({ ipAddress }) => isIPv6(ipAddress) === isIPv6(vip));
    return isReached && port.fixedIps.length > 0 ? [`neutron-${port.networkId}`] : [];
  });
}

const INTERFACES: ReadonlySet<string> = new Set([
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
]);

const providerNetworks = new WeakMap<NeutronSnapshot, ReadonlySet<string>>();

function isProviderNetwork(switchName: string, snapshot: NeutronSnapshot): boolean {
  let networks = providerNetworks.get(snapshot);
  if (networks === undefined) {
    const physical = [...snapshot.segments.values()].filter(({ physicalNetwork }) => physicalNetwork !== undefined);
    networks = new Set(physical.map(({ networkId }) => networkId));
    providerNetworks.set(snapshot, networks);
  }
  return networks.has(idOf(switchName));
}

export const idOf = (name: string): string => name.replace(/^neutron-/, '');

/**
 * `ip_port_mappings` of members with an IPv6 address need brackets, or OVN takes them for no addresses and checks no
 * health: until 6.0 (2024.1) the provider wrote none. What it wrote is history, and has a migration of its own.
 */
export function wantedMappings({ ip_port_mappings }: NorthboundRow): readonly WantedKey[] {
  const mappings: ReadonlyMap<string, string> = ip_port_mappings instanceof Map ? ip_port_mappings : new Map();
  const column = 'ip_port_mappings';
  return [...mappings].flatMap(([address, target]): readonly WantedKey[] => {
    if (!isIPv6(address)) return [];
    const colon = target.indexOf(':');
    const source = target.slice(colon + 1);
    const value = `${target.slice(0, colon)}:${isIPv6(source) ? `[${source}]` : source}`;
    return [
      { column, key: address, value: null, isHistory: true },
      { column, key: `[${address}]`, value, isHistory: true },
    ];
  });
}
