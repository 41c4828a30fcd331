/**
 * Small snapshots made by hand, for the tests of the translation. Each builder fills in what the test does not care
 * about; ids are any strings, `context` indexes them.
 */
import type { NeutronConfig } from '../../config/config.ts';
import { eraOf, isOption } from '../../config/option.ts';
import { NEUTRON_OPTIONS } from '../../config/options.ts';
import { featuresOf } from '../../neutron/features.ts';
import type { Network, Segment, Subnet, SubnetPool } from '../../neutron/model/network.ts';
import type { Port, PortBinding, Trunk } from '../../neutron/model/port.ts';
import type { QosPolicy } from '../../neutron/model/qos.ts';
import type { FloatingIp, PortForwarding, Router } from '../../neutron/model/router.ts';
import type { AddressGroup, NetworkLog, SecurityGroup, SecurityGroupRule } from '../../neutron/model/security.ts';
import type { NeutronSnapshot } from '../../neutron/model/snapshot.ts';
import type { Release } from '../../neutron/release-name.ts';
import type { Chassis } from '../../southbound/chassis.ts';
import { indexSnapshot, type NorthboundSchema, type TranslationContext } from '../context.ts';

type Given<T> = Partial<T> & { readonly id: string };
type DeepPartial<T> = T extends ReadonlyMap<unknown, unknown> | readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T;

export interface Parts {
  readonly release?: Release;
  readonly config?: DeepPartial<NeutronConfig>;
  readonly chassis?: readonly Chassis[];
  readonly schema?: Partial<NorthboundSchema>;
  readonly systemNameservers?: readonly string[];
  readonly networks?: readonly Network[];
  readonly segments?: readonly Segment[];
  readonly subnets?: readonly Subnet[];
  readonly subnetPools?: readonly SubnetPool[];
  readonly ports?: readonly Port[];
  readonly trunks?: readonly Trunk[];
  readonly securityGroups?: readonly SecurityGroup[];
  readonly securityGroupRules?: readonly SecurityGroupRule[];
  readonly addressGroups?: readonly AddressGroup[];
  readonly networkLogs?: readonly NetworkLog[];
  readonly routers?: readonly Router[];
  readonly floatingIps?: readonly FloatingIp[];
  readonly portForwardings?: readonly PortForwarding[];
  readonly qosPolicies?: readonly QosPolicy[];
}

/** Of the newest release where none is said; the schema has every table and column. */
export function buildContext(parts: Parts = {}): TranslationContext {
  const release = parts.release ?? '2026.2';
  const snapshot = buildSnapshot(release, parts);
  return {
    snapshot,
    config: merge(defaultsOf(NEUTRON_OPTIONS, release), parts.config ?? {}) as NeutronConfig,
    features: featuresOf(release),
    chassis: parts.chassis ?? [],
    schema: { ...everything, ...parts.schema },
    systemNameservers: parts.systemNameservers ?? [],
    index: indexSnapshot(snapshot),
    faults: [],
  };
}

const everything: NorthboundSchema = {
  version: '7.11.0',
  hasTable: () => true,
  hasColumn: () => true,
  enumOf: (table, column) =>
    table === 'ACL' && column === 'action'
      ? ['allow', 'allow-related', 'allow-stateless', 'drop', 'pass', 'reject']
      : [],
};

function buildSnapshot(release: Release, parts: Parts): NeutronSnapshot {
  return {
    release,
    readAtMs: 0,
    networks: byId(parts.networks),
    segments: byId(parts.segments),
    subnets: byId(parts.subnets),
    subnetPools: byId(parts.subnetPools),
    ports: byId(parts.ports),
    trunks: byId(parts.trunks),
    securityGroups: byId(parts.securityGroups),
    securityGroupRules: byId(parts.securityGroupRules),
    addressGroups: byId(parts.addressGroups),
    networkLogs: byId(parts.networkLogs),
    routers: byId(parts.routers),
    floatingIps: byId(parts.floatingIps),
    portForwardings: byId(parts.portForwardings),
    qosPolicies: byId(parts.qosPolicies),
    agents: new Map(),
    revisions: [],
    hashRing: [],
  };
}

function byId<T extends { readonly id: string }>(resources: readonly T[] = []): ReadonlyMap<string, T> {
  return new Map(resources.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((resource) => [resource.id, resource]));
}

function defaultsOf(table: object, release: Release): object {
  const values = Object.entries(table).map(([name, each]) => [
    name,
    isOption(each) ? eraOf(each, release).fallback : defaultsOf(each, release),
  ]);
  return Object.fromEntries(values);
}

/** Groups merge, values (lists and dicts too) replace. */
function merge(base: object, over: object): object {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const old = merged[name];
    merged[name] = isGroup(old) && isGroup(value) ? merge(old, value) : value;
  }
  return merged;
}

const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);

/** What every resource carries; `revised(7)` in a builder's part sets the revision. */
const common = { projectId: 'project', attributes: { id: 1, revision: 1, createdAtMs: 0, updatedAtMs: 0 } };
export const revised = (revision: number) => ({ attributes: { ...common.attributes, revision } });

