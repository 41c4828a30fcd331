import type { ReadTransaction } from '../connect.ts';
import { compareText, toBoolean, toOptional, toStringList } from '../decode.ts';
import type { HostRoute } from '../model/network.ts';
import type { Router, RouterPort } from '../model/router.ts';
import { readPages, readResourcePages } from '../read-table.ts';
import { collectById, collectGroups, collectMap, toAttributes } from './collect.ts';
import { compareRoutes } from './subnets.ts';

export async function readRouters(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, Router>> {
  const only = ids === undefined ? undefined : ({ column: 'router_id', ids } as const);
  const extras = await collectMap(
    readPages(transaction, {
      table: 'router_extra_attributes',
      columns: [
        'router_id',
        'distributed',
        'ha',
        'availability_zone_hints',
        'enable_default_route_ecmp',
        'enable_default_route_bfd',
      ],
      key: ['router_id'],
      only,
    }),
    (row) => [row.router_id, row],
  );
  const qosPolicies = await collectMap(
    readPages(transaction, {
      table: 'qos_router_gw_policy_bindings',
      columns: ['router_id', 'policy_id'],
      key: ['router_id'],
      only,
    }),
    (row) => [row.router_id, row.policy_id],
  );
  const routes = await collectGroups(
    readPages(transaction, {
      table: 'routerroutes',
      columns: ['router_id', 'destination', 'nexthop'],
      key: ['destination', 'nexthop', 'router_id'],
      only,
    }),
    (row): [string, HostRoute] => [row.router_id, { destination: row.destination, nexthop: row.nexthop }],
  );
  const ports = await collectGroups(
    readPages(transaction, {
      table: 'routerports',
      columns: ['router_id', 'port_id', 'port_type'],
      key: ['router_id', 'port_id'],
      only,
    }),
    (row): [string, RouterPort] => [row.router_id, { portId: row.port_id, portType: toOptional(row.port_type) }],
  );
  const providers = await collectMap(
    readPages(transaction, {
      table: 'providerresourceassociations',
      columns: ['provider_name', 'resource_id'],
      key: ['resource_id'],
      only: ids === undefined ? undefined : { column: 'resource_id', ids },
    }),
    (row) => [row.resource_id, row.provider_name],
  );
  const evpn = await collectMap(
    readPages(transaction, { table: 'evpn_l3_instances', columns: ['router_id'], key: ['router_id'], only }),
    (row) => [row.router_id, true],
  );
  const routers = readResourcePages(transaction, {
    table: 'routers',
    columns: ['id', 'project_id', 'name', 'admin_state_up', 'gw_port_id', 'enable_snat', 'flavor_id'],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(routers, (row) => {
    const extra = extras.get(row.id);
    return {
      id: row.id,
      projectId: row.project_id ?? '',
      attributes: toAttributes(row),
      name: row.name ?? '',
      adminStateUp: toBoolean(row.admin_state_up),
      gatewayPortId: toOptional(row.gw_port_id),
      enableSnat: toBoolean(row.enable_snat),
      flavorId: toOptional(row.flavor_id),
      provider: providers.get(row.id),
      distributed: toBoolean(extra?.distributed),
      ha: toBoolean(extra?.ha),
      availabilityZoneHints: toStringList(extra?.availability_zone_hints),
      enableDefaultRouteEcmp: toBoolean(extra?.enable_default_route_ecmp),
      enableDefaultRouteBfd: toBoolean(extra?.enable_default_route_bfd),
      gatewayQosPolicyId: qosPolicies.get(row.id),
      routes: (routes.get(row.id) ?? []).sort(compareRoutes),
      ports: (ports.get(row.id) ?? []).sort((a, b) => compareText(a.portId, b.portId)),
      hasEvpn: evpn.has(row.id),
    };
  });
}
