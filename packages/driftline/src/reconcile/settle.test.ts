import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Change, CreateChange, UpdateChange } from '../diff/change.ts';
import { everything, select } from './select.ts';
import { inBoth } from './settle.ts';

const port = { type: 'ports', id: 'p' } as const;
const group = { type: 'security_groups', id: 'g' } as const;
const create: CreateChange = {
  action: 'create',
  reason: 'missing',
  table: 'ACL',
  key: 'k',
  resource: { type: 'security_group_rules', id: 'r' },
  unit: group,
  values: {},
  listedIn: [],
};
const update = (...wanted: string[]): UpdateChange => ({
  action: 'update',
  table: 'Logical_Switch_Port',
  key: 'p',
  uuid: 'u',
  resource: port,
  unit: port,
  differences: wanted.map((value, index) => ({ column: `c${index}`, reason: 'different', found: 'x', wanted: value })),
  guard: {},
});

describe('two looks', () => {
  it('keep what both saw, as the second saw it', () => {
    assert.deepEqual(inBoth([create, update('a')], [create, update('a')]), [create, update('a')]);
  });

  it('drop what only one of them saw: it was being written', () => {
    assert.deepEqual(inBoth([create], []), []);
    assert.deepEqual(inBoth([], [create]), []);
  });

  it('drop a difference whose wanted value moved on between them', () => {
    assert.deepEqual(inBoth([update('a')], [update('b')]), []);
    assert.deepEqual(inBoth([update('a')], [update('a', 'b')]), [update('a')]);
  });
});

describe('a selection', () => {
  const changes: readonly Change[] = [create, update('a')];
  const of = (part: Partial<typeof everything>) =>
    select(changes, { ...everything, ...part }, ({ id }) => (id === 'p' ? 'mine' : undefined));

  it('of nothing in particular is everything', () => {
    assert.deepEqual(of({}), changes);
  });

  it('finds a row by its resource, by what it changes together with, by its uuid, table or project', () => {
    assert.deepEqual(of({ uuids: ['r'] }), [create]);
    assert.deepEqual(of({ uuids: ['g'] }), [create]);
    assert.deepEqual(of({ types: ['security_groups'] }), [create]);
    assert.deepEqual(of({ uuids: ['u'] }), [update('a')]);
    assert.deepEqual(of({ tables: ['ACL'] }), [create]);
    assert.deepEqual(of({ projects: ['mine'] }), [update('a')]);
  });

  it('narrows with every word', () => {
    assert.deepEqual(of({ tables: ['ACL'], projects: ['mine'] }), []);
  });
});
