import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Release } from '../../neutron/release-name.ts';
import { accepts, routed, rowOf, wantedKeys } from '../testing/routed.ts';
import { logicalRouterPortRows } from './logical-router-port.ts';

const distributed = { ovn: { enableDistributedFloatingIp: true } };
const reside = 'reside-on-redirect-chassis';

function options(
  key: 'lrp-gateway' | 'lrp-port-0',
  scene: { release?: Release; inside?: readonly string[]; outside?: string; config?: object },
) {
  return rowOf(logicalRouterPortRows(routed(scene)), key);
}

test('a tunnelled network’s port says nothing of the redirect chassis', () => {
  assert.deepEqual(wantedKeys(options('lrp-port-0', { config: distributed }), 'options'), {});
});

test('traffic of physical networks goes over the gateway’s chassis unless all is distributed and nothing tunnelled', () => {
  const wanted = (inside: readonly string[], config: object) =>
    wantedKeys(options('lrp-gateway', { inside, config }), 'options')[reside];
  assert.equal(wanted(['vlan'], {}), 'true');
  assert.equal(wanted(['vlan'], distributed), 'false');
  assert.equal(wanted(['vlan', 'geneve'], distributed), 'true');
  assert.equal(wanted([], distributed), 'false');
});

test('flat networks count from 2024.2 on, may in the two releases before, and not earlier', () => {
  const row = (release: Release) => options('lrp-gateway', { release });
  assert.equal(wantedKeys(row('2024.2'), 'options')[reside], 'true');
  assert.ok(accepts(row('2024.1'), 'options', reside, 'true'));
  assert.ok(accepts(row('2024.1'), 'options', reside, undefined));
  assert.ok(!accepts(row('2023.1'), 'options', reside, 'true'));
});

test('the first Zed looked at the configuration only', () => {
  const row = options('lrp-port-0', { release: 'zed', inside: ['vlan', 'geneve'], config: distributed });
  assert.ok(accepts(row, 'options', reside, 'false'));
  assert.ok(accepts(row, 'options', reside, 'true'));
  assert.ok(!accepts(row, 'options', reside, 'maybe'));
  const central = options('lrp-port-0', { release: 'zed', inside: ['vlan'] });
  assert.ok(!accepts(central, 'options', reside, 'false'));
});

test('the gateway’s MTU is the smallest around the router', () => {
  assert.equal(wantedKeys(options('lrp-gateway', {}), 'options').gateway_mtu, '1442');
  assert.equal(wantedKeys(options('lrp-gateway', { inside: ['vlan'] }), 'options').gateway_mtu, '1500');
});

test('before 2025.1 the MTU is said only with the option on, and only where the inside is larger', () => {
  const config = { ovn: { ovnEmitNeedToFrag: true } };
  const wanted = (scene: Parameters<typeof options>[1]) => wantedKeys(options('lrp-gateway', scene), 'options');
  assert.equal(wanted({ release: 'zed', config }).gateway_mtu, undefined);
  assert.equal(wanted({ release: 'zed' }).gateway_mtu, undefined);
  assert.equal(wanted({ release: '2025.2', config: { ovn: { ovnEmitNeedToFrag: false } } }).gateway_mtu, undefined);
  const either = options('lrp-gateway', { release: '2024.2', config });
  assert.ok(accepts(either, 'options', 'gateway_mtu', undefined));
  assert.ok(accepts(either, 'options', 'gateway_mtu', '1442'));
  assert.ok(!accepts(either, 'options', 'gateway_mtu', '9000'));
});

test('redirect-type is bridged where floating IPs are distributed and all interfaces are physical', () => {
  const wanted = (inside: readonly string[], config: object) =>
    wantedKeys(options('lrp-gateway', { inside, config }), 'options')['redirect-type'];
  assert.equal(wanted(['vlan', 'flat'], distributed), 'bridged');
  assert.equal(wanted(['vlan', 'geneve'], distributed), undefined);
  assert.equal(wanted(['vlan'], {}), undefined);
  assert.equal(wanted([], distributed), undefined);
});

test('point releases differ on redirect-type: no other value is right', () => {
  const row = (release: Release, inside: readonly string[]) =>
    options('lrp-gateway', { release, inside, config: distributed });
  assert.ok(accepts(row('zed', ['vlan']), 'options', 'redirect-type', undefined));
  assert.ok(accepts(row('zed', ['vlan']), 'options', 'redirect-type', 'bridged'));
  assert.ok(!accepts(row('zed', ['geneve']), 'options', 'redirect-type', 'bridged'));
  assert.ok(accepts(row('2023.1', ['geneve']), 'options', 'redirect-type', 'bridged'));
  assert.ok(!accepts(row('2023.1', ['geneve']), 'options', 'redirect-type', 'overlay'));
  assert.ok(accepts(row('2025.1', []), 'options', 'redirect-type', 'bridged'));
  assert.ok(!accepts(row('2025.2', []), 'options', 'redirect-type', 'bridged'));
});

test('an interface never has the gateway’s options', () => {
  const row = options('lrp-port-0', { inside: ['vlan'], config: distributed });
  assert.ok(!accepts(row, 'options', 'gateway_mtu', '1500'));
  assert.ok(!accepts(row, 'options', 'redirect-type', 'bridged'));
});
