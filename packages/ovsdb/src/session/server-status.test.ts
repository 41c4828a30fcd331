import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseStatus, findFault } from './server-status.ts';

const status = (changes: Partial<DatabaseStatus>): DatabaseStatus => ({
  model: 'clustered',
  isConnected: true,
  isLeader: true,
  hasSchema: true,
  clusterId: undefined,
  serverId: undefined,
  index: undefined,
  ...changes,
});

test('a server that will do has no fault', () => {
  assert.equal(findFault(status({}), true), undefined);
  assert.equal(findFault(status({ isLeader: false }), false), undefined);
  assert.equal(findFault(status({ model: 'relay' }), false), undefined);
  // Of a standalone server only the schema counts.
  assert.equal(findFault(status({ model: 'standalone', isLeader: false, isConnected: false }), true), undefined);
});

test('each reason to look for another server is named', () => {
  const cases: [DatabaseStatus, boolean, RegExp][] = [
    [status({ hasSchema: false }), false, /not yet joined/],
    [status({ isConnected: false }), false, /cut off from its cluster/],
    [status({ isLeader: false }), true, /not the leader/],
    [status({ model: 'relay' }), true, /never a leader/],
    [status({ model: 'relay', isConnected: false }), false, /without a connection to its source/],
    [status({ model: 'relay', hasSchema: false }), false, /without a connection to its source/],
    [status({ model: 'standalone', hasSchema: false }), false, /no schema/],
  ];
  for (const [server, leaderOnly, pattern] of cases) assert.match(findFault(server, leaderOnly) ?? '', pattern);
});
