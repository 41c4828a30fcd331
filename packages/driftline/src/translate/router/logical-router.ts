import {
  absent,
  type Choice,
  choice,
  type DesiredRow,
  dated,
  exact,
  type KeyWant,
  keys,
} from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { revisionKey } from '../revision.ts';
import { isPinned } from './gateway-candidates.ts';
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
          'neutron:availability_zone_hints': view.zoneHints.join(','),
          ...gatewayIds(ctx, view),
        }),
        options: keys({
          always_learn_from_arp_request: 'false',
          dynamic_neigh_routers: 'true',
          mac_binding_age_threshold: macBindingAge(ctx),
          chassis: pinning(ctx, view),
        }),
      },
      listedIn: [],
    };
  }
}

function macBindingAge(ctx: TranslationContext): KeyWant | undefined {
  if (!ctx.features.has('macBindingAging')) return undefined;
  const configured = String(ctx.config.ovn.macBindingAgeThresholdS);
  // The option's default was 300 in the first 2026.1 only, then 0 again: which one is at work SQL can't tell.
  const isDefault = configured === '300' || configured === '0';
  if (ctx.features.has('macBindingAgeDefault') && isDefault) {
    return dated('macBindingAgeDefault', configured, undefined, configured === '300' ? '0' : '300');
  }
  if (!ctx.features.maybe('macBindingAgeDefault') || !isDefault) return dated('macBindingAging', configured);
  return choice<string | number>(
    '300 or 0: the default of the option changed within the release',
    (found) => found === '300' || found === '0',
    () => configured,
    { feature: 'macBindingAging', accepts: (found) => found === undefined },
  );
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
