import type { Resource } from './standard-attributes.ts';

export interface FixedIp {
  readonly subnetId: string;
  readonly ipAddress: string;
}

/** A row of `ml2_port_bindings`; a port has several while it migrates. */
export interface PortBinding {
  /** '' while unbound. */
  readonly host: string;
  readonly vifType: string;
  readonly vnicType: string;
  /** Decoded JSON; {} where ''. */
  readonly profile: Readonly<Record<string, unknown>>;
  readonly vifDetails: Readonly<Record<string, unknown>>;
  /** ACTIVE or INACTIVE. */
  readonly status: string;
  readonly levels: readonly BindingLevel[];
}

export interface BindingLevel {
  readonly level: number;
  readonly driver: string | undefined;
  readonly segmentId: string | undefined;
}

export interface AllowedAddressPair {
  readonly macAddress: string;
  /** An address or a CIDR, as stored. */
  readonly ipAddress: string;
}

export interface ExtraDhcpOption {
  readonly optName: string;
  readonly optValue: string;
  readonly ipVersion: 4 | 6;
}

/** A row of `portdnses`. */
export interface PortDns {
  readonly dnsName: string;
  readonly dnsDomain: string;
  readonly currentDnsName: string;
  readonly currentDnsDomain: string;
}

export interface Port extends Resource {
  readonly name: string;
  readonly networkId: string;
  /** Lower case, colons, as stored. */
  readonly macAddress: string;
  readonly adminStateUp: boolean;
  readonly status: string;
  readonly deviceId: string;
  readonly deviceOwner: string;
  /** In the order in which Neutron's API answers: see the reader. */
  readonly fixedIps: readonly FixedIp[];
  readonly bindings: readonly PortBinding[];
  /** `portsecuritybindings`; undefined where there is no row (Neutron takes that for true). */
  readonly portSecurityEnabled: boolean | undefined;
  /** Sorted. */
  readonly securityGroupIds: readonly string[];
  readonly allowedAddressPairs: readonly AllowedAddressPair[];
  readonly extraDhcpOptions: readonly ExtraDhcpOption[];
  readonly dns: PortDns | undefined;
  /** `qos_port_policy_bindings`: the port's own policy, not the network's. */
  readonly qosPolicyId: string | undefined;
  /** `portuplinkstatuspropagation`; undefined where there is no row. */
  readonly propagateUplinkStatus: boolean | undefined;
  /** `porthints` (2023.2), decoded JSON. */
  readonly hints: Readonly<Record<string, unknown>> | undefined;
  readonly deviceProfile: string | undefined;
  /** `porttrusted` (2024.2). */
  readonly trusted: boolean | undefined;
  /** `porthardwareoffloadtype` (2024.1). */
  readonly hardwareOffloadType: string | undefined;
  /** `portpvlan` (2026.2). */
  readonly pvlan: { readonly type: string; readonly community: string | undefined } | undefined;
}

export interface Trunk extends Resource {
  readonly portId: string;
  readonly adminStateUp: boolean;
  readonly subports: readonly Subport[];
}

export interface Subport {
  readonly portId: string;
  readonly segmentationType: string;
  readonly segmentationId: number;
}

/** `device_owner` of the ports that are a router's: to OVN they are a switch port and a router port. */
export const ROUTER_PORT_OWNERS: readonly string[] = [
  'network:router_interface',
  'network:ha_router_replicated_interface',
  'network:router_interface_distributed',
  'network:router_centralized_snat',
  'network:router_gateway',
];
