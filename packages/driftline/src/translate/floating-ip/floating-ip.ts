import type { Port } from '../../neutron/model/port.ts';
import type { FloatingIp } from '../../neutron/model/router.ts';
import {
  absent,
  type Cell,
  type Choice,
  type ColumnValue,
  choice,
  type DesiredRow,
  dated,
  exact,
  type KeyWant,
  keys,
  type ObservedLookup,
  refs,
} from '../../northbound/desired.ts';
import { floatingIpNatKey, natKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { logicalRouterPortName, logicalSwitchName } from '../names.ts';
import { revisionKey } from '../revision.ts';
import { gatewayCandidates, isPinned } from '../router/gateway-candidates.ts';
import { residesOnRedirectChassis } from '../router/logical-router-port-options.ts';
import { isPhysical, type RouterView, routerViews } from '../router/router-view.ts';
import { balancerMembers, isBalancerMember } from './balancer-members.ts';

/** NAT rows of type dnat_and_snat. A floating IP with port forwardings has no fixed address, and no row here. */
export function* floatingIpRows(ctx: TranslationContext): Iterable<DesiredRow> {
  const views = routerViews(ctx);
  for (const floatingIp of ctx.snapshot.floatingIps.values()) {
    const { routerId, fixedPortId, fixedIpAddress } = floatingIp;
    if (routerId === undefined || fixedPortId === undefined || fixedIpAddress === undefined) continue;
    const view = views.get(routerId);
    if (view === undefined) continue;
    const port = ctx.snapshot.ports.get(floatingIp.floatingPortId);
    const fixedPort = ctx.snapshot.ports.get(fixedPortId);
    if (port === undefined || fixedPort === undefined) {
      ctx.faults.push({
        resource: { type: 'floatingips', id: floatingIp.id },
        message: `floating ip ${floatingIp.id}: its port ${port === undefined ? floatingIp.floatingPortId : fixedPortId} does not exist; is the snapshot partial?`,
      });
      continue;
    }
    yield rowOf(ctx, view, { floatingIp, externalMac: port.macAddress, fixedPort, fixedIpAddress });
  }
}

interface Association {
  readonly floatingIp: FloatingIp;
  readonly externalMac: string;
  readonly fixedPort: Port;
  readonly fixedIpAddress: string;
}

function rowOf(ctx: TranslationContext, view: RouterView, association: Association): DesiredRow {
  const { floatingIp, externalMac, fixedPort, fixedIpAddress } = association;
  const externalIp = floatingIp.floatingIpAddress;
  const stateless: KeyWant = ctx.features.has('natStatelessOption')
    ? dated('natStatelessOption', ctx.config.ovn.statelessNatEnabled ? 'true' : 'false')
    : absent;
  return {
    table: 'NAT',
    key: floatingIpNatKey(floatingIp.id),
    aliases: [natKey(view.name, 'dnat_and_snat', externalIp, fixedIpAddress)],
    resource: { type: 'floatingips', id: floatingIp.id },
    ...(ctx.features.has('natUuidIsFloatingIpId') ? { uuid: floatingIp.id } : {}),
    cells: {
      type: exact('dnat_and_snat'),
      external_ip: exact(externalIp),
      logical_ip: exact(fixedIpAddress),
      external_port_range: exact(''),
      external_ids: keys({
        'neutron:fip_id': floatingIp.id,
        'neutron:revision_number': revisionKey(floatingIp),
        'neutron:fip_port_id': fixedPort.id,
        'neutron:router_name': view.name,
        'neutron:fip_external_mac': externalMac,
        'neutron:fip_network_id': floatingIp.floatingNetworkId,
      }),
      options: keys({ stateless }),
      ...placement(ctx, association),
      ...gatewayPort(ctx, view),
    },
    listedIn: [{ table: 'Logical_Router', column: 'nat', key: view.name }],
  };
}

/**
 * Where the address is answered: on the port's own chassis once the port is up, or on the gateway. Members of a load
 * balancer of OVN's Octavia provider are kept on the gateway, but only from the next write on.
 */
function placement(ctx: TranslationContext, association: Association): Readonly<Record<string, Cell>> {
  const { fixedPort, externalMac, fixedIpAddress } = association;
  const { id } = fixedPort;
  if (!ctx.config.ovn.enableDistributedFloatingIp) {
    return { logical_port: exact(id), external_mac: exact(undefined) };
  }
  const subnetId = fixedPort.fixedIps.find(({ ipAddress }) => ipAddress === fixedIpAddress)?.subnetId ?? '';
  const mayBeMember = balancerMembers(ctx) > 0;
  const isMember = (observed: ObservedLookup): boolean =>
    mayBeMember && isBalancerMember(logicalSwitchName(fixedPort.networkId), fixedIpAddress, subnetId, observed);
  const isUp = (observed: ObservedLookup): boolean => observed.row('Logical_Switch_Port', id)?.up === true;
  // An up event gives the address to the port's first row only.
  const isOnly = ctx.index.floatingIpsOfFixedPort.of(id).length === 1;

  const mac: Choice<ColumnValue> = choice<ColumnValue>(
    'the floating ip’s MAC when the port is up; from then on it may stay',
    (found, _row, observed) =>
      found === externalMac || (found === undefined && (!isUp(observed) || !isOnly || isMember(observed))),
    (_row, observed) => (isUp(observed) && !isMember(observed) ? externalMac : undefined),
  );
  const logicalPort: Choice<ColumnValue> = choice<ColumnValue>(
    'the port, or nothing for a member of a load balancer',
    (found, _row, observed) => found === id || (found === undefined && isMember(observed)),
    (_row, observed) => (isMember(observed) ? undefined : id),
  );
  return { logical_port: mayBeMember ? logicalPort : exact(id), external_mac: mac };
}

/** The gateway port that the address is reached through. */
function gatewayPort(ctx: TranslationContext, view: RouterView): Readonly<Record<string, Cell>> {
  const { features } = ctx;
  const gateway = view.gateways.find(({ port }) => port.id === view.router.gatewayPortId);
  if (gateway === undefined || !ctx.schema.hasColumn('NAT', 'gateway_port')) return {};
  const table = 'Logical_Router_Port';
  const name = logicalRouterPortName(gateway.port.id);
  if (features.has('natGatewayPortHaGroup')) {
    const isScheduled = ctx.config.ovn.enableDistributedFloatingIp && !isPinned(ctx, gateway);
    const candidates = gatewayCandidates(ctx, gateway.physicalNetwork, view.zoneHints);
    if (isScheduled && candidates.length === 0) return { gateway_port: oneOrNone(name, false) };
    const wanted = isScheduled ? [name] : [];
    const before = isScheduled ? [[]] : [[name]];
    return {
      gateway_port: {
        is: 'refs',
        table,
        keys: wanted,
        dated: { is: 'dated', feature: 'natGatewayPortHaGroup', value: wanted, before },
      },
    };
  }
  if (features.has('natGatewayPortOnlyRedirected')) {
    // Decided when the address was associated, by what the gateway port's option was then.
    if (isPhysical(gateway)) return { gateway_port: oneOrNone(name, residesOnRedirectChassis(ctx, view)) };
    return {
      gateway_port: {
        is: 'refs',
        table,
        keys: [],
        dated: { is: 'dated', feature: 'natGatewayPortOnlyRedirected', value: [], before: [[name]] },
      },
    };
  }
  if (features.has('natGatewayPort')) {
    const dated = { is: 'dated', feature: 'natGatewayPort', value: [name], before: [[]] } as const;
    return { gateway_port: { is: 'refs', table, keys: [name], dated } };
  }
  if (features.maybe('natGatewayPort')) return { gateway_port: oneOrNone(name, true) };
  return { gateway_port: refs(table, []) };
}

const oneOrNone = (name: string, isPreferred: boolean): Cell => ({
  is: 'refs-choice',
  table: 'Logical_Router_Port',
  choice: choice<readonly string[]>(
    `${name}, or none: it depends on when the row was written`,
    (found = []) => found.length === 0 || (found.length === 1 && found[0] === name),
    () => (isPreferred ? [name] : []),
  ),
});
