import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Change } from '../diff/change.ts';
import type { OvnRevision } from '../neutron/model/revision.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import type { TranslationFault } from '../translate/faults.ts';
import { buildContext, revised, securityGroup } from '../translate/testing/build.ts';
import { type Compared, reportConsistency } from './report.ts';
import { findUnnoted } from './unnoted.ts';

const group: ResourceRef = { type: 'security_groups', id: 'g' };

function noted(revisionNumber: number, standardAttrId: number | undefined, id = 'g'): OvnRevision {
  const times = { createdAtMs: undefined, updatedAtMs: undefined };
  return { resourceType: 'security_groups', resourceUuid: id, revisionNumber, standardAttrId, ...times };
}

interface Found {
  readonly drift?: readonly Change[];
  readonly faults?: readonly TranslationFault[];
  readonly isStill?: boolean;
}

/** A group of revision 7 with standard attribute 1. */
function find(revisions: readonly OvnRevision[], { drift = [], faults = [], isStill = true }: Found = {}) {
  const { snapshot } = buildContext({ securityGroups: [securityGroup({ id: 'g', ...revised(7) })] });
  const compared = {
    snapshot: { ...snapshot, readAtMs: Date.now(), revisions },
    desired: new Map(),
    pairing: { pairs: new Map() },
    drift,
    faults,
  };
  return findUnnoted(reportConsistency(compared as unknown as Compared), () => isStill);
}

const nothing = { written: [], gone: [] };
const raised = { resourceType: 'security_groups', resourceUuid: 'g', standardAttrId: 1, revision: 7 };

describe('what is noted as written to OVN', () => {
  it('is raised to what SQL says where OVN holds it', () => {
    assert.deepEqual(find([noted(4, 1)]), { written: [raised], gone: [] });
    assert.deepEqual(find([noted(-1, 1)]), { written: [raised], gone: [] });
  });

  it('is written anew where the note is lost, or is that of nothing', () => {
    assert.deepEqual(find([]), { written: [raised], gone: [] });
    assert.deepEqual(find([noted(7, undefined)]), { written: [raised], gone: [] });
    assert.deepEqual(find([noted(7, 2)]), { written: [raised], gone: [] });
  });

  it('is left alone where it agrees or is ahead', () => {
    assert.deepEqual(find([noted(7, 1)]), nothing);
    assert.deepEqual(find([noted(8, 1)]), nothing);
  });

  it('is left alone while a row of the resource differs, or one that changes together with it', () => {
    const rule: ResourceRef = { type: 'security_group_rules', id: 'r' };
    const difference = { column: 'match', reason: 'different', found: 'a', wanted: 'b' } as const;
    const row = { action: 'update', table: 'ACL', key: 'k', uuid: 'u', differences: [difference], guard: {} } as const;
    assert.deepEqual(find([noted(4, 1)], { drift: [{ ...row, resource: rule, unit: group }] }), nothing);
  });

  it('is left alone where SQL does not add up', () => {
    assert.deepEqual(find([noted(4, 1)], { faults: [{ resource: group, message: '' }] }), nothing);
  });

  it('is left alone while Neutron may be writing', () => {
    assert.deepEqual(find([noted(4, 1), noted(0, undefined, 'gone')], { isStill: false }), nothing);
  });

  it('goes with what Neutron has deleted, when OVN has nothing of it', () => {
    const revisions = [noted(7, 1), noted(0, undefined, 'gone')];
    const gone = { resourceType: 'security_groups', resourceUuid: 'gone', lost: 'resource', untouchedForS: 60 };
    assert.deepEqual(find(revisions), { written: [], gone: [gone] });
    const left: Change = {
      action: 'delete',
      reason: 'orphan',
      table: 'Port_Group',
      key: 'k',
      uuid: 'u',
      resource: { type: 'security_groups', id: 'gone' },
      unit: { type: 'security_groups', id: 'gone' },
      proof: '',
      listedIn: [],
      before: {},
    };
    assert.deepEqual(find(revisions, { drift: [left] }), nothing);
  });
});
