import { type Choice, choice } from '../../northbound/desired.ts';
import { subnetDhcpKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';

/**
 * The MAC address that OVN's DHCP server answers from: random when Neutron makes the row, then kept, and copied into
 * the rows of single ports. `option` is where it stands: server_mac in DHCPv4, server_id in DHCPv6.
 */
export function serverMac(
  ctx: TranslationContext,
  subnetId: string,
  option: 'server_mac' | 'server_id',
): Choice<string | number> {
  return choice<string | number>(
    'any unicast MAC address',
    (found) => typeof found === 'string' && isUnicastMac(found),
    (_row, observed) => {
      const options = observed.row('DHCP_Options', subnetDhcpKey(subnetId))?.options;
      const ofSubnet = options instanceof Map ? options.get(option) : undefined;
      return typeof ofSubnet === 'string' && isUnicastMac(ofSubnet) ? ofSubnet : madeMac(ctx.config.baseMac, subnetId);
    },
  );
}

const isUnicastMac = (text: string): boolean =>
  /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(text) && text !== '00:00:00:00:00:00';

/**
 * Where Neutron would draw a random number, a hash of the subnet's id: the same for equal subnets. The first three
 * octets are `base_mac`'s; the fourth too, unless it is zero.
 */
export function madeMac(baseMac: string, subnetId: string): string {
  const base = baseMac.toLowerCase().split(':');
  const kept = base[3] === '00' ? 3 : 4;
  const hash = fnv1a(subnetId).toString(16).padStart(8, '0');
  const drawn = [hash.slice(2, 4), hash.slice(4, 6), hash.slice(6, 8)];
  return [...base.slice(0, kept), ...drawn.slice(kept - 3)].join(':');
}

/** 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
