import type { ObservedLookup } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { uuids } from '../router/gateway-chassis.ts';

/** How many load balancers of OVN's Octavia provider Neutron knows, by the ports of their VIPs. */
export function balancerMembers(ctx: TranslationContext): number {
  let count = counts.get(ctx);
  if (count === undefined) {
    count = 0;
    for (const { name } of ctx.snapshot.ports.values()) if (name.startsWith('ovn-lb-vip-')) count++;
    counts.set(ctx, count);
  }
  return count;
}

const counts = new WeakMap<TranslationContext, number>();

/**
 * Whether a balancer on the switch has the address among its members, as Neutron asks: Octavia lists them in
 * `external_ids` under keys that begin with `pool_`, as `member_ID_IP:PORT_SUBNET`, separated by commas.
 */
export function isBalancerMember(
  switchName: string,
  ipAddress: string,
  subnetId: string,
  observed: ObservedLookup,
): boolean {
  for (const uuid of uuids(observed.row('Logical_Switch', switchName)?.load_balancer)) {
    const pools = observed.rowAt(uuid)?.external_ids;
    if (!(pools instanceof Map)) continue;
    for (const [key, members] of pools as ReadonlyMap<string, string>) {
      if (!key.startsWith('pool_')) continue;
      for (const member of members.split(',')) {
        if (member.includes(`${ipAddress}:`) && member.includes(`_${subnetId}`)) return true;
      }
    }
  }
  return false;
}
