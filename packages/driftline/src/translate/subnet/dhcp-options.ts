import type { Network, Subnet } from '../../neutron/model/network.ts';
import { choice, type DesiredRow, dated, exact, type KeyWant, keys } from '../../northbound/desired.ts';
import { subnetDhcpKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { canonicalIp, type IpVersion, ipVersionOf, isIp } from '../ip.ts';
import { REVISION_KEY, revisionKey } from '../revision.ts';
import { areRoutes, printRoutes, type StaticRoutes } from '../router/static-routes.ts';
import { isReservedOption } from './dhcp-option-names.ts';
import { serverMac } from './dhcp-server-mac.ts';

/** Subnets with DHCP. Ports with options of their own have rows of their own: port-dhcp-options.ts. */
export function* subnetDhcpRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const subnet of ctx.snapshot.subnets.values()) {
    if (!hasDhcpRow(subnet)) continue;
    const network = ctx.snapshot.networks.get(subnet.networkId);
    const resource = { type: 'subnets', id: subnet.id } as const;
    if (network === undefined) {
      const message = `subnet ${subnet.id} has no network ${subnet.networkId}; is the snapshot partial?`;
      ctx.faults.push({ resource, message });
      continue;
    }
    yield {
      table: 'DHCP_Options',
      key: subnetDhcpKey(subnet.id),
      resource,
      cells: {
        cidr: exact(subnet.cidr),
        options: keys(subnetDhcpOptions(ctx, subnet, network)),
        external_ids: keys({ ...subnetMarks(ctx, subnet), [REVISION_KEY]: revisionKey(subnet) }),
      },
      listedIn: [],
    };
  }
}

/** With SLAAC hosts make their own addresses, and OVN's server has nothing to say. */
export const hasDhcpRow = ({ enableDhcp, ipVersion, ipv6AddressMode }: Subnet): boolean =>
  enableDhcp && !(ipVersion === 6 && ipv6AddressMode === 'slaac');

/** In external_ids, of the subnet's row and those of its ports. */
export const subnetMarks = (ctx: TranslationContext, subnet: Subnet): Record<string, KeyWant | undefined> => ({
  subnet_id: subnet.id,
  'neutron:network_id': ctx.features.has('dhcpNetworkId') ? dated('dhcpNetworkId', subnet.networkId) : undefined,
});

export type DhcpOptions = Record<string, KeyWant | undefined>;

/** The whole map: an option that is not here must not be there. */
export function subnetDhcpOptions(ctx: TranslationContext, subnet: Subnet, network: Network): DhcpOptions {
  const options = subnet.ipVersion === 4 ? ipv4Options(ctx, subnet, network) : ipv6Options(ctx, subnet);
  return options === undefined ? {} : withGlobalOptions(ctx, options, subnet.ipVersion);
}

/** Without a gateway or a metadata port there is nobody to answer as, and OVN's server stays silent: no options. */
function ipv4Options(ctx: TranslationContext, subnet: Subnet, network: Network): DhcpOptions | undefined {
  const serverId = subnet.gatewayIp ?? metadataAddress(ctx, subnet);
  if (serverId === undefined) return undefined;
  const { dnsDomain, ovn } = ctx.config;
  return {
    server_id: serverId,
    lease_time: String(ovn.dhcpDefaultLeaseTimeS),
    mtu: String(network.mtu),
    domain_name: dnsDomain === '' || dnsDomain === 'openstacklocal' ? undefined : `"${dnsDomain}"`,
    router: subnet.gatewayIp,
    server_mac: serverMac(ctx, subnet.id, 'server_mac'),
    dns_server: dnsServers(ctx, subnet),
    classless_static_route: routesWant(staticRoutesOf(ctx, subnet)),
  };
}

const ipv6Options = (ctx: TranslationContext, subnet: Subnet): DhcpOptions => ({
  server_id: serverMac(ctx, subnet.id, 'server_id'),
  dns_server: dnsServers(ctx, subnet),
  dhcpv6_stateless: subnet.ipv6AddressMode === 'dhcpv6-stateless' ? 'true' : undefined,
});

