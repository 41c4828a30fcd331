import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatEndpoint, parseEndpoints } from './endpoint.ts';

test('endpoints are read as Open vSwitch writes them', () => {
  assert.deepEqual(parseEndpoints('tcp:10.0.0.1:6641, ssl:[fd00::1]:6642,unix:/run/ovn/ovnnb_db.sock,tcp:db.example'), [
    { kind: 'tcp', host: '10.0.0.1', port: 6641 },
    { kind: 'ssl', host: 'fd00::1', port: 6642 },
    { kind: 'unix', path: '/run/ovn/ovnnb_db.sock' },
    { kind: 'tcp', host: 'db.example', port: 6640 },
  ]);
});

test('an endpoint is written as it was read', () => {
  for (const text of ['tcp:10.0.0.1:6641', 'ssl:[fd00::1]:6642', 'unix:/run/x.sock']) {
    assert.deepEqual(parseEndpoints(text).map(formatEndpoint), [text]);
  }
});

test('what is no endpoint is refused, saying what is expected', () => {
  for (const text of ['', ',', 'http:x:1', 'tcp:', 'tcp:fd00::1:6641', 'tcp:host:99999', 'tcp:host:port', 'unix:']) {
    assert.throws(() => parseEndpoints(text), { code: 'bad-option' }, text);
  }
});
