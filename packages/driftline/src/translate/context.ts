import type { NeutronConfig } from '../config/config.ts';
import type { Features } from '../neutron/features.ts';
import type { Network, Segment, Subnet } from '../neutron/model/network.ts';
import type { Port } from '../neutron/model/port.ts';
import type { FloatingIp, PortForwarding, Router } from '../neutron/model/router.ts';
import type { SecurityGroupRule } from '../neutron/model/security.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { Chassis } from '../southbound/chassis.ts';
import type { TranslationFault } from './faults.ts';

/** What the Northbound's schema can hold: a cell of a column it lacks is not written. */
export interface NorthboundSchema {
  readonly version: string;
  hasTable(table: string): boolean;
  hasColumn(table: string, column: string): boolean;
  /** The values that an enum column allows; empty where the column has no enum. */
  enumOf(table: string, column: string): readonly string[];
}

/** Everything the translator may look at. Indexes hold references into the snapshot, in id order. */
export interface TranslationContext {
  readonly snapshot: NeutronSnapshot;
  readonly config: NeutronConfig;
  readonly features: Features;
  readonly chassis: readonly Chassis[];
  readonly schema: NorthboundSchema;
  /** Name servers of the host's resolver, for subnets that have none (Neutron reads /etc/resolv.conf). */
  readonly systemNameservers: readonly string[];
  readonly index: SnapshotIndex;
  /** What could not be translated; the translator adds to it. */
  readonly faults: TranslationFault[];
}

export interface SnapshotIndex {
  readonly subnetsOfNetwork: Grouped<Subnet>;
  /** By segment index. */
  readonly segmentsOfNetwork: Grouped<Segment>;
  readonly portsOfNetwork: Grouped<Port>;
  readonly portsOfDevice: Grouped<Port>;
  readonly rulesOfSecurityGroup: Grouped<SecurityGroupRule>;
  readonly portsOfSecurityGroup: Grouped<Port>;
  readonly floatingIpsOfRouter: Grouped<FloatingIp>;
  readonly floatingIpsOfFixedPort: Grouped<FloatingIp>;
  /** Ports by `addressPairKey` of their allowed address pairs, the addresses as stored. */
  readonly portsOfAddressPair: Grouped<Port>;
  readonly portForwardingsOfFloatingIp: Grouped<PortForwarding>;
  /** The router a router port belongs to. */
  readonly routerOfPort: ReadonlyMap<string, Router>;
  /** The port from which a network's metadata agent answers; every host has it. */
  readonly metadataPortOfNetwork: ReadonlyMap<string, Port>;
  readonly networkOf: (port: Port) => Network | undefined;
}

export const addressPairKey = (networkId: string, ipAddress: string): string => `${networkId} ${ipAddress}`;

export interface Grouped<T> {
  /** [] where the group is empty. */
  of(id: string): readonly T[];
}

export function indexSnapshot(snapshot: NeutronSnapshot): SnapshotIndex {
  const routerOfPort = new Map<string, Router>();
  for (const router of snapshot.routers.values()) {
    for (const { portId } of router.ports) routerOfPort.set(portId, router);
    if (router.gatewayPortId !== undefined) routerOfPort.set(router.gatewayPortId, router);
  }
  const ports = [...snapshot.ports.values()];
  const metadataPortOfNetwork = new Map<string, Port>();
  for (const port of ports) {
    if (port.deviceOwner !== 'network:distributed') continue;
    const isNamed = port.deviceId.startsWith('ovnmeta-');
    if (isNamed || !metadataPortOfNetwork.has(port.networkId)) metadataPortOfNetwork.set(port.networkId, port);
  }
  return {
    subnetsOfNetwork: group(snapshot.subnets.values(), (subnet) => [subnet.networkId]),
    segmentsOfNetwork: group(
      [...snapshot.segments.values()].sort((a, b) => a.segmentIndex - b.segmentIndex),
      (segment) => [segment.networkId],
    ),
    portsOfNetwork: group(ports, (port) => [port.networkId]),
    portsOfDevice: group(ports, (port) => (port.deviceId === '' ? [] : [port.deviceId])),
    rulesOfSecurityGroup: group(snapshot.securityGroupRules.values(), (rule) => [rule.securityGroupId]),
    portsOfSecurityGroup: group(ports, (port) => port.securityGroupIds),
    floatingIpsOfRouter: group(snapshot.floatingIps.values(), (fip) => defined(fip.routerId)),
    floatingIpsOfFixedPort: group(snapshot.floatingIps.values(), (fip) => defined(fip.fixedPortId)),
    portsOfAddressPair: group(ports, (port) =>
      port.allowedAddressPairs.map(({ ipAddress }) => addressPairKey(port.networkId, ipAddress)),
    ),
    portForwardingsOfFloatingIp: group(snapshot.portForwardings.values(), (pf) => [pf.floatingIpId]),
    routerOfPort,
    metadataPortOfNetwork,
    networkOf: (port) => snapshot.networks.get(port.networkId),
  };
}

const defined = (id: string | undefined): readonly string[] => (id === undefined ? [] : [id]);

function group<T>(items: Iterable<T>, idsOf: (item: T) => readonly string[]): Grouped<T> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const id of idsOf(item)) {
      const members = groups.get(id);
      if (members === undefined) groups.set(id, [item]);
      else members.push(item);
    }
  }
  const none: readonly T[] = [];
  return { of: (id) => groups.get(id) ?? none };
}