export const network = (given: Given<Network>): Network => ({
  ...common,
  name: '',
  adminStateUp: true,
  mtu: 1442,
  vlanTransparent: false,
  qinq: false,
  external: false,
  availabilityZoneHints: [],
  dnsDomain: '',
  portSecurityEnabled: true,
  qosPolicyId: undefined,
  pvlan: false,
  ...given,
});

export const segment = (given: Given<Segment> & { readonly networkId: string }): Segment => ({
  networkType: 'geneve',
  physicalNetwork: undefined,
  segmentationId: 1,
  isDynamic: false,
  segmentIndex: 0,
  ...given,
});

export const subnet = (given: Given<Subnet> & { readonly networkId: string; readonly cidr: string }): Subnet => ({
  ...common,
  name: '',
  ipVersion: given.cidr.includes(':') ? 6 : 4,
  gatewayIp: undefined,
  enableDhcp: true,
  ipv6RaMode: undefined,
  ipv6AddressMode: undefined,
  subnetPoolId: undefined,
  segmentId: undefined,
  dnsNameservers: [],
  hostRoutes: [],
  serviceTypes: [],
  ...given,
});

export const port = (given: Given<Port> & { readonly networkId: string }): Port => ({
  ...common,
  name: '',
  macAddress: 'fa:16:3e:00:00:01',
  adminStateUp: true,
  status: 'ACTIVE',
  deviceId: '',
  deviceOwner: '',
  fixedIps: [],
  bindings: [binding()],
  portSecurityEnabled: true,
  securityGroupIds: [],
  allowedAddressPairs: [],
  extraDhcpOptions: [],
  dns: undefined,
  qosPolicyId: undefined,
  propagateUplinkStatus: undefined,
  hints: undefined,
  deviceProfile: undefined,
  trusted: undefined,
  hardwareOffloadType: undefined,
  pvlan: undefined,
  ...given,
});

/** Unbound, normal. */
export const binding = (given: Partial<PortBinding> = {}): PortBinding => ({
  host: '',
  vifType: 'unbound',
  vnicType: 'normal',
  profile: {},
  vifDetails: {},
  status: 'ACTIVE',
  levels: [],
  ...given,
});

export const trunk = (given: Given<Trunk> & { readonly portId: string }): Trunk => ({
  ...common,
  adminStateUp: true,
  subports: [],
  ...given,
});

export const securityGroup = (given: Given<SecurityGroup>): SecurityGroup => ({
  ...common,
  name: '',
  stateful: true,
  ...given,
});

/** Lets all IPv4 in. */
export const securityGroupRule = (
  given: Given<SecurityGroupRule> & { readonly securityGroupId: string },
): SecurityGroupRule => ({
  ...common,
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: undefined,
  portRangeMin: undefined,
  portRangeMax: undefined,
  remoteIpPrefix: undefined,
  remoteGroupId: undefined,
  remoteAddressGroupId: undefined,
  ...given,
});

export const addressGroup = (given: Given<AddressGroup>): AddressGroup => ({
  ...common,
  name: '',
  addresses: [],
  ...given,
});

export const networkLog = (given: Given<NetworkLog>): NetworkLog => ({
  ...common,
  name: '',
  resourceType: 'security_group',
  resourceId: undefined,
  targetId: undefined,
  event: 'ALL',
  enabled: true,
  ...given,
});

export const router = (given: Given<Router>): Router => ({
  ...common,
  name: '',
  adminStateUp: true,
  gatewayPortId: undefined,
  enableSnat: true,
  flavorId: undefined,
  provider: 'ovn',
  distributed: false,
  ha: false,
  availabilityZoneHints: [],
  enableDefaultRouteEcmp: false,
  enableDefaultRouteBfd: false,
  gatewayQosPolicyId: undefined,
  routes: [],
  ports: [],
  hasEvpn: false,
  ...given,
});

export const floatingIp = (
  given: Given<FloatingIp> & Pick<FloatingIp, 'floatingIpAddress' | 'floatingNetworkId'>,
): FloatingIp => ({
  ...common,
  floatingPortId: `${given.id}-port`,
  fixedPortId: undefined,
  fixedIpAddress: undefined,
  routerId: undefined,
  status: 'ACTIVE',
  qosPolicyId: undefined,
  ...given,
});

export const portForwarding = (
  given: Given<PortForwarding> & Pick<PortForwarding, 'floatingIpId' | 'internalPortId' | 'internalIpAddress'>,
): PortForwarding => ({
  ...common,
  protocol: 'tcp',
  internalPortStart: 80,
  internalPortEnd: 80,
  externalPortStart: 8080,
  externalPortEnd: 8080,
  ...given,
});

export const qosPolicy = (given: Given<QosPolicy>): QosPolicy => ({ ...common, name: '', rules: [], ...given });

/** Named like its host, able to be a gateway, on no physical network. */
export const chassis = (given: Partial<Chassis> & { readonly name: string }): Chassis => ({
  hostname: given.name,
  physicalNetworks: [],
  isGateway: true,
  isExternalPortHost: false,
  availabilityZones: [],
  cardSerialNumbers: [],
  datapathType: '',
  ...given,
});
