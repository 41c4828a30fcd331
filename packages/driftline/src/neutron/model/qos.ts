import type { Resource } from './standard-attributes.ts';

export type QosRule =
  | {
      readonly type: 'bandwidth_limit';
      readonly id: string;
      readonly direction: 'ingress' | 'egress';
      readonly maxKbps: number;
      /** 0 where NULL. */
      readonly maxBurstKbps: number;
    }
  | { readonly type: 'dscp_marking'; readonly id: string; readonly dscpMark: number }
  | {
      readonly type: 'minimum_bandwidth';
      readonly id: string;
      readonly direction: 'ingress' | 'egress';
      readonly minKbps: number;
    }
  | {
      readonly type: 'minimum_packet_rate';
      readonly id: string;
      readonly direction: 'ingress' | 'egress' | 'any';
      readonly minKpps: number;
    }
  | {
      readonly type: 'packet_rate_limit';
      readonly id: string;
      readonly direction: 'ingress' | 'egress';
      readonly maxKpps: number;
      readonly maxBurstKpps: number;
    };

export interface QosPolicy extends Resource {
  readonly name: string;
  readonly rules: readonly QosRule[];
}
