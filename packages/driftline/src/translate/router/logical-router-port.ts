import { absent, choice, type DesiredRow, dated, exact, type KeyWant, keys, refs } from '../../northbound/desired.ts';
import { routerPortMacKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { prefixLengthOf } from '../ip.ts';
import { logicalRouterPortName, logicalSwitchName } from '../names.ts';
import { revisionKey } from '../revision.ts';
import { writtenSince } from '../since.ts';
import { anyOrder } from '../words.ts';
import { gatewayChassisCell } from './gateway-chassis.ts';
import { routerPortOptions } from './logical-router-port-options.ts';
import { haGroupCell } from './router-ha-group.ts';
import { type AttachedPort, type RouterView, routerViews } from './router-view.ts';

export function* logicalRouterPortRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const view of routerViews(ctx).values()) {
    for (const attached of view.interfaces) yield rowOf(ctx, view, attached, false);
    for (const attached of view.gateways) yield rowOf(ctx, view, attached, true);
  }
}

function rowOf(ctx: TranslationContext, view: RouterView, attached: AttachedPort, isGateway: boolean): DesiredRow {
  const { port, addresses } = attached;
  const name = logicalRouterPortName(port.id);
  return {
    table: 'Logical_Router_Port',
    key: name,
    aliases: [routerPortMacKey(view.name, port.macAddress)],
    resource: { type: 'router_ports', id: port.id },
    unit: { type: 'routers', id: view.router.id },
    cells: {
      name: exact(name),
      mac: exact(port.macAddress),
      networks: exact(addresses.map(({ ipAddress, subnet }) => `${ipAddress}/${prefixLengthOf(subnet.cidr)}`)),
      ipv6_ra_configs: keys(routerAdvertisements(ctx, attached, isGateway)),
      external_ids: keys({
        'neutron:revision_number': revisionKey(port),
        'neutron:subnet_ids': anyOrder(
          addresses.map(({ subnet }) => subnet.id),
          ' ',
        ),
        'neutron:network_name': logicalSwitchName(port.networkId),
        'neutron:router_name': ctx.features.has('routerNamePrefix')
          ? dated('routerNamePrefix', view.name, view.router.id)
          : view.router.id,
        'neutron:is_ext_gw': writtenSince(ctx, 'isExternalGateway', isGateway ? 'True' : 'False'),
      }),
      options: keys(routerPortOptions(ctx, view, attached, isGateway)),
      gateway_chassis: isGateway
        ? gatewayChassisCell(ctx, view, attached)
        : { is: 'rows', table: 'Gateway_Chassis', rows: [] },
      ha_chassis_group: isGateway ? haGroupCell(ctx, view, attached) : refs('HA_Chassis_Group', []),
    },
    listedIn: [{ table: 'Logical_Router', column: 'ports', key: view.name }],
  };
}

/** Taken from the first subnet that has an address mode, and nothing without one. */
function routerAdvertisements(
  ctx: TranslationContext,
  { network, addresses, physicalNetwork }: AttachedPort,
  isGateway: boolean,
): Record<string, KeyWant> {
  const mode = addresses.find(({ subnet }) => subnet.ipv6AddressMode !== undefined)?.subnet.ipv6AddressMode;
  if (mode === undefined) return NO_ADVERTISEMENTS;
  const wanted: Record<string, KeyWant> = {
    address_mode: mode.replace('-', '_'),
    send_periodic: isGateway ? gatewayPeriodic(ctx, network.external, physicalNetwork !== undefined) : 'true',
    mtu: String(network.mtu),
  };
  if (ctx.features.has('routeInfo')) {
    wanted.route_info = ctx.config.ovn.ovnMetadataEnabled ? dated('routeInfo', 'MEDIUM-fe80::a9fe:a9fe/128') : absent;
  }
  return wanted;
}

const NO_ADVERTISEMENTS: Readonly<Record<string, KeyWant>> = {
  address_mode: absent,
  send_periodic: absent,
  mtu: absent,
  route_info: absent,
};

function gatewayPeriodic(ctx: TranslationContext, isExternal: boolean, isPhysical: boolean): KeyWant {
  const now = isExternal ? 'false' : 'true';
  const before = isPhysical ? 'false' : 'true';
  if (ctx.features.has('raQuietOnExternal')) return now === before ? now : dated('raQuietOnExternal', now, before);
  return choice<string | number>(
    'by the external network, before by the physical one',
    (found) => found === now || found === before,
    () => now,
  );
}
