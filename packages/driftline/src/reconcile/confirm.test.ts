import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CreateChange, UpdateChange } from '../diff/change.ts';
import { changesBetween } from '../neutron/changes-between.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import { buildContext, network, port, revised, securityGroupRule } from '../translate/testing/build.ts';
import { resourcesOf, unfinished } from './confirm.ts';
import { resourceFactsOf } from './resource-facts.ts';

const rule = { type: 'security_group_rules', id: 'r' } as const;
const missingAcl: CreateChange = {
  action: 'create',
  reason: 'missing',
  table: 'ACL',
  key: 'k',
  resource: rule,
  unit: { type: 'security_groups', id: 'g' },
  values: {},
  listedIn: [],
};
const changedPort = (resource: ResourceRef): UpdateChange => ({
  action: 'update',
  table: 'Logical_Switch_Port',
  key: 'p',
  uuid: 'u',
  resource,
  unit: resource,
  differences: [],
  guard: {},
});

function snapshotWith(noted: Readonly<Record<string, number>>): NeutronSnapshot {
  const { snapshot } = buildContext({
    networks: [network({ id: 'n', ...revised(3) })],
    ports: [port({ id: 'p', networkId: 'n', deviceOwner: 'network:router_interface', ...revised(5) })],
    securityGroupRules: [securityGroupRule({ id: 'r', securityGroupId: 'g', ...revised(0) })],
  });
  const revisions = Object.entries(noted).map(([name, revisionNumber]) => {
    const [resourceType = '', resourceUuid = ''] = name.split(' ');
    const times = { createdAtMs: undefined, updatedAtMs: undefined };
    return { resourceType, resourceUuid, standardAttrId: 1, revisionNumber, ...times };
  });
  return { ...snapshot, revisions };
}

const isUnfinished = (change: CreateChange | UpdateChange, noted: Readonly<Record<string, number>>): boolean => {
  const snapshot = snapshotWith(noted);
  return unfinished([change], snapshot, resourceFactsOf(snapshot)).has(change);
};

describe('what Neutron is busy with', () => {
  it('is a resource of which it has noted no write, as it does when it takes a rule from OVN before it deletes it', () => {
    assert.equal(isUnfinished(missingAcl, {}), true);
    assert.equal(isUnfinished(missingAcl, { 'security_group_rules r': -1 }), true);
    assert.equal(isUnfinished(missingAcl, { 'security_group_rules r': 0 }), false);
  });

  it('is a resource of which it has noted another revision', () => {
    const change = changedPort({ type: 'ports', id: 'p' });
    assert.equal(isUnfinished(change, { 'ports p': 4 }), true);
    assert.equal(isUnfinished(change, { 'ports p': 5 }), false);
  });

  it('keeps a router port apart from the port that it is too', () => {
    const change = changedPort({ type: 'router_ports', id: 'p' });
    assert.equal(isUnfinished(change, { 'ports p': 5 }), true);
    assert.equal(isUnfinished(change, { 'ports p': 4, 'router_ports p': 5 }), false);
  });

  it('is nothing that has no revision, nor what is gone', () => {
    assert.equal(isUnfinished(changedPort({ type: 'deployment', id: 'neutron_pg_drop' }), {}), false);
    assert.equal(isUnfinished(changedPort({ type: 'ports', id: 'gone' }), {}), false);
  });
});

describe('what is read again before a repair', () => {
  it('is each resource that a row serves, and what the row changes together with', () => {
    const changes = [
      missingAcl,
      changedPort({ type: 'router_ports', id: 'p' }),
      changedPort({ type: 'ports', id: 'q' }),
    ];
    assert.deepEqual(resourcesOf(changes), {
      securityGroupRules: new Set(['r']),
      securityGroups: new Set(['g']),
      ports: new Set(['p', 'q']),
    });
    assert.deepEqual(resourcesOf([changedPort({ type: 'deployment', id: 'x' })]), {});
  });
});

describe('changes between snapshots', () => {
  it('are what was created, changed or deleted', () => {
    const of = (...ports: ReturnType<typeof port>[]) => buildContext({ ports }).snapshot;
    const [a, b, c] = ['a', 'b', 'c'].map((id) => port({ id, networkId: 'n' }));
    assert.ok(a && b && c);
    assert.deepEqual(changesBetween(of(a, b), of(a, b)), {});
    assert.deepEqual(changesBetween(of(a, b), of({ ...a, ...revised(9) }, c)), { ports: new Set(['a', 'c', 'b']) });
  });
});
