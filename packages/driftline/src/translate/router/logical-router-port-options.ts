import { absent, choice, dated, type KeyWant } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { type AttachedPort, isPhysical, type RouterView } from './router-view.ts';

/** The keys of `Logical_Router_Port.options` that Neutron manages; before 2026.2 it rewrote the whole map. */
export function routerPortOptions(
  ctx: TranslationContext,
  view: RouterView,
  attached: AttachedPort,
  isGateway: boolean,
): Readonly<Record<string, KeyWant>> {
  return {
    'reside-on-redirect-chassis': resideOnRedirectChassis(ctx, view, attached),
    gateway_mtu: isGateway ? gatewayMtu(ctx, view, attached) : absent,
    'redirect-type': isGateway ? redirectType(ctx, view, attached) : absent,
  };
}

/** Whether traffic of a vlan or flat network is routed on the gateway's chassis: tunnels must not carry it. */
function resideOnRedirectChassis(ctx: TranslationContext, view: RouterView, attached: AttachedPort): KeyWant {
  const { features } = ctx;
  // The switch of a network of several segments may be marked with the type of any, or with none.
  if (attached.networkType === undefined && features.has('networkType')) return oneOf(undefined, 'true', 'false');
  if (!isPhysical(attached)) return absent;
  const rule = residesOnRedirectChassis(ctx, view) ? 'true' : 'false';
  if (attached.networkType === 'flat') {
    if (features.has('flatResideOnRedirect')) return dated('flatResideOnRedirect', rule);
    return features.maybe('flatResideOnRedirect') ? oneOf(rule, undefined) : absent;
  }
  const first = ctx.config.ovn.enableDistributedFloatingIp ? 'false' : 'true';
  if (features.has('vlanResideOnRedirectAllVlanRule')) {
    return rule === first ? rule : dated('vlanResideOnRedirectAllVlanRule', rule, first);
  }
  // 21.1.0 alone said true for every network with a physical network, and that is every vlan network.
  return oneOf(rule, first, 'true');
}

export const residesOnRedirectChassis = (ctx: TranslationContext, { interfaces, isAllPhysical }: RouterView): boolean =>
  !ctx.config.ovn.enableDistributedFloatingIp || (interfaces.length > 0 && !isAllPhysical);

function gatewayMtu(ctx: TranslationContext, { interfaces }: RouterView, { network }: AttachedPort): KeyWant {
  const { features, config } = ctx;
  const mtus = interfaces.map((attached) => attached.network.mtu);
  const smallest = String(Math.min(network.mtu, ...mtus));
  const first = mtus.some((mtu) => mtu > network.mtu) ? String(network.mtu) : undefined;
  if (features.has('gatewayMtuAlways')) return dated('gatewayMtuAlways', smallest, undefined, first);
  if (!config.ovn.ovnEmitNeedToFrag) return absent;
  if (features.has('gatewayMtuSmallest')) return dated('gatewayMtuSmallest', smallest, first);
  if (features.maybe('gatewayMtuSmallest')) return oneOf(smallest, first);
  return first ?? absent;
}

/** `bridged` where floating IPs are distributed and no interface needs a tunnel. */
function redirectType(
  ctx: TranslationContext,
  { isAllPhysical, interfaces }: RouterView,
  attached: AttachedPort,
): KeyWant {
  const { features } = ctx;
  if (!features.has('redirectTypeOnGateways') && !features.maybe('redirectTypeOnGateways')) return absent;
  if (!ctx.config.ovn.enableDistributedFloatingIp) return absent;
  const rule = isAllPhysical ? BRIDGED : undefined;
  if (features.maybe('redirectType')) {
    return features.has('redirectTypeOnGateways') ? oneOf(rule, BRIDGED) : oneOf(rule, undefined);
  }
  if (features.maybe('redirectTypeByInterfacesAgain')) {
    return oneOf(rule, interfaces.every(isPhysical) && isPhysical(attached) ? BRIDGED : undefined);
  }
  if (rule === undefined) return absent;
  return dated('redirectType', rule);
}

const BRIDGED = 'bridged';

/** The first is written where none of them stands. */
function oneOf(...values: readonly (string | undefined)[]): KeyWant {
  return choice<string | number>(
    `one of ${values.map((value) => value ?? 'nothing').join(', ')}: point releases of this release differ`,
    (found) => values.includes(found as string | undefined),
    () => values[0],
  );
}
