import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpdateChange } from '../diff/change.ts';
import type { OvnRevision } from '../neutron/model/revision.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import { buildContext, revised, securityGroup } from '../translate/testing/build.ts';
import type { Verdict } from './judge.ts';
import { resourceFactsOf } from './resource-facts.ts';
import { findUnnoted } from './unnoted.ts';

const group: ResourceRef = { type: 'security_groups', id: 'g' };

function noted(revisionNumber: number, standardAttrId: number | undefined, id = 'g'): OvnRevision {
  const times = { createdAtMs: undefined, updatedAtMs: undefined };
  return { resourceType: 'security_groups', resourceUuid: id, revisionNumber, standardAttrId, ...times };
}

/** A group of revision 7 with standard attribute 1. */
function find(revisions: readonly OvnRevision[], drift: readonly UpdateChange[] = [], isStill = true) {
  const { snapshot } = buildContext({ securityGroups: [securityGroup({ id: 'g', ...revised(7) })] });
  const verdict = { snapshot: { ...snapshot, revisions }, facts: resourceFactsOf(snapshot), drift, faults: [] };
  return findUnnoted(verdict as unknown as Verdict, () => isStill);
}

const nothing = { written: [], gone: [] };

describe('what is noted as written to OVN', () => {
  it('is raised to what SQL says where OVN holds it', () => {
    const raised = { resourceType: 'security_groups', resourceUuid: 'g', standardAttrId: 1, revision: 7 };
    assert.deepEqual(find([noted(4, 1)]), { written: [raised], gone: [] });
  });

  it('is left alone where it agrees or is ahead', () => {
    assert.deepEqual(find([noted(7, 1)]), nothing);
    assert.deepEqual(find([noted(8, 1)]), nothing);
  });

  it('is left alone while a row of the resource differs, or one that changes together with it', () => {
    const rule: ResourceRef = { type: 'security_group_rules', id: 'r' };
    const row = { action: 'update', table: 'ACL', key: 'k', uuid: 'u', differences: [], guard: {} } as const;
    assert.deepEqual(find([noted(4, 1)], [{ ...row, resource: rule, unit: group }]), nothing);
  });

  it('is left alone while Neutron may be writing', () => {
    assert.deepEqual(find([noted(4, 1), noted(0, undefined, 'gone')], [], false), nothing);
  });

  it('goes with what Neutron has deleted', () => {
    const gone = { resourceType: 'security_groups', resourceUuid: 'gone' };
    assert.deepEqual(find([noted(0, undefined, 'gone')]), { written: [], gone: [gone] });
  });
});
