import type { Features } from '../../neutron/features.ts';
import type { Network, Subnet } from '../../neutron/model/network.ts';
import type { Port } from '../../neutron/model/port.ts';
import type { Router } from '../../neutron/model/router.ts';
import type { TranslationContext } from '../context.ts';
import { logicalRouterName } from '../names.ts';
import { providerSegment } from '../network/logical-switch.ts';

/** A router with what the rows of its ports, routes and NAT are made of. Worked out once per context. */
export interface RouterView {
  readonly router: Router;
  /** The Logical_Router's. */
  readonly name: string;
  /** Availability zones for its gateways: the router's hints, or else the deployment's. */
  readonly zoneHints: readonly string[];
  /** Ports inside, by id; those without a row of their own (centralised SNAT of ML2/OVS) are not among them. */
  readonly interfaces: readonly AttachedPort[];
  /** By id; before 2024.1 at most one. */
  readonly gateways: readonly AttachedPort[];
  /** The router has interfaces, and all are on vlan or flat networks. */
  readonly isAllPhysical: boolean;
}

export interface AttachedPort {
  readonly port: Port;
  readonly network: Network;
  /** undefined where the network has several segments. */
  readonly networkType: string | undefined;
  /** Of flat and vlan networks. */
  readonly physicalNetwork: string | undefined;
  /** In the port's order. */
  readonly addresses: readonly AttachedAddress[];
}

export interface AttachedAddress {
  readonly ipAddress: string;
  readonly subnet: Subnet;
}

/** A router of a flavour belongs to another provider (2024.1). */
export const isServedByOvn = ({ flavorId }: Router, features: Features): boolean =>
  flavorId === undefined || !features.has('routerFlavors');

/** Of every router that is OVN's, by id. */
export function routerViews(ctx: TranslationContext): ReadonlyMap<string, RouterView> {
  let views = viewsOf.get(ctx);
  if (views === undefined) {
    views = new Map();
    for (const router of ctx.snapshot.routers.values()) {
      if (isServedByOvn(router, ctx.features)) {
        (views as Map<string, RouterView>).set(router.id, viewOf(ctx, router));
      }
    }
    viewsOf.set(ctx, views);
  }
  return views;
}

const viewsOf = new WeakMap<TranslationContext, ReadonlyMap<string, RouterView>>();

const GATEWAY_OWNER = 'network:router_gateway';
const INTERFACE_OWNERS: ReadonlySet<string> = new Set([
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
  'network:router_ha_interface',
]);

function viewOf(ctx: TranslationContext, router: Router): RouterView {
  const interfaces: AttachedPort[] = [];
  for (const { portId, portType } of router.ports) {
    const port = ctx.snapshot.ports.get(portId);
    if (port === undefined) {
      fault(ctx, portId, `router ${router.id} has a port that does not exist; is the snapshot partial?`);
    } else if (INTERFACE_OWNERS.has(portType ?? port.deviceOwner)) {
      attach(ctx, port, interfaces);
    }
  }
  const gateways: AttachedPort[] = [];
  for (const port of ctx.index.portsOfDevice.of(router.id)) {
    if (port.deviceOwner !== GATEWAY_OWNER) continue;
    if (port.id === router.gatewayPortId || ctx.features.has('multipleGateways')) attach(ctx, port, gateways);
  }
  const hints = router.availabilityZoneHints;
  return {
    router,
    name: logicalRouterName(router.id),
    zoneHints: hints.length > 0 ? hints.toSorted() : ctx.config.defaultAvailabilityZones,
    interfaces,
    gateways,
    isAllPhysical: interfaces.length > 0 && interfaces.every(isPhysical),
  };
}

function attach(ctx: TranslationContext, port: Port, to: AttachedPort[]): void {
  const network = ctx.snapshot.networks.get(port.networkId);
  if (network === undefined) {
    fault(ctx, port.id, `its network ${port.networkId} does not exist; is the snapshot partial?`);
    return;
  }
  const addresses: AttachedAddress[] = [];
  for (const { subnetId, ipAddress } of port.fixedIps) {
    const subnet = ctx.snapshot.subnets.get(subnetId);
    if (subnet === undefined) {
      fault(ctx, port.id, `its subnet ${subnetId} does not exist; is the snapshot partial?`);
      return;
    }
    addresses.push({ ipAddress, subnet });
  }
  const segment = providerSegment(ctx, network);
  const networkType = segment?.networkType;
  const physicalNetwork = isPhysical({ networkType }) ? segment?.physicalNetwork : undefined;
  to.push({ port, network, networkType, physicalNetwork, addresses });
}

function fault(ctx: TranslationContext, portId: string, message: string): void {
  ctx.faults.push({ resource: { type: 'router_ports', id: portId }, message: `router port ${portId}: ${message}` });
}

export const isPhysical = ({ networkType }: Pick<AttachedPort, 'networkType'>): boolean =>
  networkType === 'vlan' || networkType === 'flat';
