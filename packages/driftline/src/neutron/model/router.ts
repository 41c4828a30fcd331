import type { HostRoute } from './network.ts';
import type { Resource } from './standard-attributes.ts';

export interface Router extends Resource {
  readonly name: string;
  readonly adminStateUp: boolean;
  /** The primary gateway port (`routers.gw_port_id`). */
  readonly gatewayPortId: string | undefined;
  readonly enableSnat: boolean;
  /**
   * A router with a flavour is not OVN's, whatever driver the flavour names: since 2024.1 Neutron asks nothing more
   * (`is_ovn_provider_router`). Before, it did not ask at all, and each router was OVN's.
   */
  readonly flavorId: string | undefined;
  /** The provider of `providerresourceassociations`: ovn, or another; undefined where there is none. */
  readonly provider: string | undefined;
  /** `router_extra_attributes`; all false and [] where there is no row. */
  readonly distributed: boolean;
  readonly ha: boolean;
  readonly availabilityZoneHints: readonly string[];
  readonly enableDefaultRouteEcmp: boolean;
  readonly enableDefaultRouteBfd: boolean;
  /** `qos_router_gw_policy_bindings`. */
  readonly gatewayQosPolicyId: string | undefined;
  /** `routerroutes`, by destination, nexthop. */
  readonly routes: readonly HostRoute[];
  /** `routerports`, by port id; interfaces and gateways. */
  readonly ports: readonly RouterPort[];
  /** Has a row in `evpn_l3_instances` (2026.2). */
  readonly hasEvpn: boolean;
}

export interface RouterPort {
  readonly portId: string;
  /** A device owner: network:router_interface, network:router_gateway, ... ; undefined in very old rows. */
  readonly portType: string | undefined;
}

export interface FloatingIp extends Resource {
  readonly floatingIpAddress: string;
  readonly floatingNetworkId: string;
  readonly floatingPortId: string;
  readonly fixedPortId: string | undefined;
  readonly fixedIpAddress: string | undefined;
  readonly routerId: string | undefined;
  readonly status: string;
  /** `qos_fip_policy_bindings`. */
  readonly qosPolicyId: string | undefined;
}

export interface PortForwarding extends Resource {
  readonly floatingIpId: string;
  readonly internalPortId: string;
  readonly internalIpAddress: string;
  readonly protocol: string;
  /** Inclusive ranges; start = end for a single port. */
  readonly internalPortStart: number;
  readonly internalPortEnd: number;
  readonly externalPortStart: number;
  readonly externalPortEnd: number;
}
