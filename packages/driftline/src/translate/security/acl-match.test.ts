import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecurityGroupRule } from '../../neutron/model/security.ts';
import { securityGroupRule } from '../testing/build.ts';
import { matchOfRule } from './acl-match.ts';

const match = (given: Partial<SecurityGroupRule>): string => {
  const found = matchOfRule(securityGroupRule({ id: 'r', securityGroupId: 'g', ...given }), 'pg_g');
  return typeof found === 'string' ? `no ACL: ${found}` : found.match;
};

test('a rule without limits matches all traffic of its IP version', () => {
  assert.equal(match({}), 'outport == @pg_g && ip4');
  assert.equal(match({ direction: 'egress', ethertype: 'IPv6' }), 'inport == @pg_g && ip6');
});

test('ingress goes to the port, egress comes from it', () => {
  const directionOf = (direction: 'ingress' | 'egress') => {
    const found = matchOfRule(securityGroupRule({ id: 'r', securityGroupId: 'g', direction }), 'pg_g');
    return typeof found === 'string' ? found : found.direction;
  };
  assert.equal(directionOf('ingress'), 'to-lport');
  assert.equal(directionOf('egress'), 'from-lport');
});

test('a remote prefix is matched as the network it lies in, on the far side', () => {
  assert.equal(match({ remoteIpPrefix: '10.0.0.7/8' }), 'outport == @pg_g && ip4 && ip4.src == 10.0.0.0/8');
  assert.equal(match({ remoteIpPrefix: '192.0.2.9' }), 'outport == @pg_g && ip4 && ip4.src == 192.0.2.9/32');
  assert.equal(
    match({ direction: 'egress', ethertype: 'IPv6', remoteIpPrefix: '2001:DB8:0:0::1/32' }),
    'inport == @pg_g && ip6 && ip6.dst == 2001:db8::/32',
  );
});

test('a remote group is matched by the address set that OVN derives from its port group', () => {
  assert.equal(
    match({ ethertype: 'IPv6', remoteGroupId: 'a-b-c', protocol: 'tcp', portRangeMin: 443, portRangeMax: 443 }),
    'outport == @pg_g && ip6 && ip6.src == $pg_a_b_c_ip6 && tcp && tcp.dst == 443',
  );
});

test('an address group is matched by its address set, and was left out by older releases', () => {
  const rule = securityGroupRule({ id: 'r', securityGroupId: 'g', remoteAddressGroupId: 'a-b', protocol: 'udp' });
  assert.deepEqual(matchOfRule(rule, 'pg_g'), {
    direction: 'to-lport',
    match: 'outport == @pg_g && ip4 && ip4.src == $ag_a_b_ip4 && udp',
    matchWithoutAddressGroup: 'outport == @pg_g && ip4 && udp',
    addressSet: 'ag_a_b_ip4',
  });
});

test('TCP, UDP and SCTP are matched by name, whether the rule has name or number', () => {
  for (const [protocol, name] of [
    ['tcp', 'tcp'],
    ['6', 'tcp'],
    ['udp', 'udp'],
    ['17', 'udp'],
    ['sctp', 'sctp'],
    ['132', 'sctp'],
  ] as const) {
    assert.equal(match({ protocol }), `outport == @pg_g && ip4 && ${name}`);
  }
});

test('port ranges are matched by their ends, a single port by itself', () => {
  const tcp = (portRangeMin: number | undefined, portRangeMax: number | undefined) =>
    match({ protocol: 'tcp', portRangeMin, portRangeMax });
  const any = 'outport == @pg_g && ip4 && tcp';
  assert.equal(tcp(8000, 8099), `${any} && tcp.dst >= 8000 && tcp.dst <= 8099`);
  assert.equal(tcp(22, 22), `${any} && tcp.dst == 22`);
  assert.equal(tcp(1024, undefined), `${any} && tcp.dst >= 1024`);
  assert.equal(tcp(undefined, 1023), `${any} && tcp.dst <= 1023`);
});

test('every spelling of ICMP is that of the ethertype, and the range holds type and code', () => {
  for (const protocol of ['icmp', 'icmpv6', 'ipv6-icmp', '1', '58']) {
    assert.equal(match({ protocol }), 'outport == @pg_g && ip4 && icmp4');
    assert.equal(match({ protocol, ethertype: 'IPv6' }), 'outport == @pg_g && ip6 && icmp6');
  }
  assert.equal(
    match({ protocol: 'icmp', portRangeMin: 8, portRangeMax: 0 }),
    'outport == @pg_g && ip4 && icmp4 && icmp4.type == 8 && icmp4.code == 0',
  );
  assert.equal(match({ protocol: 'icmp', portRangeMin: 3 }), 'outport == @pg_g && ip4 && icmp4 && icmp4.type == 3');
});

test('other protocols are matched by number, without ports', () => {
  assert.equal(match({ protocol: 'gre' }), 'outport == @pg_g && ip4 && ip.proto == 47');
  assert.equal(match({ protocol: 'vrrp', portRangeMin: 1 }), 'outport == @pg_g && ip4 && ip.proto == 112');
  assert.equal(match({ protocol: '0' }), 'outport == @pg_g && ip4 && ip.proto == 0');
  assert.equal(match({ protocol: '255' }), 'outport == @pg_g && ip4 && ip.proto == 255');
});

test('what Neutron itself cannot translate is told', () => {
  assert.match(match({ protocol: 'quic' }), /^no ACL: .*protocol quic/);
  assert.match(match({ protocol: '256' }), /^no ACL: .*protocol 256/);
  assert.match(match({ ethertype: 'ARP' }), /^no ACL: .*ARP/);
  assert.match(match({ remoteIpPrefix: 'nonsense' }), /^no ACL: .*nonsense/);
});
