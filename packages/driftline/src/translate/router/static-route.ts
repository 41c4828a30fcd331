import { type DesiredRow, dated, exact, type KeyWant, keys, refs } from '../../northbound/desired.ts';
import { bfdKey, staticRouteKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { logicalRouterPortName } from '../names.ts';
import { type AttachedPort, type RouterView, routerViews } from './router-view.ts';

/** Default routes of the gateways, the router's extra routes, and the BFD rows that watch default routes. */
export function* staticRouteRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const view of routerViews(ctx).values()) {
    // Two addresses of a gateway in one subnet, or an extra route that repeats the default one, are one route.
    const seen = new Set<string>();
    const watched = new Set<string>();
    for (const gateway of view.gateways) {
      if (gateway.port.id !== view.router.gatewayPortId && !view.router.enableDefaultRouteEcmp) continue;
      for (const row of defaultRoutes(ctx, view, gateway)) {
        const distinct = row.table === 'BFD' ? watched : seen;
        if (!distinct.has(row.key)) yield row;
        distinct.add(row.key);
      }
    }
    for (const { destination, nexthop } of view.router.routes) {
      const row = routeRow(ctx, view, destination, nexthop, {});
      if (!seen.has(row.key)) yield row;
      seen.add(row.key);
    }
  }
}

function* defaultRoutes(
  ctx: TranslationContext,
  view: RouterView,
  { port, addresses }: AttachedPort,
): Iterable<DesiredRow> {
  const portName = logicalRouterPortName(port.id);
  for (const { subnet } of addresses) {
    const prefix = subnet.ipVersion === 4 ? '0.0.0.0/0' : '::/0';
    const marks = { 'neutron:is_ext_gw': 'true', 'neutron:subnet_id': subnet.id };
    if (subnet.gatewayIp === undefined) {
      // Zed wrote a route to nowhere; check_router_default_route_empty_dst_ip came later to delete it.
      if (!ctx.features.has('defaultRouteNeedsNexthop')) {
        yield { ...routeRow(ctx, view, prefix, '', marks), presence: 'tolerated' };
      }
    } else if (view.router.enableDefaultRouteBfd && ctx.features.has('multipleGateways')) {
      yield bfdRow(view, portName, subnet.gatewayIp);
      yield routeRow(ctx, view, prefix, subnet.gatewayIp, marks, portName);
    } else {
      yield routeRow(ctx, view, prefix, subnet.gatewayIp, marks);
    }
  }
}

function routeRow(
  ctx: TranslationContext,
  { router, name }: RouterView,
  prefix: string,
  nexthop: string,
  marks: Readonly<Record<string, KeyWant>>,
  watchedPort?: string,
): DesiredRow {
  const isMarked = ctx.features.has('staticRouteMark');
  return {
    table: 'Logical_Router_Static_Route',
    key: staticRouteKey(name, prefix, nexthop, watchedPort),
    ...(watchedPort === undefined ? {} : { aliases: [staticRouteKey(name, prefix, nexthop)] }),
    resource: { type: 'routers', id: router.id },
    cells: {
      ip_prefix: exact(prefix),
      nexthop: exact(nexthop),
      policy: exact(undefined),
      route_table: exact(''),
      output_port: exact(watchedPort),
      bfd: refs('BFD', watchedPort === undefined ? [] : [bfdKey(watchedPort, nexthop)]),
      external_ids: keys({
        ...marks,
        'neutron:is_static_route': isMarked ? dated('staticRouteMark', 'true') : undefined,
      }),
    },
    listedIn: [{ table: 'Logical_Router', column: 'static_routes', key: name }],
  };
}

const bfdRow = ({ router }: RouterView, portName: string, nexthop: string): DesiredRow => ({
  table: 'BFD',
  key: bfdKey(portName, nexthop),
  resource: { type: 'routers', id: router.id },
  cells: { logical_port: exact(portName), dst_ip: exact(nexthop) },
  listedIn: [],
});
