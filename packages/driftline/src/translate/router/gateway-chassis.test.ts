import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Release } from '../../neutron/release-name.ts';
import type { Choice, EmbeddedRow } from '../../northbound/desired.ts';
import { chassis } from '../testing/build.ts';
import { noLoad, observing, routed, rowOf } from '../testing/routed.ts';
import { logicalRouterPortRows } from './logical-router-port.ts';

const gateways = (...names: string[]) => names.map((name) => chassis({ name, physicalNetworks: ['physnet1'] }));

function choiceOf(release: Release, names: readonly string[], outside = 'flat'): Choice<readonly EmbeddedRow[]> {
  const row = rowOf(logicalRouterPortRows(routed({ release, outside, chassis: gateways(...names) })), 'lrp-gateway');
  const cell = row.cells.gateway_chassis;
  assert.ok(cell?.is === 'rows' && 'is' in cell.rows);
  return cell.rows;
}

const on = (...names: string[]): EmbeddedRow[] =>
  names.map((name, at) => ({ name: `lrp-gateway_${name}`, chassis_name: name, priority: names.length - at }));
const accepts = (choice: Choice<readonly EmbeddedRow[]>, found: readonly EmbeddedRow[], row = {}) =>
  choice.accepts(found, row, observing());

test('any order of all the candidates is kept', () => {
  const choice = choiceOf('2026.1', ['a', 'b', 'c']);
  assert.ok(accepts(choice, on('a', 'b', 'c')));
  assert.ok(accepts(choice, on('c', 'a', 'b')));
});

test('five of many are enough, four are not, six are too many', () => {
  const choice = choiceOf('2026.1', ['a', 'b', 'c', 'd', 'e', 'f']);
  assert.ok(accepts(choice, on('f', 'b', 'c', 'd', 'e')));
  assert.ok(!accepts(choice, on('b', 'c', 'd', 'e')));
  assert.ok(!accepts(choice, on('a', 'b', 'c', 'd', 'e', 'f')));
});

test('a chassis that is no gateway any more makes the schedule wrong', () => {
  assert.ok(!accepts(choiceOf('2026.1', ['a', 'b']), on('a', 'b', 'gone')));
  assert.ok(!accepts(choiceOf('2026.1', ['a', 'b']), on('a', 'gone')));
  assert.ok(!accepts(choiceOf('2026.1', ['a', 'b']), []));
});

test('priorities count down to 1 and names say port and chassis', () => {
  const choice = choiceOf('2026.1', ['a', 'b']);
  assert.ok(
    !accepts(
      choice,
      on('a', 'b').map((row) => ({ ...row, priority: 2 })),
    ),
  );
  assert.ok(
    !accepts(
      choice,
      on('a', 'b').map((row) => ({ ...row, priority: Number(row.priority) + 5 })),
    ),
  );
  assert.ok(
    !accepts(
      choice,
      on('a', 'b').map((row) => ({ ...row, name: `lrp-gateway-${row.chassis_name}` })),
    ),
  );
});

test('when no chassis can serve, what is there stays', () => {
  const choice = choiceOf('2026.1', []);
  assert.ok(accepts(choice, on('gone')));
  assert.ok(accepts(choice, []));
  assert.deepEqual(choice.choose({}, observing(), noLoad()), []);
});

test('before 2024.1 a gateway without chassis is put on a placeholder', () => {
  assert.deepEqual(choiceOf('2023.2', []).choose({}, observing(), noLoad()), [
    { name: 'lrp-gateway_neutron-ovn-invalid-chassis', chassis_name: 'neutron-ovn-invalid-chassis', priority: 1 },
  ]);
  assert.ok(!accepts(choiceOf('2023.2', ['a']), on('neutron-ovn-invalid-chassis')));
});

test('a repair keeps the active chassis active', () => {
  const choice = choiceOf('2026.1', ['a', 'b', 'c']);
  const observed = observing({}, { 1: on('x', 'b')[1] ?? {}, 2: { chassis_name: 'gone', priority: 2 } });
  const chosen = choice.choose({ gateway_chassis: ['2', '1'] }, observed, noLoad()) ?? [];
  assert.deepEqual(chosen[0], { name: 'lrp-gateway_b', chassis_name: 'b', priority: 3 });
  assert.deepEqual(chosen.map(({ chassis_name }) => chassis_name).toSorted(), ['a', 'b', 'c']);
  assert.ok(accepts(choice, chosen));
});

test('a port on a tunnelled network is scheduled on no chassis of its own from 2024.1 on', () => {
  const choice = choiceOf('2024.1', ['a'], 'geneve');
  assert.ok(accepts(choice, []));
  assert.deepEqual(choice.choose({}, observing(), noLoad()), []);
  const zed = choiceOf('zed', ['a'], 'geneve');
  assert.deepEqual(zed.choose({}, observing(), noLoad()), on('a'));
});

test('from 2026.2 on there are none, unless the migration has yet to come', () => {
  const choice = choiceOf('2026.2', ['a']);
  assert.ok(accepts(choice, []));
  assert.ok(accepts(choice, on('a')));
  assert.ok(!accepts(choice, on('a'), { ha_chassis_group: ['uuid'] }));
});
