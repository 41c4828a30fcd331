import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkLog } from '../../neutron/model/security.ts';
import type { Release } from '../../neutron/release-name.ts';
import type { Cell, ObservedLookup } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { buildContext, networkLog, port } from '../testing/build.ts';
import { logCells, logCovers } from './acl-log.ts';

type LogColumn = 'log' | 'name' | 'severity' | 'meter' | 'label' | 'options';
type State = Partial<Record<LogColumn, unknown>>;

const observed: ObservedLookup = { row: () => undefined, rowAt: () => undefined };
const load = { count: () => 0, total: () => 0, add: () => undefined };

const claimedBy = (id: string, change: State = {}): State => ({
  log: true,
  name: `neutron-${id}`,
  severity: 'info',
  meter: 'acl_log_meter',
  label: 7,
  options: new Map([['log-related', 'true']]),
  ...change,
});
const unclaimed = (change: State = {}): State => ({
  log: false,
  name: undefined,
  severity: undefined,
  meter: undefined,
  label: 0,
  options: new Map(),
  ...change,
});

/** The columns in which a row is wrong. */
function wrong(cells: Readonly<Record<string, Cell>>, row: State): string[] {
  const isRight = (column: LogColumn): boolean => {
    const cell = cells[column];
    const found = row[column] as never;
    switch (cell?.is) {
      case 'exact':
      case 'dated':
        return cell.value === found;
      case 'choice':
        return cell.accepts(found, row, observed);
      case 'keys': {
        const want = cell.keys['log-related'];
        const value = (row.options as Map<string, string>).get('log-related');
        if (typeof want !== 'object') return value === want;
        return want.is === 'choice' ? want.accepts(value, row, observed) : value === undefined;
      }
      default:
        return false;
    }
  };
  return (['log', 'name', 'severity', 'meter', 'label', 'options'] as const).filter((column) => !isRight(column));
}

/** What a row that is made anew gets. */
function made(cells: Readonly<Record<string, Cell>>): State {
  const row: State = {};
  for (const [column, cell] of Object.entries(cells)) {
    if (cell.is === 'exact' || cell.is === 'dated') row[column as LogColumn] = cell.value;
    else if (cell.is === 'choice') row[column as LogColumn] = cell.choose({}, observed, load);
    else if (cell.is === 'keys') {
      const want = cell.keys['log-related'];
      const value = typeof want === 'object' && want.is === 'choice' ? want.choose({}, observed, load) : undefined;
      row.options = new Map(value === undefined ? [] : [['log-related', value]]);
    }
  }
  return row;
}

interface Case {
  readonly release?: Release;
  readonly isStateless?: boolean;
  readonly isLogDrop?: boolean;
}

const contextOf = (logs: readonly NetworkLog[], release: Release = '2026.2'): TranslationContext =>
  buildContext({
    release,
    networkLogs: logs,
    ports: [port({ id: 'p', networkId: 'n', securityGroupIds: ['g'] })],
  });

function ruleCells(logs: readonly NetworkLog[], { release, isStateless = false }: Case = {}) {
  const ctx = contextOf(logs, release);
  return logCells(ctx, logCovers(ctx).ofGroup('g'), { isStateless, key: 'k' });
}

function dropCells(logs: readonly NetworkLog[], release?: Release) {
  const ctx = contextOf(logs, release);
  return logCells(ctx, logCovers(ctx).dropGroup, { isStateless: false, key: 'k' });
}

test('an ACL that no log covers is not logged, and bears no trace of a log', () => {
  const cells = ruleCells([networkLog({ id: 'other', resourceId: 'h' })]);
  assert.deepEqual(wrong(cells, unclaimed()), []);
  assert.deepEqual(wrong(cells, claimedBy('other')), ['log', 'name', 'severity', 'meter', 'label', 'options']);
});

test('an enabled log of all events or of accepts logs the ACLs of its group', () => {
  for (const event of ['ALL', 'ACCEPT']) {
    const cells = ruleCells([networkLog({ id: 'a', resourceId: 'g', event })]);
    assert.deepEqual(wrong(cells, claimedBy('a')), []);
    assert.deepEqual(wrong(cells, claimedBy('b')), ['name']);
    assert.deepEqual(wrong(cells, unclaimed()), ['log', 'name', 'severity', 'meter']);
  }
});

test("a log of drops does not claim the ACLs of a group's rules", () => {
  assert.deepEqual(wrong(ruleCells([networkLog({ id: 'a', resourceId: 'g', event: 'DROP' })]), unclaimed()), []);
});

test('a log of a port covers the groups of the port, and a log of nothing in particular all groups', () => {
  assert.deepEqual(wrong(ruleCells([networkLog({ id: 'a', targetId: 'p' })]), claimedBy('a')), []);
  assert.deepEqual(wrong(ruleCells([networkLog({ id: 'a' })]), claimedBy('a')), []);
});

test('of several enabled logs any may have the ACL', () => {
  const logs = [networkLog({ id: 'a', resourceId: 'g' }), networkLog({ id: 'b' })];
  const cells = ruleCells(logs);
  assert.deepEqual(wrong(cells, claimedBy('a')), []);
  assert.deepEqual(wrong(cells, claimedBy('b')), []);
  assert.deepEqual(wrong(cells, claimedBy('c')), ['name']);
  assert.equal(made(cells).name, 'neutron-a');
});

