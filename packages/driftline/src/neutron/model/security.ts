import type { Resource } from './standard-attributes.ts';

export interface SecurityGroup extends Resource {
  readonly name: string;
  readonly stateful: boolean;
}

export interface SecurityGroupRule extends Resource {
  readonly securityGroupId: string;
  readonly direction: 'ingress' | 'egress';
  /** As stored: IPv4 or IPv6 (case as stored). */
  readonly ethertype: string;
  readonly protocol: string | undefined;
  readonly portRangeMin: number | undefined;
  readonly portRangeMax: number | undefined;
  readonly remoteIpPrefix: string | undefined;
  readonly remoteGroupId: string | undefined;
  readonly remoteAddressGroupId: string | undefined;
}

export interface AddressGroup extends Resource {
  readonly name: string;
  /** CIDRs as stored, sorted. */
  readonly addresses: readonly string[];
}

/** A network log (table `logs`). */
export interface NetworkLog extends Resource {
  readonly name: string;
  /** security_group, or a type of another driver. */
  readonly resourceType: string;
  /** The security group. */
  readonly resourceId: string | undefined;
  /** The port. */
  readonly targetId: string | undefined;
  /** ACCEPT, DROP or ALL. */
  readonly event: string;
  readonly enabled: boolean;
}
