import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Freshness } from './freshness.ts';
import type { DatabaseStatus } from './server-status.ts';

const status = (index: number, clusterId = 'c1'): DatabaseStatus => ({
  model: 'clustered',
  isConnected: true,
  isLeader: true,
  hasSchema: true,
  clusterId,
  serverId: 's',
  index,
});

test('a server behind what was seen is stale, until it has caught up', () => {
  const freshness = new Freshness(60_000);
  assert.equal(freshness.judge(status(10), 0), 'fresh');
  assert.equal(freshness.judge(status(9), 1), 'stale');
  assert.equal(freshness.judge(status(10), 2), 'fresh');
});

test('a cluster with another id was rebuilt, and counts anew', () => {
  const freshness = new Freshness(60_000);
  freshness.judge(status(10), 0);
  assert.equal(freshness.judge(status(1, 'c2'), 1), 'rebuilt');
  assert.equal(freshness.judge(status(2, 'c2'), 2), 'fresh');
});

test('a cluster whose servers all stay behind is taken for rebuilt after a minute', () => {
  const freshness = new Freshness(60_000);
  freshness.judge(status(10), 0);
  assert.equal(freshness.judge(status(1), 1_000), 'stale');
  assert.equal(freshness.judge(status(2), 30_000), 'stale');
  assert.equal(freshness.judge(status(3), 61_001), 'rebuilt');
  assert.equal(freshness.judge(status(4), 61_002), 'fresh');
});

test('a standalone server is never stale', () => {
  const freshness = new Freshness(60_000);
  freshness.judge(status(10), 0);
  assert.equal(freshness.judge({ ...status(0), model: 'standalone' }, 1), 'fresh');
});
