import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  canonicalIp,
  cidrContains,
  eui64Address,
  formatIp,
  isIp,
  normalCidr,
  parseIp,
  prefixLengthOf,
  reverseName,
} from './ip.ts';

describe('an address', () => {
  it('is printed as inet_ntop prints it', () => {
    const printed = {
      '10.0.0.1': '10.0.0.1',
      '255.255.255.255': '255.255.255.255',
      '2001:DB8:0:0:0:0:0:1': '2001:db8::1',
      '::': '::',
      '::1': '::1',
      '1::': '1::',
      '::1:0': '::0.1.0.0',
      '::1.2.3.4': '::1.2.3.4',
      '::ffff:1.2.3.4': '::ffff:1.2.3.4',
      '1:0:0:2:0:0:0:3': '1:0:0:2::3',
      '1:0:2:0:3:0:4:0': '1:0:2:0:3:0:4:0',
      'fe80::1:0:0:1': 'fe80::1:0:0:1',
      '1:2:3:4:5:6:7:8': '1:2:3:4:5:6:7:8',
    };
    for (const [given, wanted] of Object.entries(printed)) assert.equal(canonicalIp(given), wanted, given);
  });

  it('survives being printed and parsed', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }), (bits) => parseIp(formatIp(4, bits)) === bits));
    // Few bits, or few zeros: where the runs of zeros are.
    const mask = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
    fc.assert(fc.property(mask, mask, (a, b) => parseIp(formatIp(6, a & b)) === (a & b)));
  });

  it('is refused when it is none', () => {
    const nonsense = [
      '',
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.4.5',
      'a',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '12345::',
      'fe80::1%eth0',
      '1.2.3.4::',
      '1:2:3:4:5:6:7:8::',
    ];
    for (const text of nonsense) assert.equal(parseIp(text), undefined, text);
  });

  it('belongs to one version', () => {
    assert.equal(isIp('10.0.0.1', 4), true);
    assert.equal(isIp('10.0.0.1', 6), false);
    assert.equal(isIp('::1', 6), true);
  });

  it('has a name in DNS', () => {
    assert.equal(reverseName('10.0.1.228'), '228.1.0.10.in-addr.arpa');
    assert.equal(
      reverseName('2001:db8:12::32'),
      '2.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    );
  });
});

describe('a network', () => {
  it('loses its host bits', () => {
    assert.equal(normalCidr('10.0.0.7/24'), '10.0.0.0/24');
    assert.equal(normalCidr('fe80::5/10'), 'fe80::/10');
    assert.equal(normalCidr('0.0.0.0/0'), '0.0.0.0/0');
  });

  it('is one address where no prefix is given', () => {
    assert.equal(normalCidr('10.0.0.7'), '10.0.0.7/32');
    assert.equal(normalCidr('2001:DB8::7'), '2001:db8::7/128');
  });

  it('is refused when it is none', () => {
    for (const text of ['10.0.0.0/33', '10.0.0.0/', '::/129', '10.0.0/8', '10.0.0.0/-1', '10.0.0.0/08']) {
      assert.equal(normalCidr(text), undefined, text);
    }
  });

  it('contains its addresses and subnets, and nothing else', () => {
    assert.equal(cidrContains('10.0.0.0/24', '10.0.0.255'), true);
    assert.equal(cidrContains('10.0.0.0/24', '10.0.1.0'), false);
    assert.equal(cidrContains('10.0.0.0/8', '10.7.0.0/16'), true);
    assert.equal(cidrContains('10.7.0.0/16', '10.0.0.0/8'), false);
    assert.equal(cidrContains('0.0.0.0/0', '::1'), false);
    assert.equal(cidrContains('::/0', '2001:db8::1'), true);
  });

  it('is normal once it has been made so, and contains what it was made of', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, prefixLength) => {
        const cidr = normalCidr(`${address}/${prefixLength}`);
        assert.ok(cidr !== undefined);
        assert.equal(normalCidr(cidr), cidr);
        assert.ok(cidrContains(cidr, address));
      }),
    );
  });

  it('tells its prefix length', () => {
    assert.equal(prefixLengthOf('10.0.0.0/24'), '24');
  });

  it('gives each MAC its own address', () => {
    assert.equal(eui64Address('2001:db8:10::/64', 'fa:16:3e:10:a3:e3'), '2001:db8:10:0:f816:3eff:fe10:a3e3');
    assert.equal(eui64Address('10.0.0.0/24', 'fa:16:3e:10:a3:e3'), undefined);
  });
});
