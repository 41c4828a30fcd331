import type { Resource, StandardAttributes } from './standard-attributes.ts';

export interface Network extends Resource {
  /** '' where SQL has NULL. */
  readonly name: string;
  readonly adminStateUp: boolean;
  readonly mtu: number;
  readonly vlanTransparent: boolean;
  /** false before 2025.1, where the column does not exist. */
  readonly qinq: boolean;
  /** Has a row in `externalnetworks`. */
  readonly external: boolean;
  /** Decoded from the JSON column; [] where NULL or ''. */
  readonly availabilityZoneHints: readonly string[];
  /** '' where there is no row in `networkdnsdomains`. */
  readonly dnsDomain: string;
  /** `networksecuritybindings`; undefined where there is no row (the extension is off). */
  readonly portSecurityEnabled: boolean | undefined;
  /** `qos_network_policy_bindings`. */
  readonly qosPolicyId: string | undefined;
  /** `networkpvlan`, 2026.2. */
  readonly pvlan: boolean;
}

export interface Segment {
  readonly id: string;
  /** Absent only in snapshots made by hand. */
  readonly attributes?: StandardAttributes;
  readonly networkId: string;
  /** flat, vlan, geneve, vxlan, gre, local. */
  readonly networkType: string;
  readonly physicalNetwork: string | undefined;
  readonly segmentationId: number | undefined;
  readonly isDynamic: boolean;
  readonly segmentIndex: number;
}

export type Ipv6Mode = 'slaac' | 'dhcpv6-stateful' | 'dhcpv6-stateless';

export interface HostRoute {
  readonly destination: string;
  readonly nexthop: string;
}

export interface Subnet extends Resource {
  readonly name: string;
  readonly networkId: string;
  readonly ipVersion: 4 | 6;
  readonly cidr: string;
  readonly gatewayIp: string | undefined;
  readonly enableDhcp: boolean;
  readonly ipv6RaMode: Ipv6Mode | undefined;
  readonly ipv6AddressMode: Ipv6Mode | undefined;
  readonly subnetPoolId: string | undefined;
  /** Routed provider networks. */
  readonly segmentId: string | undefined;
  /** In `dnsnameservers.order`, then address: Neutron's own order. */
  readonly dnsNameservers: readonly string[];
  /** In SQL's order by destination, nexthop. */
  readonly hostRoutes: readonly HostRoute[];
  readonly serviceTypes: readonly string[];
}

export interface SubnetPool {
  readonly id: string;
  /** Absent only in snapshots made by hand. */
  readonly attributes?: StandardAttributes;
  readonly ipVersion: 4 | 6;
  readonly addressScopeId: string | undefined;
}