function metadataAddress(ctx: TranslationContext, subnet: Subnet): string | undefined {
  if (!ctx.config.ovn.ovnMetadataEnabled) return undefined;
  const port = ctx.index.metadataPortOfNetwork.get(subnet.networkId);
  return port?.fixedIps.find(({ subnetId }) => subnetId === subnet.id)?.ipAddress;
}

/** Empty where the option is not written: then the client uses its router. */
export function staticRoutesOf(ctx: TranslationContext, subnet: Subnet): StaticRoutes | undefined {
  if (subnet.ipVersion === 6) return undefined;
  const metadata = metadataAddress(ctx, subnet);
  if (metadata === undefined && subnet.hostRoutes.length === 0) return undefined;
  return {
    first: metadata === undefined ? [] : [`169.254.169.254/32,${metadata}`],
    inAnyOrder: subnet.hostRoutes.map(({ destination, nexthop }) => `${destination},${nexthop}`),
    // A client that is given routes must not look at the router option (RFC 3442).
    last: subnet.gatewayIp === undefined ? [] : [`0.0.0.0/0,${subnet.gatewayIp}`],
  };
}

function routesWant(routes: StaticRoutes | undefined): KeyWant | undefined {
  if (routes === undefined || routes.inAnyOrder.length < 2) return routes && printRoutes(routes);
  return choice<string | number>(
    'these routes, host routes in any order',
    (found) => typeof found === 'string' && areRoutes(found, routes),
    () => printRoutes(routes),
  );
}

/**
 * The subnet's, else the configuration's, else those of the host that Neutron runs on, which may be another than ours
 * and have changed since.
 */
function dnsServers(ctx: TranslationContext, subnet: Subnet): KeyWant | undefined {
  const version = subnet.ipVersion;
  if (subnet.dnsNameservers.length > 0) return printServers(subnet.dnsNameservers, version);
  const configured = ctx.config.ovn.dnsServers.filter((address) => ipVersionOf(address) === version);
  if (configured.length > 0) return printServers(configured, version);
  const here = printServers(
    ctx.systemNameservers.filter((address) => isIp(address, version)),
    version,
  );
  return choice<string | number>(
    "the name servers of Neutron's host",
    (found) => (found === undefined ? here === undefined : isServerList(String(found), version)),
    () => here,
  );
}

/** A single 0.0.0.0 or :: is how an operator says that there shall be none. */
function printServers(servers: readonly string[], version: IpVersion): string | undefined {
  const isNone = servers.length === 1 && canonicalIp(servers[0] ?? '') === (version === 4 ? '0.0.0.0' : '::');
  return servers.length === 0 || isNone ? undefined : `{${servers.join(', ')}}`;
}

const isServerList = (text: string, version: IpVersion): boolean =>
  text.startsWith('{') &&
  text.endsWith('}') &&
  text
    .slice(1, -1)
    .split(', ')
    .every((address) => isIp(address, version));

function withGlobalOptions(ctx: TranslationContext, options: DhcpOptions, version: IpVersion): DhcpOptions {
  const { ovnDhcp4GlobalOptions, ovnDhcp6GlobalOptions } = ctx.config.ovn;
  const merged = { ...options };
  for (const [name, value] of version === 4 ? ovnDhcp4GlobalOptions : ovnDhcp6GlobalOptions) {
    if (isReservedOption(name, version)) continue;
    // An empty value takes the option away.
    merged[name] = value === '' ? undefined : globalValue(ctx, value);
  }
  return merged;
}

function globalValue(ctx: TranslationContext, value: string): KeyWant {
  const listed = `{${value.split(';').join(', ')}}`;
  if (!value.includes(';')) return value;
  if (ctx.features.has('dhcpMultipleValues')) return listed;
  if (!ctx.features.maybe('dhcpMultipleValues')) return value;
  return choice<string | number>(
    'as configured, or as a list: only later point releases know lists',
    (found) => found === value || found === listed,
    () => value,
  );
}
