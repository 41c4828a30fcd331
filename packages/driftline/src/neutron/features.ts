import { isAtLeast, type Release } from './release-name.ts';

interface Feature {
  readonly since: Release;
  readonly backported?: readonly Release[];
  readonly task?: { readonly name: string; readonly until?: Release };
}

/**
 * What changed in the shape that Neutron gives OVN's rows, and the first release that writes the new shape. The only
 * place where a release is compared. `backported` names older branches whose later point releases have it too: there
 * both shapes are right (SQL can't tell a point release). `task` names the maintenance task with which upstream brings
 * older rows to the new shape, and the last release that has it (later ones lost it).
 */
export const FEATURES = {
  addressScopeIds: {
    since: '2023.1',
    backported: ['zed'],
    task: { name: 'check_port_has_address_scope', until: '2024.2' },
  },
  vnicTypeAndCapabilities: { since: '2023.1' },
  defaultRouteNeedsNexthop: { since: '2023.1' },
  /** Router advertisements of a gateway port are not periodic on an external network; before, on a physical one. */
  raQuietOnExternal: { since: '2023.1', backported: ['zed'] },
  /** On every gateway port at first, whatever networks the router has. */
  redirectTypeOnGateways: { since: '2023.1', backported: ['zed'] },
  /** Chassis are described by `other_config`, no more by `external_ids`. */
  chassisOtherConfig: { since: '2023.1', backported: ['zed'] },
  logLabels: { since: '2023.1', backported: ['zed'] },
  dhcpDomainSearchList: { since: '2023.1', backported: ['zed'] },
  localportNeedsMetadataDeviceId: { since: '2023.2' },
  virtualKeepsAllAddresses: { since: '2023.2', backported: ['2023.1'] },
  loadBalancerHealthMonitorPorts: { since: '2024.1', backported: ['2023.1', '2023.2'] },
  hostId: { since: '2023.2', backported: ['zed', '2023.1'] },
  noRequestedChassisForVirtual: { since: '2023.2', backported: ['zed', '2023.1'] },
  noMcastFloodReportsOnPorts: {
    since: '2023.2',
    backported: ['zed', '2023.1'],
    task: { name: 'check_for_mcast_flood_reports', until: '2024.2' },
  },
  localnetLearnFdb: { since: '2023.2', task: { name: 'check_localnet_port_has_learn_fdb' } },
  /** With the option off, that task adds no key to older ports. */
  localnetLearnFdbOff: { since: '2023.2' },
  noGatewayIdsOnRouter: { since: '2023.2' },
  redirectType: {
    since: '2023.2',
    backported: ['zed', '2023.1'],
    task: { name: 'check_redirect_type_router_gateway_ports' },
  },
  vlanResideOnRedirectAllVlanRule: {
    since: '2023.2',
    backported: ['zed', '2023.1'],
    task: { name: 'check_provider_distributed_ports' },
  },
  statelessMeter: { since: '2023.2', backported: ['zed', '2023.1'], task: { name: 'check_fair_meter_consistency' } },
  igmpFloodOptions: { since: '2024.1' },
  fdbAging: { since: '2024.1', task: { name: 'check_fdb_aging_settings' } },
  macBindingAging: { since: '2024.1', task: { name: 'update_mac_aging_settings' } },
  portMtu: { since: '2024.1', backported: ['zed', '2023.1', '2023.2'] },
  requestedChassisOnlyWithHost: { since: '2024.1' },
  isExternalGateway: {
    since: '2024.1',
    backported: ['2023.1', '2023.2'],
    task: { name: 'add_gw_port_info_to_logical_router_port', until: '2024.2' },
  },
  noInvalidChassis: {
    since: '2024.1',
    task: { name: 'remove_invalid_gateway_chassis_from_unbound_lrp', until: '2025.2' },
  },
  dhcpBaremetalIpv6: { since: '2024.1' },
  /** Gateways are scheduled on chassis with the physical network only; before, for want of such on any gateway. */
  gatewayNeedsPhysicalNetwork: { since: '2024.1', backported: ['2023.1', '2023.2'] },
  multipleGateways: { since: '2024.1' },
  /** A port that OVN has up and Neutron has disabled gets the status DOWN. */
  disabledPortsAreDown: { since: '2024.1', backported: ['2023.1', '2023.2'] },
  routerFlavors: { since: '2024.1' },
  /** `ovn_revision_numbers` has a row of a floating IP only while a router of OVN's serves it; before, always. */
  floatingIpNotedWhenRouted: { since: '2024.1' },
  /** The rules that a security group is made with have rows in `ovn_revision_numbers`, as those made later always had. */
  rulesNotedWithGroup: { since: '2025.1', backported: ['2023.2', '2024.1', '2024.2'] },
  natGatewayPort: {
    since: '2024.1',
    backported: ['zed', '2023.1', '2023.2'],
    task: { name: 'update_nat_floating_ip_with_gateway_port_reference', until: '2025.2' },
  },
  haGroupPerExternalPort: { since: '2024.1', backported: ['2023.1', '2023.2'] },
  nbGlobalOptions: { since: '2024.1', task: { name: 'configure_nb_global' } },
  networkType: { since: '2024.2', backported: ['2023.2', '2024.1'], task: { name: 'set_network_type_and_physnet' } },
  broadcastArps: { since: '2024.2', task: { name: 'check_network_broadcast_arps_to_all_routers' } },
  routerChassisForTunnelledGateway: { since: '2024.2' },
  flatResideOnRedirect: {
    since: '2024.2',
    backported: ['2023.2', '2024.1'],
    task: { name: 'check_provider_distributed_ports' },
  },
  staticRouteMark: { since: '2024.2', task: { name: 'update_router_static_routes', until: '2026.1' } },
  indirectSnat: { since: '2024.2', backported: ['2024.1'] },
  mergedClasslessRoutes: { since: '2024.2', backported: ['2023.1', '2023.2', '2024.1'] },
  qinq: { since: '2025.1' },
  activationStrategyOption: { since: '2025.1' },
  /** Nodes of `ovn_hash_ring` beat twice as often and count as alive twice as long. */
  patientHashRing: { since: '2025.1' },
  gatewayMtuSmallest: { since: '2025.1', backported: ['2024.1', '2024.2'] },
  addressGroupsInAcls: {
    since: '2025.1',
    backported: ['2024.1', '2024.2'],
    task: { name: 'update_security_group_with_address_group' },
  },
  alwaysAllowStateless: { since: '2025.1' },
  qosMinimumOnPhysical: { since: '2025.1' },
  vpnGatewayAddresses: { since: '2025.1' },
  dnsOvnOwned: { since: '2025.1', task: { name: 'set_ovn_owned_dns_option' } },
  fipDistributedFlag: {
    since: '2025.1',
    backported: ['2023.2', '2024.1', '2024.2'],
    task: { name: 'set_fip_distributed_flag' },
  },
  switchUuidIsNetworkId: { since: '2025.2' },
  routerNamePrefix: { since: '2025.2', task: { name: 'update_lrouter_ports_ext_ids_name_prefix' } },
  natGatewayPortOnlyRedirected: { since: '2025.2' },
  /** The first 2025.1 alone counted the external network among those that decide on redirect-type. */
  redirectTypeByInterfacesAgain: { since: '2025.2', backported: ['2025.1'] },
  natStatelessOption: { since: '2025.2' },
  qosOptionsOnlyWithMinimum: { since: '2025.2', backported: ['2025.1'] },
  remoteManagedWithCapabilities: { since: '2025.2' },
  qosOptionsKept: { since: '2025.2', backported: ['2025.1'] },
  qosFipPriority: {
    since: '2025.2',
    backported: ['2025.1'],
    task: { name: 'update_qos_fip_rule_priority', until: '2026.1' },
  },
  physicalNetworkId: { since: '2026.1', task: { name: 'set_network_type_and_physnet' } },
  virtualParentsFromPairs: { since: '2026.1' },
  vrrpPortSecurity: { since: '2026.1' },
  gatewayMtuAlways: { since: '2026.1' },
  dhcpNetworkId: { since: '2026.1', task: { name: 'check_dhcp_options_consistency' } },
  dhcpMultipleValues: { since: '2026.1', backported: ['2024.1', '2024.2', '2025.1', '2025.2'] },
  dhcpBootfileIpv6: { since: '2026.1' },
  haGroupIds: { since: '2026.1' },
  multichassisBindingAssumed: { since: '2026.1' },
  /** `[ovn] mac_binding_age_threshold` defaults to 300. */
  macBindingAgeDefault: { since: '2026.2', backported: ['2026.1'] },
  haFailoverStrategy: { since: '2026.1', task: { name: 'update_ha_failover' } },
  fdbTableAssumed: { since: '2026.1' },
  localnetPhysicalNetworkId: { since: '2026.2', task: { name: 'add_provnet_ext_id_to_localnet_ports' } },
  tagRequest: { since: '2026.2', backported: ['2026.1'] },
  haGroupPhysicalNetwork: { since: '2026.2', backported: ['2026.1'] },
  localportMtuOnly: { since: '2026.2' },
  parentHostname: { since: '2026.2', task: { name: 'update_virtual_port_parent_hostname' } },
  vrrpPortSecurityPlain: { since: '2026.2' },
  gatewayHaGroup: { since: '2026.2', task: { name: 'migrate_lrp_gateway_chassis_to_ha_chassis_group' } },
  routeInfo: { since: '2026.2' },
  natGatewayPortHaGroup: { since: '2026.2' },
  indirectSnatDefault: { since: '2026.2' },
  natUuidIsFloatingIpId: { since: '2026.2' },
  dropPriority1000: { since: '2026.2', task: { name: 'update_neutron_pg_drop_priority' } },
  logDropsPerGroup: { since: '2026.2' },
  pvlan: { since: '2026.2' },
  evpn: { since: '2026.2' },
} as const satisfies Record<string, Feature>;

