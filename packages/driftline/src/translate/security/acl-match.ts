/** What a security group rule's ACL matches: Neutron's own words, to the letter, for Neutron finds ACLs by them. */
import type { SecurityGroupRule } from '../../neutron/model/security.ts';
import { normalCidr } from '../ip.ts';
import { addressSetName, portGroupAddressSetName } from '../names.ts';

export interface RuleMatch {
  readonly direction: 'to-lport' | 'from-lport';
  readonly match: string;
  /** Without the address group, as releases without address groups in ACLs write it; equal for all other rules. */
  readonly matchWithoutAddressGroup: string;
  /** The OVN address set that `match` needs; undefined where there is no address group. */
  readonly addressSet: string | undefined;
}

/** A text names what Neutron itself can't translate: such a rule never reaches OVN. */
export function matchOfRule(rule: SecurityGroupRule, portGroup: string): RuleMatch | string {
  const isIngress = rule.direction === 'ingress';
  const ip = rule.ethertype === 'IPv4' ? 'ip4' : rule.ethertype === 'IPv6' ? 'ip6' : undefined;
  if (ip === undefined) return `its ethertype is ${rule.ethertype}`;
  const protocol = protocolMatch(rule, ip);
  if (protocol === undefined) return `OVN has no match for its protocol ${rule.protocol}`;

  const remote = isIngress ? `${ip}.src` : `${ip}.dst`;
  let head = `${isIngress ? 'outport' : 'inport'} == @${portGroup} && ${ip}`;
  if (rule.remoteIpPrefix !== undefined && rule.remoteIpPrefix !== '') {
    const cidr = normalCidr(rule.remoteIpPrefix);
    if (cidr === undefined) return `its remote prefix ${rule.remoteIpPrefix} is no network`;
    head += ` && ${remote} == ${cidr}`;
  }
  if (rule.remoteGroupId !== undefined) head += ` && ${remote} == $${portGroupAddressSetName(rule.remoteGroupId, ip)}`;
  const addressSet = rule.remoteAddressGroupId && addressSetName(rule.remoteAddressGroupId, ip);
  return {
    direction: isIngress ? 'to-lport' : 'from-lport',
    match: addressSet === undefined ? head + protocol : `${head} && ${remote} == $${addressSet}${protocol}`,
    matchWithoutAddressGroup: head + protocol,
    addressSet,
  };
}

/** '' for any protocol; undefined for one that neutron-lib does not know. */
function protocolMatch(rule: SecurityGroupRule, ip: 'ip4' | 'ip6'): string | undefined {
  if (rule.protocol === undefined) return '';
  const number = protocolNumber(rule.protocol);
  if (number === undefined) return undefined;
  const { portRangeMin: min, portRangeMax: max } = rule;
  const transport = TRANSPORTS.get(number);
  if (transport !== undefined) {
    if (min !== undefined && min === max) return ` && ${transport} && ${transport}.dst == ${min}`;
    const from = min === undefined ? '' : ` && ${transport}.dst >= ${min}`;
    const to = max === undefined ? '' : ` && ${transport}.dst <= ${max}`;
    return ` && ${transport}${from}${to}`;
  }
  if (number === ICMP || number === ICMPV6) {
    // Whatever its number, ICMP is that of the ethertype; ports hold type and code.
    const icmp = ip === 'ip4' ? 'icmp4' : 'icmp6';
    const type = min === undefined ? '' : ` && ${icmp}.type == ${min}`;
    const code = max === undefined ? '' : ` && ${icmp}.code == ${max}`;
    return ` && ${icmp}${type}${code}`;
  }
  return ` && ip.proto == ${number}`;
}

function protocolNumber(protocol: string): number | undefined {
  if (/^\d+$/.test(protocol)) {
    const number = Number(protocol);
    return number <= 255 ? number : undefined;
  }
  return PROTOCOL_NUMBERS.get(protocol);
}

const ICMP = 1;
const ICMPV6 = 58;
const TRANSPORTS: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

/** neutron-lib's names (IP_PROTOCOL_MAP). */
const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['ah', 51],
  ['dccp', 33],
  ['egp', 8],
  ['esp', 50],
  ['gre', 47],
  ['hopopt', 0],
  ['icmp', ICMP],
  ['icmpv6', ICMPV6],
  ['igmp', 2],
  ['ip', 0],
  ['ipip', 4],
  ['ipv6-encap', 41],
  ['ipv6-frag', 44],
  ['ipv6-icmp', ICMPV6],
  ['ipv6-nonxt', 59],
  ['ipv6-opts', 60],
  ['ipv6-route', 43],
  ['ospf', 89],
  ['pgm', 113],
  ['rsvp', 46],
  ['sctp', 132],
  ['tcp', 6],
  ['udp', 17],
  ['udplite', 136],
  ['vrrp', 112],
]);
