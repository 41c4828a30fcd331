import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Release } from '../../neutron/release-name.ts';
import { buildContext, chassis } from '../testing/build.ts';
import { gatewayCandidates, pinningCandidates } from './gateway-candidates.ts';

const fleet = [
  chassis({ name: 'gw-2', physicalNetworks: ['physnet1'], availabilityZones: ['south'] }),
  chassis({ name: 'gw-1', physicalNetworks: ['physnet1'], availabilityZones: ['north', 'east'] }),
  chassis({ name: 'gw-far', physicalNetworks: ['physnet2'] }),
  chassis({ name: 'compute', physicalNetworks: ['physnet1', 'physnet3'], isGateway: false }),
];
const of = (release: Release, physicalNetwork: string | undefined, hints: readonly string[] = []) =>
  gatewayCandidates(buildContext({ release, chassis: fleet }), physicalNetwork, hints);

test('candidates are gateways with the physical network, by name', () => {
  assert.deepEqual(of('2026.2', 'physnet1'), ['gw-1', 'gw-2']);
});

test('zone hints leave the chassis of any hinted zone', () => {
  assert.deepEqual(of('2026.2', 'physnet1', ['east', 'west']), ['gw-1']);
});

test('without a gateway on the network nothing is a candidate from 2024.1 on; before, any chassis on it, then any gateway', () => {
  assert.deepEqual(of('2024.1', 'physnet3'), []);
  assert.deepEqual(of('2024.1', undefined), []);
  assert.deepEqual(of('zed', 'physnet3'), ['compute']);
  assert.deepEqual(of('zed', 'physnet9'), ['gw-1', 'gw-2', 'gw-far']);
  assert.deepEqual(of('zed', undefined), ['gw-1', 'gw-2', 'gw-far']);
});

test('a router on a tunnelled network goes to gateways of its zones, or of no zone at all', () => {
  const ctx = buildContext({ chassis: fleet });
  assert.deepEqual(pinningCandidates(ctx, []), ['gw-far']);
  assert.deepEqual(pinningCandidates(ctx, ['south', 'north']), ['gw-1', 'gw-2']);
});
