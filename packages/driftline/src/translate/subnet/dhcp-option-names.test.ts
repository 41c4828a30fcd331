import assert from 'node:assert/strict';
import { it } from 'node:test';
import { featuresOf } from '../../neutron/features.ts';
import { dhcpOptionName, isReservedOption, isTextOption } from './dhcp-option-names.ts';

const zed = featuresOf('zed');
const newest = featuresOf('2026.2');
const nameOf = (given: string, version: 4 | 6, isBaremetal = false, features = newest) =>
  dhcpOptionName(given, version, isBaremetal, features)?.name;

it('is found by name and by number', () => {
  assert.deepEqual(
    ['mtu', '26', 'tftp-server', '66'].map((given) => nameOf(given, 4)),
    ['mtu', 'mtu', 'tftp_server', 'tftp_server'],
  );
});

it('has another number in DHCPv6', () => {
  assert.equal(nameOf('23', 4), 'default_ttl');
  assert.equal(nameOf('23', 6), 'dns_server');
});

it('is unknown where the release does not know it', () => {
  assert.equal(nameOf('59', 6), 'bootfile_name');
  assert.equal(nameOf('59', 6, false, zed), undefined);
  assert.equal(nameOf('no-such-option', 4), undefined);
});

it('may be for bare metal alone', () => {
  assert.equal(nameOf('tag:ipxe,67', 4, true), 'bootfile_name');
  assert.equal(nameOf('tag:ipxe,67', 4, false), undefined);
  assert.equal(nameOf('tag:!ipxe6,59', 6, true), 'bootfile_name_alt');
  assert.equal(nameOf('tag:!ipxe6,59', 6, true, zed), undefined);
});

it('may be text, or reserved', () => {
  assert.deepEqual(['wpad', 'mtu'].map(isTextOption), [true, false]);
  assert.equal(isReservedOption('mtu', 4), true);
  assert.equal(isReservedOption('mtu', 6), false);
});
