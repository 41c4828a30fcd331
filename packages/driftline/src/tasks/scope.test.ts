import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Change, CreateChange, DeleteChange, Difference, UpdateChange } from '../diff/change.ts';
import type { Verdict } from '../reconcile/judge.ts';
import { changesInScope, type Scope } from './scope.ts';

const port = { type: 'ports', id: 'p' } as const;
const row = { table: 'Logical_Switch_Port', resource: port, unit: port } as const;
const difference = (column: string, key?: string): Difference => ({
  column,
  reason: 'different',
  found: 'a',
  wanted: 'b',
  ...(key === undefined ? {} : { key }),
});
const update: UpdateChange = {
  ...row,
  action: 'update',
  key: 'p',
  uuid: 'u',
  differences: [difference('type'), difference('options', 'x'), difference('options', 'y'), difference('addresses')],
  guard: { type: '', options: { map: [['x', 'a']] }, addresses: [] },
};
const create: CreateChange = {
  ...row,
  action: 'create',
  reason: 'missing',
  key: 'new',
  values: { type: { is: 'value', value: 'virtual' }, external_ids: { is: 'map', entries: { k: 'v' } } },
  listedIn: [],
};
const remove: DeleteChange = {
  ...row,
  action: 'delete',
  reason: 'orphan',
  key: 'old',
  uuid: 'v',
  proof: 'its name',
  listedIn: [],
  before: { type: 'localnet', external_ids: { map: [['k', 'v']] } },
};

/** A verdict with as much as a scope looks at. */
const verdictOf = (drift: readonly Change[], backfill: readonly Change[] = []): Verdict =>
  ({
    drift,
    backfill,
    snapshot: { ports: new Map() },
    observed: { byUuid: (uuid: string) => ({ cells: uuid === 'u' ? { type: 'router' } : {} }) },
  }) as unknown as Verdict;

const inScope = (scope: Scope, ...drift: readonly Change[]) => changesInScope(verdictOf(drift), scope).drift;
const all = [create, update, remove];

describe('a scope', () => {
  it('of everything changes nothing', () => {
    const verdict = verdictOf(all, [update]);
    assert.equal(changesInScope(verdict, 'everything'), verdict);
  });

  it('of nothing, and of another table, has nothing', () => {
    assert.deepEqual(inScope([], ...all), []);
    assert.deepEqual(inScope([{ table: 'ACL' }], ...all), []);
  });

  it('of rows has them whole, to create and delete too', () => {
    assert.deepEqual(inScope([{ table: 'Logical_Switch_Port' }], ...all), all);
    assert.deepEqual(inScope([{ table: 'Logical_Switch_Port', actions: ['delete'] }], ...all), [remove]);
  });

  it('of a column has its differences alone, guards nothing else, and neither creates nor deletes', () => {
    assert.deepEqual(inScope([{ table: 'Logical_Switch_Port', column: 'addresses' }], ...all), [
      { ...update, differences: [difference('addresses')], guard: { addresses: [] } },
    ]);
  });

  it('of map keys leaves the other keys out', () => {
    const [cut] = inScope([{ table: 'Logical_Switch_Port', column: 'options', keys: ['y', 'z'] }], update);
    assert.ok(cut?.action === 'update');
    assert.deepEqual(cut.differences, [difference('options', 'y')]);
    assert.deepEqual(inScope([{ table: 'Logical_Switch_Port', column: 'options', keys: ['z'] }], update), []);
  });

  it('of several parts has what any of them covers', () => {
    const [cut] = inScope(
      [
        { table: 'Logical_Switch_Port', column: 'type' },
        { table: 'Logical_Switch_Port', column: 'options', keys: ['x'] },
      ],
      update,
    );
    assert.ok(cut?.action === 'update');
    assert.deepEqual(cut.differences, [difference('type'), difference('options', 'x')]);
  });

  it('asks of a row what it is, what it will be or what it was', () => {
    const typeIs = (type: string): Scope => [
      { table: 'Logical_Switch_Port', isAbout: ({ cells }) => cells.type === type },
    ];
    assert.deepEqual(inScope(typeIs('router'), ...all), [update]);
    assert.deepEqual(inScope(typeIs('virtual'), ...all), [create]);
    assert.deepEqual(inScope(typeIs('localnet'), ...all), [remove]);
    const isMarked: Scope = [
      {
        table: 'Logical_Switch_Port',
        isAbout: ({ cells }) => cells.external_ids instanceof Map && cells.external_ids.get('k') === 'v',
      },
    ];
    assert.deepEqual(inScope(isMarked, ...all), [create, remove]);
  });

  it('is about drift and back-fill, and keeps them apart', () => {
    const { drift, backfill } = changesInScope(verdictOf([create], [remove]), [{ table: 'Logical_Switch_Port' }]);
    assert.deepEqual([drift, backfill], [[create], [remove]]);
  });
});
