import type { ReadTransaction } from '../connect.ts';
import { compareText, toBoolean, toOptional } from '../decode.ts';
import type { HostRoute, Ipv6Mode, Subnet, SubnetPool } from '../model/network.ts';
import { NeutronReadError } from '../read-error.ts';
import { readPages, readResourcePages } from '../read-table.ts';
import { collectById, collectGroups, toAttributes } from './collect.ts';

export async function readSubnets(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, Subnet>> {
  const only = ids === undefined ? undefined : ({ column: 'subnet_id', ids } as const);
  const nameservers = await collectGroups(
    readPages(transaction, {
      table: 'dnsnameservers',
      columns: ['subnet_id', 'address', 'order'],
      key: ['address', 'subnet_id'],
      only,
    }),
    (row) => [row.subnet_id, { address: row.address, order: row.order }],
  );
  const routes = await collectGroups(
    readPages(transaction, {
      table: 'subnetroutes',
      columns: ['subnet_id', 'destination', 'nexthop'],
      key: ['destination', 'nexthop', 'subnet_id'],
      only,
    }),
    (row) => [row.subnet_id, { destination: row.destination, nexthop: row.nexthop }],
  );
  const serviceTypes = await collectGroups(
    readPages(transaction, {
      table: 'subnet_service_types',
      columns: ['subnet_id', 'service_type'],
      key: ['subnet_id', 'service_type'],
      only,
    }),
    (row) => [row.subnet_id, row.service_type],
  );
  const subnets = readResourcePages(transaction, {
    table: 'subnets',
    columns: [
      'id',
      'project_id',
      'name',
      'network_id',
      'ip_version',
      'cidr',
      'gateway_ip',
      'enable_dhcp',
      'ipv6_ra_mode',
      'ipv6_address_mode',
      'subnetpool_id',
      'segment_id',
    ],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(subnets, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    name: row.name ?? '',
    networkId: row.network_id,
    ipVersion: toIpVersion(row.ip_version),
    cidr: row.cidr,
    gatewayIp: toOptional(row.gateway_ip),
    enableDhcp: toBoolean(row.enable_dhcp),
    ipv6RaMode: toIpv6Mode(row.ipv6_ra_mode),
    ipv6AddressMode: toIpv6Mode(row.ipv6_address_mode),
    subnetPoolId: toOptional(row.subnetpool_id),
    segmentId: toOptional(row.segment_id),
    dnsNameservers: (nameservers.get(row.id) ?? [])
      .sort((a, b) => a.order - b.order || compareText(a.address, b.address))
      .map(({ address }) => address),
    hostRoutes: (routes.get(row.id) ?? []).sort(compareRoutes),
    serviceTypes: (serviceTypes.get(row.id) ?? []).sort(compareText),
  }));
}

export async function readSubnetPools(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, SubnetPool>> {
  const pools = readResourcePages(transaction, {
    table: 'subnetpools',
    columns: ['id', 'ip_version', 'address_scope_id'],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(pools, (row) => ({
    id: row.id,
    attributes: toAttributes(row),
    ipVersion: toIpVersion(row.ip_version),
    addressScopeId: toOptional(row.address_scope_id),
  }));
}

export function compareRoutes(a: HostRoute, b: HostRoute): number {
  return compareText(a.destination, b.destination) || compareText(a.nexthop, b.nexthop);
}

export function toIpVersion(version: number): 4 | 6 {
  if (version === 4 || version === 6) return version;
  throw new NeutronReadError('refused', `${version} is not an IP version; a row was edited by hand`);
}

function toIpv6Mode(mode: string | null): Ipv6Mode | undefined {
  switch (mode) {
    case 'slaac':
    case 'dhcpv6-stateful':
    case 'dhcpv6-stateless':
      return mode;
    case null:
      return undefined;
    default:
      throw new NeutronReadError('refused', `'${mode}' is not an IPv6 mode; a row was edited by hand`);
  }
}
