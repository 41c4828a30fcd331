import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { featuresOf } from '../neutron/features.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import { type DesiredRow, exact, keys } from '../northbound/desired.ts';
import { Claims, type NorthboundRow, type OwnedRows, type RowOwner, viewOf } from '../northbound/owners.ts';
import type { UpdateChange } from './change.ts';
import { diff } from './diff.ts';
import { desiredOf, map, observedOf, someTime, sourceOf, type Tables, uuid } from './testing/northbound.ts';

const networkId = uuid(1);
const switchName = `neutron-${networkId}`;
const theSwitch: DesiredRow = {
  table: 'Logical_Switch',
  key: switchName,
  resource: { type: 'networks', id: networkId },
  cells: { name: exact(switchName), external_ids: keys({ 'neutron:network_name': 'n1' }) },
  listedIn: [],
};
const switchRow = { name: switchName, external_ids: map({ 'neutron:network_name': 'n1' }), load_balancer: [] };
const balancer = {
  _uuid: uuid(201),
  name: 'lb',
  external_ids: map({ owner: 'theirs', old: '1' }),
  vips: map({}),
};
const tables: Tables = { Logical_Switch: [{ _uuid: uuid(101), ...switchRow }], Load_Balancer: [balancer] };

const theirs = ({ external_ids }: NorthboundRow): string | undefined =>
  external_ids instanceof Map && external_ids.get('owner') === 'theirs' ? 'external_ids:owner' : undefined;
const ownerOf = (rules: Partial<OwnedRows>, name = 'them'): RowOwner => ({
  name,
  rows: [{ table: 'Load_Balancer', claim: theirs, ...rules }],
});
const inSwitch = { table: 'Logical_Switch', column: 'load_balancer', key: switchName } as const;

function judge(owners: readonly RowOwner[], observed: Tables = tables, ...wanted: readonly DesiredRow[]) {
  const claims = new Claims(owners, viewOf({} as NeutronSnapshot, sourceOf(observed)));
  const found = diff(desiredOf(...(wanted.length === 0 ? [theSwitch] : wanted)), observedOf(observed), {
    hasColumn: () => true,
    features: featuresOf('2026.1'),
    times: someTime,
    claims,
  });
  return { ...found, faults: claims.faults };
}

