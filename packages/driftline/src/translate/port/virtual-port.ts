import type { FixedIp, Port } from '../../neutron/model/port.ts';
import { addressPairKey, type TranslationContext } from '../context.ts';
import { activeBinding, isPortSecured, isTrusted, profileParameters } from './port-binding.ts';

/** An address of the port that other ports may use (allowed address pairs): OVN calls them the parents. */
export interface VirtualAddress {
  readonly ip: string;
  /** Parents that Neutron finds whenever it writes the port. */
  readonly parents: readonly string[];
  /** Parents that add themselves when they are written, but are not found from the port's side. */
  readonly occasionalParents: readonly string[];
}

export interface VirtualPort {
  /** At least one, in the order of the fixed IPs. */
  readonly addresses: readonly VirtualAddress[];
  /**
   * Whether Neutron's every way leads to type `virtual`. A parent that is written after a bound port does not change it,
   * the port's own next update does; so both types are right for that one.
   */
  readonly isCertain: boolean;
}

/** undefined: an ordinary port. */
export function virtualPort(ctx: TranslationContext, port: Port): VirtualPort | undefined {
  const { portsOfAddressPair } = ctx.index;
  let addresses: VirtualAddress[] | undefined;
  for (const fixedIp of port.fixedIps) {
    const candidates = portsOfAddressPair.of(addressPairKey(port.networkId, fixedIp.ipAddress));
    if (candidates.length === 0) continue;
    const address = virtualAddress(ctx, port, fixedIp, candidates);
    if (address !== undefined) {
      addresses ??= [];
      addresses.push(address);
    }
  }
  if (addresses === undefined) return undefined;
  const isUnbound = activeBinding(port).vifType === 'unbound';
  return { addresses, isCertain: isUnbound && addresses.some(({ parents }) => parents.length > 0) };
}

function virtualAddress(
  ctx: TranslationContext,
  port: Port,
  { ipAddress, subnetId }: FixedIp,
  candidates: readonly Port[],
): VirtualAddress | undefined {
  const fromPairs = ctx.features.has('virtualParentsFromPairs');
  const parents = new Set<string>();
  const occasionalParents = new Set<string>();
  for (const candidate of candidates) {
    const isFound = fromPairs
      ? candidate.fixedIps.some((fixedIp) => fixedIp.subnetId === subnetId)
      : candidate.id !== port.id && showsItsPairs(ctx, candidate);
    if (isFound) parents.add(candidate.id);
    else if (candidate.id !== port.id) occasionalParents.add(candidate.id);
  }
  if (parents.size + occasionalParents.size === 0) return undefined;
  return { ip: ipAddress, parents: [...parents], occasionalParents: [...occasionalParents] };
}

/** Until 2025.2 Neutron read the pairs from OVN, where only port security shows them. */
const showsItsPairs = (ctx: TranslationContext, port: Port): boolean =>
  isPortSecured(ctx, port) && !isTrusted(port) && profileParameters(activeBinding(port), ctx.features).is !== 'vtep';