export type FeatureName = keyof typeof FEATURES;

/** Answers what one release writes. */
export interface Features {
  readonly release: Release;
  /** The release's first version writes the new shape. */
  has(feature: FeatureName): boolean;
  /** A point release of this one may write the new shape although the first version did not: accept both. */
  maybe(feature: FeatureName): boolean;
  /** Upstream's task that mends older rows, where this release still has it. */
  taskFor(feature: FeatureName): string | undefined;
}

export function featuresOf(release: Release): Features {
  return {
    release,
    has: (feature) => isAtLeast(release, FEATURES[feature].since),
    maybe: (feature) => {
      const { since, backported }: Feature = FEATURES[feature];
      return !isAtLeast(release, since) && (backported?.includes(release) ?? false);
    },
    taskFor: (feature) => {
      const { since, task }: Feature = FEATURES[feature];
      if (task === undefined || !isAtLeast(release, since)) return undefined;
      return task.until === undefined || isAtLeast(task.until, release) ? task.name : undefined;
    },
  };
}

/** The oldest release of which some version has the feature: a row that shows it proves no more than that. */
export function firstReleaseOf(feature: FeatureName): Release {
  const { since, backported = [] }: Feature = FEATURES[feature];
  return [since, ...backported].reduce((first, release) => (isAtLeast(release, first) ? first : release));
}

/** Upstream has, or had, a task that adds the new shape to rows of any age. */
export const isMendedByTask = (feature: FeatureName): boolean => (FEATURES[feature] as Feature).task !== undefined;
