import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressGroup, buildContext, revised } from '../testing/build.ts';
import { addressSetRows } from './address-set.ts';

const group = addressGroup({
  id: 'a-b',
  addresses: ['192.0.2.7/32', '2001:db8:1::/48', '203.0.113.0/24'],
  ...revised(3),
});

test('an address group is two address sets, one for each IP version', () => {
  const rows = [...addressSetRows(buildContext({ addressGroups: [group] }))];
  assert.deepEqual(
    rows.map(({ key, cells }) => [key, cells.addresses]),
    [
      ['ag_a_b_ip4', { is: 'exact', value: ['192.0.2.7/32', '203.0.113.0/24'] }],
      ['ag_a_b_ip6', { is: 'exact', value: ['2001:db8:1::/48'] }],
    ],
  );
  for (const { cells } of rows) {
    assert.deepEqual(cells.external_ids, {
      is: 'keys',
      keys: { 'neutron:address_group_id': 'a-b', 'neutron:revision_number': '3' },
    });
  }
});

test('an empty address group has two empty sets', () => {
  const rows = [...addressSetRows(buildContext({ addressGroups: [addressGroup({ id: 'a' })] }))];
  assert.deepEqual(
    rows.map(({ cells }) => cells.addresses),
    [
      { is: 'exact', value: [] },
      { is: 'exact', value: [] },
    ],
  );
});

test('releases before 2024.1 have no address sets, point releases of 2024.1 and 2024.2 may, all since have', () => {
  const presence = (release: '2023.2' | '2024.1' | '2024.2' | '2025.1') =>
    [...addressSetRows(buildContext({ release, addressGroups: [group] }))][0]?.presence;
  assert.equal(presence('2023.2'), undefined);
  assert.equal(presence('2024.1'), 'tolerated');
  assert.equal(presence('2024.2'), 'tolerated');
  assert.equal(presence('2025.1'), 'required');
});

test('an address that is none is told, and the others count', () => {
  const ctx = buildContext({ addressGroups: [addressGroup({ id: 'a', addresses: ['10.0.0.0/8', 'nowhere'] })] });
  const [row] = addressSetRows(ctx);
  assert.deepEqual(row?.cells.addresses, { is: 'exact', value: ['10.0.0.0/8'] });
  assert.match(ctx.faults[0]?.message ?? '', /nowhere/);
});
