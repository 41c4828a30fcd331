import { absent, type Choice, choice, type DesiredRow, dated, exact, keys } from '../northbound/desired.ts';
import type { TranslationContext } from './context.ts';
import { isPinned } from './gateway-candidates.ts';
import { revisionKey } from './revision.ts';
import { pinnedChassis } from './router-ha-group.ts';
import { type RouterView, routerViews } from './router-view.ts';

export function* logicalRouterRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const view of routerViews(ctx).values()) {
    const { router, name } = view;
    const resource = { type: 'routers', id: router.id } as const;
    yield {
      table: 'Logical_Router',
      key: name,
      resource,
      cells: {
        name: exact(name),
        enabled: exact(router.adminStateUp),
        external_ids: keys({
          'neutron:router_name': router.name,
          'neutron:revision_number': revisionKey(router),
          'neutron:availability_zone_hints': router.availabilityZoneHints.join(','),
          ...gatewayIds(ctx, view),
        }),
        options: keys({
          always_learn_from_arp_request: 'false',
          dynamic_neigh_routers: 'true',
          mac_binding_age_threshold: ctx.features.has('macBindingAging')
            ? dated('macBindingAging', String(ctx.config.ovn.macBindingAgeThresholdS))
            : undefined,
          chassis: pinning(ctx, view),
        }),
      },
      listedIn: [],
    };
  }
}

/** Later releases leave them behind on older routers. */
function gatewayIds(ctx: TranslationContext, { router, gateways }: RouterView): Record<string, string> {
  if (ctx.features.has('noGatewayIdsOnRouter')) return {};
  return {
    'neutron:gw_port_id': router.gatewayPortId ?? '',
    'neutron:gw_network_id': gateways[0]?.port.networkId ?? '',
  };
}

/**
 * A router whose external network is tunnelled lives on one chassis. With a scheduled gateway port beside the option,
 * northd calls the router misconfigured; a router without any gateway may be somebody else's to pin.
 */
function pinning(ctx: TranslationContext, view: RouterView): Choice<string | number> | typeof absent | undefined {
  if (!ctx.features.has('routerChassisForTunnelledGateway') || view.gateways.length === 0) return undefined;
  const pinned = view.gateways.filter((gateway) => isPinned(ctx, gateway));
  if (pinned.length === 0) return absent;
  if (pinned.length < view.gateways.length) return undefined;
  return choice<string | number>(
    'the first chassis of the router’s HA chassis group',
    (found, _row, observed) => found === pinnedChassis(ctx, view, observed),
    (_row, observed) => pinnedChassis(ctx, view, observed),
  );
}