test('a disabled log may keep its claim without logging, but not against an enabled one', () => {
  const disabled = networkLog({ id: 'a', resourceId: 'g', enabled: false });
  const alone = ruleCells([disabled]);
  assert.deepEqual(wrong(alone, unclaimed()), []);
  assert.deepEqual(wrong(alone, claimedBy('a', { log: false })), []);
  assert.deepEqual(wrong(alone, claimedBy('a')), ['log']);
  assert.deepEqual(wrong(alone, claimedBy('a', { log: false, severity: undefined })), ['severity']);
  assert.deepEqual(wrong(alone, unclaimed({ meter: 'acl_log_meter' })), ['meter']);
  assert.deepEqual(made(alone), unclaimed());

  const both = ruleCells([disabled, networkLog({ id: 'b', resourceId: 'g' })]);
  assert.deepEqual(wrong(both, claimedBy('a', { log: false })), ['log', 'name']);
  assert.deepEqual(wrong(both, claimedBy('b')), []);
});

test('label and options come together; claims from before 2023.1 have neither', () => {
  const cells = ruleCells([networkLog({ id: 'a', resourceId: 'g' })]);
  assert.deepEqual(wrong(cells, claimedBy('a', { label: 0, options: new Map() })), []);
  assert.deepEqual(wrong(cells, claimedBy('a', { label: 0 })), ['label']);
  assert.deepEqual(wrong(cells, claimedBy('a', { options: new Map() })), ['options']);
  assert.deepEqual(wrong(cells, claimedBy('a', { options: new Map([['log-related', 'maybe']]) })), ['options']);
  assert.deepEqual(wrong(cells, claimedBy('a', { label: 2 ** 32 })), ['label']);
});

test('a made ACL gets a label, the same each time, and is right', () => {
  const cells = ruleCells([networkLog({ id: 'a', resourceId: 'g' })]);
  const row = made(cells);
  assert.deepEqual(wrong(cells, row), []);
  assert.ok(Number(row.label) > 0);
  assert.equal(made(cells).label, row.label);
});

test('ACLs of stateless groups have a meter of their own since 2023.2; before, both are seen', () => {
  const logs = [networkLog({ id: 'a', resourceId: 'g' })];
  const stateless = { meter: 'acl_log_meter_stateless' };
  assert.deepEqual(ruleCells(logs, { isStateless: true }).meter, {
    is: 'dated',
    feature: 'statelessMeter',
    value: 'acl_log_meter_stateless',
    before: ['acl_log_meter'],
  });
  const older = ruleCells(logs, { isStateless: true, release: '2023.1' });
  assert.deepEqual(wrong(older, claimedBy('a')), []);
  assert.deepEqual(wrong(older, claimedBy('a', stateless)), []);
  assert.deepEqual(wrong(older, claimedBy('a', { meter: 'mine' })), ['meter']);
  assert.deepEqual(wrong(ruleCells(logs), claimedBy('a', stateless)), ['meter']);
});

test('before 2026.2 every log of drops may have the common drop ACLs', () => {
  const logs = [networkLog({ id: 'a', resourceId: 'g' }), networkLog({ id: 'b', event: 'DROP' })];
  const cells = dropCells(logs, '2026.1');
  assert.deepEqual(wrong(cells, claimedBy('a')), []);
  assert.deepEqual(wrong(cells, claimedBy('b')), []);
  assert.deepEqual(wrong(dropCells([networkLog({ id: 'c', event: 'ACCEPT' })], '2026.1'), unclaimed()), []);
});

test("since 2026.2 only logs of everything claim them, and a group's log may keep an older claim", () => {
  const ofGroup = networkLog({ id: 'a', resourceId: 'g' });
  const alone = dropCells([ofGroup]);
  assert.deepEqual(wrong(alone, unclaimed()), []);
  assert.deepEqual(wrong(alone, claimedBy('a')), []);
  assert.deepEqual(made(alone), unclaimed());
  const both = dropCells([ofGroup, networkLog({ id: 'b', event: 'DROP' })]);
  assert.deepEqual(wrong(both, claimedBy('a')), []);
  assert.deepEqual(wrong(both, claimedBy('b')), []);
  assert.equal(made(both).name, 'neutron-b');
  assert.deepEqual(wrong(both, unclaimed()), ['log', 'name', 'severity', 'meter']);
});

test("a log's own drop ACL begins with the common meter and without a label", () => {
  const logs = [networkLog({ id: 'a', resourceId: 'g' })];
  const ctx = contextOf(logs);
  const cover = logCovers(ctx).dropsOfGroup('g');
  assert.ok(cover);
  const cells = logCells(ctx, cover, { isStateless: true, isLogDrop: true, key: 'k' });
  assert.deepEqual(wrong(cells, claimedBy('a', { label: 0, options: new Map() })), []);
  assert.deepEqual(wrong(cells, claimedBy('a', { meter: 'acl_log_meter_stateless' })), []);
});

test('logs of other resource types are of no concern to ACLs', () => {
  assert.deepEqual(wrong(ruleCells([networkLog({ id: 'a', resourceType: 'snat' })]), unclaimed()), []);
});
