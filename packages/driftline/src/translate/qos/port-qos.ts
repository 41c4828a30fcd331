/** QoS policies as OVN sees them: which one limits a port, and what its rules come to. */
import type { Port } from '../../neutron/model/port.ts';
import type { QosPolicy } from '../../neutron/model/qos.ts';
import { absent, dated, type KeyWant } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { providerSegment } from '../network/logical-switch.ts';
import { activeBinding, isExternal, isNetworkDevice } from '../port/port-binding.ts';
import { orAbsent } from '../since.ts';

export const QOS_DIRECTIONS = ['egress', 'ingress'] as const;
export type QosDirection = (typeof QOS_DIRECTIONS)[number];

/** What a policy says for one direction; 0 where it says nothing (but a DSCP mark of 0 is a mark). */
export interface QosLimits {
  readonly maxKbps: number;
  readonly maxBurstKbps: number;
  readonly dscpMark: number | undefined;
  /** Egress only: OVN can't guarantee ingress. */
  readonly minKbps: number;
}

/** A later rule of a type overrides an earlier one, as it does in Neutron's dictionary; packet rates have no OVN form. */
export function limitsOf(policy: QosPolicy, direction: QosDirection): QosLimits {
  const limits: { -readonly [K in keyof QosLimits]: QosLimits[K] } = {
    maxKbps: 0,
    maxBurstKbps: 0,
    dscpMark: undefined,
    minKbps: 0,
  };
  for (const rule of policy.rules) {
    switch (rule.type) {
      case 'bandwidth_limit':
        if (rule.direction !== direction) break;
        limits.maxKbps = rule.maxKbps;
        limits.maxBurstKbps = rule.maxBurstKbps;
        break;
      case 'dscp_marking':
        if (direction === 'egress') limits.dscpMark = rule.dscpMark;
        break;
      case 'minimum_bandwidth':
        if (direction === 'egress' && rule.direction === 'egress') limits.minKbps = rule.minKbps;
        break;
      case 'minimum_packet_rate':
      case 'packet_rate_limit':
        break;
      default:
        rule satisfies never;
    }
  }
  return limits;
}

/** The port's own policy, else its network's; none for ports that OVN does not limit. */
export function effectivePolicy(ctx: TranslationContext, port: Port): QosPolicy | undefined {
  const id = port.qosPolicyId ?? ctx.index.networkOf(port)?.qosPolicyId;
  if (id === undefined || isNetworkDevice(port) || isExternal(activeBinding(port))) return undefined;
  return ctx.snapshot.qosPolicies.get(id);
}

/** By `neutron:provnet-network-type` of the switch. */
function isOnPhysicalNetwork(ctx: TranslationContext, port: Port): boolean {
  const network = ctx.index.networkOf(port);
  const type = network === undefined ? undefined : providerSegment(ctx, network)?.networkType;
  return type === 'flat' || type === 'vlan';
}

/** Where the egress bandwidth of a port is held: in its QoS row, in the options of its switch port, or either. */
export type EgressLimiter = 'row' | 'options' | 'either';

export function egressLimiter(ctx: TranslationContext, port: Port, limits: QosLimits): EgressLimiter {
  const { features } = ctx;
  if (!features.has('qosMinimumOnPhysical') || !isOnPhysicalNetwork(ctx, port)) return 'row';
  if (limits.minKbps > 0) return 'options';
  if (features.has('qosOptionsOnlyWithMinimum')) return 'row';
  return features.maybe('qosOptionsOnlyWithMinimum') ? 'either' : 'options';
}

export interface QosOptions {
  readonly qos_max_rate: KeyWant;
  readonly qos_burst: KeyWant;
  readonly qos_min_rate: KeyWant;
}

export const NO_QOS_OPTIONS: QosOptions = { qos_max_rate: absent, qos_burst: absent, qos_min_rate: absent };

/** Keys of `Logical_Switch_Port.options`, in bit/s. */
export function qosOptions(ctx: TranslationContext, port: Port): QosOptions {
  const policy = effectivePolicy(ctx, port);
  if (policy === undefined) return NO_QOS_OPTIONS;
  const limits = limitsOf(policy, 'egress');
  if (!ctx.features.has('qosMinimumOnPhysical')) return optionsBeforePhysical(limits);
  const limiter = egressLimiter(ctx, port, limits);
  if (limiter === 'row') return NO_QOS_OPTIONS;
  const isKept = ctx.features.has('qosOptionsKept') && limiter === 'options';
  const option = (kbps: number): KeyWant => {
    if (kbps === 0) return absent;
    const rate = String(kbps * 1000);
    return isKept ? dated('qosMinimumOnPhysical', rate) : orAbsent([rate], rate);
  };
  return {
    qos_max_rate: option(limits.maxKbps),
    qos_burst: option(limits.maxBurstKbps),
    qos_min_rate: option(limits.minKbps),
  };
}

/** In kbit/s then, and gone with the next step of the same transaction or the next update of the port. */
const optionsBeforePhysical = ({ minKbps }: QosLimits): QosOptions =>
  minKbps === 0 ? NO_QOS_OPTIONS : { ...NO_QOS_OPTIONS, qos_min_rate: orAbsent([String(minKbps)], String(minKbps)) };
