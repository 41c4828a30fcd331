import type { FloatingIp, PortForwarding } from '../../neutron/model/router.ts';
import { absent, type DesiredRow, exact, keys, type Listing } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { logicalSwitchName, portForwardingBalancerName } from '../names.ts';
import { revisionAtMost } from '../revision.ts';
import { isPinned } from '../router/gateway-candidates.ts';
import { type RouterView, routerViews } from '../router/router-view.ts';

/** Load_Balancer rows: one per floating IP and protocol, and one per port of a forwarded range. */
export function* portForwardingRows(ctx: TranslationContext): Iterable<DesiredRow> {
  const views = routerViews(ctx);
  for (const floatingIp of ctx.snapshot.floatingIps.values()) {
    const forwardings = ctx.index.portForwardingsOfFloatingIp.of(floatingIp.id);
    if (forwardings.length === 0) continue;
    const view = views.get(floatingIp.routerId ?? '');
    if (view !== undefined) yield* rowsOf(ctx, floatingIp, forwardings, view);
  }
}

interface Balancer {
  readonly protocol: string;
  readonly isOfRange: boolean;
  readonly vips: Record<string, string>;
}

function* rowsOf(
  ctx: TranslationContext,
  floatingIp: FloatingIp,
  forwardings: readonly PortForwarding[],
  view: RouterView,
): Iterable<DesiredRow> {
  const listedIn = listings(ctx, view);
  for (const [name, { protocol, isOfRange, vips }] of balancersOf(floatingIp, forwardings)) {
    yield {
      table: 'Load_Balancer',
      key: name,
      resource: { type: 'floatingips', id: floatingIp.id },
      cells: {
        name: exact(name),
        protocol: exact(protocol),
        vips: keys(vips),
        external_ids: keys({
          'neutron:device_owner': 'port_forwarding_plugin',
          'neutron:fip_id': floatingIp.id,
          'neutron:router_name': view.name,
          // Written with each forwarding, not with other changes of the floating ip; on balancers of ranges never.
          'neutron:revision_number': isOfRange ? absent : revisionAtMost(floatingIp),
        }),
      },
      listedIn,
    };
  }
}

const PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'udp']);

function balancersOf(floatingIp: FloatingIp, forwardings: readonly PortForwarding[]): ReadonlyMap<string, Balancer> {
  const balancers = new Map<string, Balancer>();
  for (const forwarding of forwardings) {
    const { protocol, internalIpAddress, externalPortStart, externalPortEnd, internalPortStart } = forwarding;
    if (!PROTOCOLS.has(protocol)) continue;
    const isOfRange = externalPortEnd > externalPortStart;
    // A range forwarded to a single port keeps that port.
    const step = forwarding.internalPortEnd > internalPortStart ? 1 : 0;
    const common = portForwardingBalancerName(floatingIp.id, protocol);
    for (let port = externalPortStart; port <= externalPortEnd; port++) {
      const name = isOfRange ? `${common}-${port}` : common;
      let balancer = balancers.get(name);
      if (balancer === undefined) {
        balancer = { protocol, isOfRange, vips: {} };
        balancers.set(name, balancer);
      }
      const internalPort = internalPortStart + (port - externalPortStart) * step;
      balancer.vips[`${floatingIp.floatingIpAddress}:${port}`] = `${internalIpAddress}:${internalPort}`;
    }
  }
  return balancers;
}

/** The router, and every switch with a port of it that is not scheduled on chassis. */
function listings(ctx: TranslationContext, view: RouterView): readonly Listing[] {
  const unscheduled = view.gateways.filter((gateway) => isPinned(ctx, gateway));
  const networks = new Set([...view.interfaces, ...unscheduled].map(({ network }) => network.id));
  return [
    { table: 'Logical_Router', column: 'load_balancer', key: view.name },
    ...[...networks].map(
      (id): Listing => ({ table: 'Logical_Switch', column: 'load_balancer', key: logicalSwitchName(id) }),
    ),
  ];
}
