import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildContext, securityGroup } from '../testing/build.ts';
import { portGroupRows } from './port-group.ts';

const securityGroups = [securityGroup({ id: 'a-b' })];

test('every security group has a port group that bears its id', () => {
  const row = [...portGroupRows(buildContext({ securityGroups }))].find(({ key }) => key === 'pg_a_b');
  assert.deepEqual(row?.resource, { type: 'security_groups', id: 'a-b' });
  assert.deepEqual(row?.cells.external_ids, { is: 'keys', keys: { 'neutron:security_group_id': 'a-b' } });
  assert.equal(row?.presence, 'required');
});

test('neutron_pg_drop is there without any security group, and with security groups switched off', () => {
  const config = { securityGroup: { enableSecurityGroup: false } };
  const rows = [...portGroupRows(buildContext({ config, securityGroups }))];
  assert.deepEqual(
    rows.map(({ key, presence }) => [key, presence ?? 'required']),
    [
      ['neutron_pg_drop', 'required'],
      ['pg_a_b', 'tolerated'],
    ],
  );
});