describe('owners beside Neutron', () => {
  it('have their rows counted as theirs, neither as foreign nor in doubt', () => {
    const without = judge([]);
    assert.deepEqual([without.foreignRows, without.doubts.length, without.claimed.length], [1, 1, 0]);
    const { foreignRows, doubts, claimed, drift } = judge([ownerOf({})]);
    assert.deepEqual([foreignRows, doubts, drift], [0, [], []]);
    assert.deepEqual(
      claimed.map(({ row, claim }) => [row.uuid, claim.owner.name, claim.proof]),
      [[uuid(201), 'them', 'external_ids:owner']],
    );
  });

  it('keep from deletion what is provably Neutron’s, and people are told', () => {
    const forwarding = {
      _uuid: uuid(202),
      name: 'pf',
      external_ids: map({ 'neutron:device_owner': 'port_forwarding_plugin', owner: 'theirs' }),
    };
    const both = { ...tables, Load_Balancer: [forwarding] };
    assert.deepEqual(
      judge([], both).drift.map(({ action }) => action),
      ['delete'],
    );
    const { drift, doubts } = judge([ownerOf({})], both);
    assert.deepEqual(drift, []);
    assert.match(doubts[0]?.why ?? '', /them claims it/);
  });

  it('are never asked of what Neutron wants', () => {
    const asked: string[] = [];
    const everything = { table: 'Logical_Switch', claim: (row: NorthboundRow) => void asked.push(row._uuid) } as const;
    judge([{ name: 'them', rows: [everything as unknown as OwnedRows] }]);
    assert.deepEqual(asked, []);
  });

  it('the first of two that claim a row has it', () => {
    const { claimed } = judge([ownerOf({}, 'one'), ownerOf({}, 'two')]);
    assert.deepEqual(
      claimed.map(({ claim }) => claim.owner.name),
      ['one'],
    );
  });

  it('get back a listing that a row of Neutron’s lost', () => {
    const owner = ownerOf({ wants: () => ({ listedIn: [inSwitch] }) });
    const [change, ...others] = judge([owner]).drift as UpdateChange[];
    assert.deepEqual(others, []);
    assert.equal(change?.owner, 'them');
    assert.deepEqual(change?.differences, [
      {
        column: 'Logical_Switch.load_balancer',
        reason: 'unlisted',
        found: null,
        wanted: switchName,
        write: { op: 'list', in: inSwitch },
      },
    ]);
    const listed = { ...tables, Logical_Switch: [{ _uuid: uuid(101), ...switchRow, load_balancer: [uuid(201)] }] };
    assert.deepEqual(judge([owner], listed).drift, []);
  });

  it('get it in the transaction that creates the row anew', () => {
    const owner = ownerOf({ wants: () => ({ listedIn: [inSwitch] }) });
    const { drift } = judge([owner], { Load_Balancer: [balancer] });
    assert.deepEqual(
      drift.map(({ action, unit }) => [action, unit]),
      [
        ['create', { type: 'networks', id: networkId }],
        ['update', { type: 'networks', id: networkId }],
      ],
    );
  });

  it('get no listing in what Neutron does not want', () => {
    const elsewhere = { ...inSwitch, key: 'neutron-gone' };
    assert.deepEqual(judge([ownerOf({ wants: () => ({ listedIn: [elsewhere] }) })]).drift, []);
  });

  it('have single keys of their maps mended, and what is history told apart', () => {
    const { drift, backfill } = judge([
      ownerOf({
        wants: () => ({
          keys: [
            { column: 'external_ids', key: 'new', value: 'x' },
            { column: 'external_ids', key: 'owner', value: 'theirs' },
            { column: 'external_ids', key: 'old', value: null, isHistory: true },
          ],
        }),
      }),
    ]);
    const written = (changes: typeof drift) =>
      changes.flatMap((change) => (change as UpdateChange).differences.map(({ write }) => write));
    assert.deepEqual(written(drift), [{ op: 'put', key: 'new', value: 'x' }]);
    assert.deepEqual(written(backfill), [{ op: 'drop', key: 'old' }]);
    assert.deepEqual(Object.keys((drift[0] as UpdateChange).guard), ['external_ids']);
  });

  it('lose a row only by their own proof, which is told', () => {
    const [change] = judge([ownerOf({ orphan: () => 'nobody needs it' })]).drift;
    assert.ok(change?.action === 'delete');
    assert.equal(change.proof, 'external_ids:owner; nobody needs it');
  });

  it('harm nobody when they throw or answer nonsense', () => {
    const broken: readonly [Partial<OwnedRows>, RegExp][] = [
      [{ claim: () => assert.fail('no claim') }, /no claim/],
      [{ claim: () => 7 as unknown as string }, /a value of type number/],
      [{ wants: () => assert.fail('no wants') }, /no wants/],
      [{ wants: () => ({ listedIn: [{ ...inSwitch, column: 'ports' }] }) }, /Logical_Switch\.ports is no column/],
      [{ wants: () => ({ keys: [{ column: 'name', key: 'a', value: 'b' }] }) }, /Load_Balancer\.name is no map/],
      [{ orphan: () => assert.fail('no orphan') }, /no orphan/],
      [{ claim: (async () => assert.fail('later')) as unknown as OwnedRows['claim'] }, /it answered a promise/],
      [{ wants: (async () => assert.fail('later')) as unknown as NonNullable<OwnedRows['wants']> }, /a promise/],
      [{ wants: () => ({ listedin: [inSwitch] }) as object }, /it answered listedin, and only listedIn and keys/],
      [{ wants: () => ({ listedIn: [{ ...inSwitch, key: undefined as unknown as string }] }) }, /all texts/],
      [{ wants: () => ({ keys: [{ column: 'options', key: 'a', value: 1 as unknown as string }] }) }, /and null for/],
    ];
    for (const [rules, why] of broken) {
      const { drift, faults } = judge([ownerOf(rules)]);
      assert.deepEqual(drift, []);
      assert.equal(faults.length, 1);
      assert.match(faults[0]?.message ?? '', why);
      assert.equal(faults[0]?.rows, 1);
    }
  });

  it('a row is not deleted as Neutron’s while its owner can’t say', () => {
    const forwarding = {
      _uuid: uuid(202),
      name: 'pf',
      external_ids: map({ 'neutron:device_owner': 'port_forwarding_plugin' }),
    };
    const { drift, doubts } = judge([ownerOf({ claim: () => assert.fail('broken') })], {
      ...tables,
      Load_Balancer: [forwarding],
    });
    assert.deepEqual(drift, []);
    assert.match(doubts[0]?.why ?? '', /them, which may own it, could not say/);
  });
});
