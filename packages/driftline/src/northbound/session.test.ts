import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remoteOptions } from './session.ts';

const remote = { endpoints: ['unix:nb.sock'], tls: undefined };
const settings = {
  northbound: remote,
  southbound: remote,
  connectionTimeoutS: 5,
  retryMaxIntervalS: 180,
  probeIntervalMs: 60_000,
};
const backoffOf = (retryMaxIntervalS: number): number | undefined =>
  remoteOptions('OVN_Northbound', remote, { ...settings, retryMaxIntervalS }, {}, { writable: false }).maxBackoffMs;

test('ovsdb_retry_max_interval makes the waits between two rounds shorter, and not longer than eight seconds', () => {
  assert.deepEqual([3, 8, 180].map(backoffOf), [3000, 8000, 8000]);
  assert.equal(backoffOf(0), 1000, 'never at once: a server that is down would be stormed');
});
