import { type DesiredRow, exact, refs } from '../../northbound/desired.ts';
import { ANY_ADDRESS, natKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { type AttachedPort, type RouterView, routerViews } from './router-view.ts';

/** NAT rows of type snat: from every IPv4 subnet inside to every IPv4 address of the gateways. */
export function* sourceNatRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const view of routerViews(ctx).values()) {
    if (view.router.enableSnat && view.gateways.length > 0) yield* rowsOf(ctx, view);
  }
}

const EVERYTHING = '0.0.0.0/0';

function* rowsOf(ctx: TranslationContext, view: RouterView): Iterable<DesiredRow> {
  const externalIps = new Set(view.gateways.flatMap((gateway) => ipv4(gateway).map(({ ipAddress }) => ipAddress)));
  const isIndirect = ctx.config.ovn.ovnRouterIndirectSnat === true;
  const inside = presences(view.interfaces);
  // Turning the option on is configuration; that it is on by default came with a release.
  const since = ctx.features.has('indirectSnatDefault') ? { feature: 'indirectSnatDefault' as const } : {};
  // With one address, what it translates names the row: one that was given another address is still known.
  const aliases = (cidr: string) =>
    externalIps.size === 1 ? { aliases: [natKey(view.name, 'snat', ANY_ADDRESS, cidr)] } : {};
  for (const externalIp of externalIps) {
    if (isIndirect) {
      yield { ...row(view, externalIp, EVERYTHING, 'required'), ...aliases(EVERYTHING), ...since };
    }
    for (const [cidr, presence] of inside) {
      // Rows of the time before the option was turned on, or became the default, do what the one row does.
      yield { ...row(view, externalIp, cidr, isIndirect ? 'tolerated' : presence), ...aliases(cidr) };
    }
  }
}

const ipv4 = ({ addresses }: AttachedPort) => addresses.filter(({ subnet }) => subnet.ipVersion === 4);

/**
 * Of a port in several IPv4 subnets Neutron writes all when they come one by one, and only the last when the gateway is
 * set or changes.
 */
function presences(interfaces: readonly AttachedPort[]): ReadonlyMap<string, 'required' | 'tolerated'> {
  const found = new Map<string, 'required' | 'tolerated'>();
  for (const attached of interfaces) {
    const subnets = ipv4(attached);
    for (const [at, { subnet }] of subnets.entries()) {
      if (at === subnets.length - 1) found.set(subnet.cidr, 'required');
      else if (!found.has(subnet.cidr)) found.set(subnet.cidr, 'tolerated');
    }
  }
  return found;
}

const row = (
  { router, name }: RouterView,
  externalIp: string,
  cidr: string,
  presence: 'required' | 'tolerated',
): DesiredRow => ({
  table: 'NAT',
  key: natKey(name, 'snat', externalIp, cidr),
  resource: { type: 'routers', id: router.id },
  cells: {
    type: exact('snat'),
    external_ip: exact(externalIp),
    logical_ip: exact(cidr),
    external_port_range: exact(''),
    logical_port: exact(undefined),
    external_mac: exact(undefined),
    gateway_port: refs('Logical_Router_Port', []),
  },
  listedIn: [{ table: 'Logical_Router', column: 'nat', key: name }],
  presence,
});
