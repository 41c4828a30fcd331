import assert from 'node:assert/strict';
import { test } from 'node:test';
import { looksEmpty } from './looks-empty.ts';
import type { OvnRevision } from './model/revision.ts';
import type { NeutronSnapshot } from './model/snapshot.ts';

const nothing: NeutronSnapshot = {
  release: '2026.1',
  readAtMs: 0,
  networks: new Map(),
  segments: new Map(),
  subnets: new Map(),
  subnetPools: new Map(),
  ports: new Map(),
  trunks: new Map(),
  securityGroups: new Map(),
  securityGroupRules: new Map(),
  addressGroups: new Map(),
  networkLogs: new Map(),
  routers: new Map(),
  floatingIps: new Map(),
  portForwardings: new Map(),
  qosPolicies: new Map(),
  agents: new Map(),
  revisions: [],
  hashRing: [],
};

const securityGroup = {
  id: 'sg',
  projectId: 'p',
  attributes: { id: 1, revision: 1, createdAtMs: undefined, updatedAtMs: undefined },
  name: 'default',
  stateful: true,
};

const portRevision: OvnRevision = {
  resourceUuid: 'port',
  resourceType: 'ports',
  standardAttrId: 7,
  revisionNumber: 3,
  createdAtMs: undefined,
  updatedAtMs: undefined,
};

test('a snapshot without networks, ports, routers and groups looks empty', () => {
  assert.equal(looksEmpty(nothing), true);
  assert.equal(looksEmpty({ ...nothing, hashRing: [] }), true);
});

test('a deployment with only a default group does not look empty', () => {
  assert.equal(looksEmpty({ ...nothing, securityGroups: new Map([['sg', securityGroup]]) }), false);
});

test('a snapshot without the ports that revision numbers count as living looks empty', () => {
  const truncated = { ...nothing, securityGroups: new Map([['sg', securityGroup]]), revisions: [portRevision] };
  assert.equal(looksEmpty(truncated), true);
  const deleted = { ...truncated, revisions: [{ ...portRevision, standardAttrId: undefined }] };
  assert.equal(looksEmpty(deleted), false);
});
