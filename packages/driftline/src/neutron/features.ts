import { isAtLeast, type Release } from './release-name.ts';

/**
 * What changed in the shape that Neutron gives OVN's rows, and the first release that writes the new shape. The only
 * place where a release is compared. `backported` names older branches whose later point releases have it too: there
 * both shapes are right (SQL can't tell a point release).
 */
export const FEATURES = {
  addressScopeIds: { since: '2023.1', backported: ['zed'] },
  vnicTypeAndCapabilities: { since: '2023.1' },
  defaultRouteNeedsNexthop: { since: '2023.1' },
  logLabels: { since: '2023.1', backported: ['zed'] },
  dhcpDomainSearchList: { since: '2023.1' },
  localportNeedsMetadataDeviceId: { since: '2024.1', backported: ['2023.1', '2023.2'] },
  loadBalancerHealthMonitorPorts: { since: '2023.2' },
  hostId: { since: '2023.2', backported: ['zed', '2023.1'] },
  noRequestedChassisForVirtual: { since: '2023.2' },
  noMcastFloodReportsOnPorts: { since: '2023.2', backported: ['zed', '2023.1'] },
  localnetLearnFdb: { since: '2023.2' },
  noGatewayIdsOnRouter: { since: '2023.2' },
  redirectType: { since: '2023.2', backported: ['zed', '2023.1'] },
  vlanResideOnRedirectAllVlanRule: { since: '2023.2' },
  statelessMeter: { since: '2023.2' },
  igmpFloodOptions: { since: '2024.1' },
  fdbAging: { since: '2024.1' },
  macBindingAging: { since: '2024.1' },
  portMtu: { since: '2024.1', backported: ['zed', '2023.1', '2023.2'] },
  requestedChassisOnlyWithHost: { since: '2024.1' },
  isExternalGateway: { since: '2024.1', backported: ['2023.1', '2023.2'] },
  noInvalidChassis: { since: '2024.1' },
  multipleGateways: { since: '2024.1' },
  routerFlavors: { since: '2024.1' },
  natGatewayPort: { since: '2024.1', backported: ['2023.1', '2023.2'] },
  haGroupPerExternalPort: { since: '2024.1', backported: ['2023.1', '2023.2'] },
  nbGlobalOptions: { since: '2024.1' },
  networkType: { since: '2024.2', backported: ['2023.2', '2024.1'] },
  broadcastArps: { since: '2024.2' },
  routerChassisForTunnelledGateway: { since: '2024.2' },
  flatResideOnRedirect: { since: '2024.2', backported: ['2023.2', '2024.1'] },
  staticRouteMark: { since: '2024.2' },
  indirectSnat: { since: '2024.2', backported: ['2024.1'] },
  mergedClasslessRoutes: { since: '2024.2', backported: ['2023.1', '2023.2', '2024.1'] },
  qinq: { since: '2025.1' },
  activationStrategyOption: { since: '2025.1' },
  gatewayMtuSmallest: { since: '2025.1' },
  addressGroupsInAcls: { since: '2025.1', backported: ['2024.1', '2024.2'] },
  alwaysAllowStateless: { since: '2025.1' },
  qosMinimumOnPhysical: { since: '2025.1' },
  dnsOvnOwned: { since: '2025.1' },
  fipDistributedFlag: { since: '2025.1', backported: ['2023.2', '2024.1', '2024.2'] },
  switchUuidIsNetworkId: { since: '2025.2' },
  routerNamePrefix: { since: '2025.2' },
  natGatewayPortOnlyRedirected: { since: '2025.2' },
  natStatelessOption: { since: '2025.2' },
  qosOptionsKept: { since: '2025.2', backported: ['2025.1'] },
  qosFipPriority: { since: '2025.2', backported: ['2025.1'] },
  physicalNetworkId: { since: '2026.1' },
  virtualParentsFromPairs: { since: '2026.1' },
  vrrpPortSecurity: { since: '2026.1' },
  gatewayMtuAlways: { since: '2026.1' },
  dhcpNetworkId: { since: '2026.1' },
  dhcpMultipleValues: { since: '2026.1', backported: ['2025.1', '2025.2'] },
  haGroupIds: { since: '2026.1' },
  haFailoverStrategy: { since: '2026.1' },
  fdbTableAssumed: { since: '2026.1' },
  localnetPhysicalNetworkId: { since: '2026.2' },
  tagRequest: { since: '2026.2', backported: ['2026.1'] },
  localportMtuOnly: { since: '2026.2' },
  parentHostname: { since: '2026.2' },
  vrrpPortSecurityPlain: { since: '2026.2' },
  gatewayHaGroup: { since: '2026.2' },
  routeInfo: { since: '2026.2' },
  natGatewayPortHaGroup: { since: '2026.2' },
  natUuidIsFloatingIpId: { since: '2026.2' },
  dropPriority1000: { since: '2026.2' },
  logDropsPerGroup: { since: '2026.2' },
  pvlan: { since: '2026.2' },
  evpn: { since: '2026.2' },
} as const satisfies Record<string, { readonly since: Release; readonly backported?: readonly Release[] }>;

export type FeatureName = keyof typeof FEATURES;

/** Answers what one release writes. */
export interface Features {
  readonly release: Release;
  /** The release's first version writes the new shape. */
  has(feature: FeatureName): boolean;
  /** A point release of this one may write the new shape although the first version did not: accept both. */
  maybe(feature: FeatureName): boolean;
}

export function featuresOf(release: Release): Features {
  return {
    release,
    has: (feature) => isAtLeast(release, FEATURES[feature].since),
    maybe: (feature) => {
      const { backported } = FEATURES[feature] as { readonly backported?: readonly Release[] };
      return !isAtLeast(release, FEATURES[feature].since) && (backported?.includes(release) ?? false);
    },
  };
}
