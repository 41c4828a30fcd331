import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DesiredRow } from '../northbound/desired.ts';
import { OWNED_TABLES } from '../northbound/tables.ts';
import { buildContext } from './testing/build.ts';
import { translate } from './translate.ts';

const row = (key: string): DesiredRow => ({
  table: 'Logical_Switch',
  key,
  resource: { type: 'networks', id: key },
  cells: {},
  listedIn: [],
});

describe('translate', () => {
  it('gives every owned table, empty where nothing is wanted', () => {
    const state = translate(buildContext());
    assert.deepEqual([...state.keys()], [...OWNED_TABLES]);
  });

  it('collects the rows of all sources by table and key', () => {
    const state = translate(buildContext(), [() => [row('a')], () => [row('b')]]);
    assert.deepEqual([...(state.get('Logical_Switch')?.keys() ?? [])], ['a', 'b']);
  });

  it('refuses two rows of one key', () => {
    assert.throws(() => translate(buildContext(), [() => [row('a')], () => [row('a')]]), /two sources want .* a/);
  });
});
