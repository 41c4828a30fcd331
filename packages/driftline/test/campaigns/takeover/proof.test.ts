import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  findInterleavedJournals,
  findInterleavings,
  findRepeated,
  findUnrecorded,
  type JournalLine,
  writesOf,
} from './proof.ts';
import type { LogEntry } from './record.ts';

const moment = (atMs: number): string => new Date(atMs).toISOString();

/** A record of transactions: who, since when it has the lock, when it wrote. */
type Line = readonly [who: string, sinceMs: number, atMs: number];

const recordOf = (...lines: readonly Line[]): readonly LogEntry[] =>
  lines.map(([who, sinceMs, atMs], index) => ({
    index,
    term: 1,
    atMs,
    comment: `${who} since ${moment(sinceMs)}: ports p${index}`,
    tables: { Logical_Switch_Port: { [`u${index}`]: { enabled: true } } },
  }));

const interleavings = (...lines: readonly Line[]) => findInterleavings(writesOf(recordOf(...lines)));

const A = 'driftline host:1';
const B = 'driftline host:2';
const N = 'neutron host:3';

describe('the proof by the servers’ record', () => {
  it('holds where each tenure is over before the next one writes', () => {
    assert.deepEqual(interleavings([A, 0, 10], [A, 0, 20], [N, 30, 40], [B, 50, 60], [A, 70, 80]), []);
  });

  it('fails for a worker that writes after the next one has', () => {
    const [found = ''] = interleavings([A, 0, 10], [B, 20, 30], [A, 0, 40]);
    assert.match(
      found,
      /^driftline host:1 since 1970-01-01T00:00:00.000Z wrote #2 \(ports p2\) after driftline host:2/,
    );
  });

  it('fails for two workers that write in turns, and for Neutron’s as for ours', () => {
    assert.equal(interleavings([A, 0, 10], [B, 5, 20], [A, 0, 30], [B, 5, 40]).length > 1, true);
    assert.notDeepEqual(interleavings([N, 0, 10], [B, 5, 20], [N, 0, 30]), []);
  });

  it('fails for a write of a moment at which the next one had the lock but had not yet written', () => {
    const [found = ''] = interleavings([A, 0, 10], [A, 0, 25], [B, 20, 30]);
    assert.match(found, /wrote #1 \(ports p1\) 5 ms after driftline host:2 since .* began$/);
  });

  it('holds for a worker that lost the lock and got it again', () => {
    assert.deepEqual(interleavings([A, 0, 10], [B, 20, 30], [A, 35, 40]), []);
  });

  it('looks at no transaction of anybody else', () => {
    const operator: LogEntry = { index: 9, term: 1, atMs: 15, comment: 'operator: damage 1', tables: {} };
    assert.deepEqual(writesOf([operator]), []);
  });
});

const line = (daemon: string, startedAtMs: number, more: Partial<JournalLine> = {}): JournalLine => ({
  daemon,
  unit: 'ports p0',
  state: 'applied',
  startedAtMs,
  endedAtMs: startedAtMs + 5,
  ...more,
});

describe('the proof by the journals', () => {
  it('fails for daemons that take turns without a loss of the lock', () => {
    assert.equal(findInterleavedJournals([line('a', 10), line('b', 20), line('a', 30)], new Map()).length, 1);
  });

  it('holds where the lock was lost in between, and for what was not applied', () => {
    const losses = new Map([['a', [15]]]);
    assert.deepEqual(findInterleavedJournals([line('a', 30), line('b', 20), line('a', 10)], losses), []);
    const refused = line('a', 30, { state: 'refused' });
    assert.deepEqual(findInterleavedJournals([line('a', 10), line('b', 20), refused], new Map()), []);
  });
});

describe('the journals against the record', () => {
  const daemonOf = (writer: string) => (writer === A ? 'a' : writer === B ? 'b' : undefined);
  const writes = writesOf(recordOf([A, 0, 12]));

  it('agree where each applied transaction is there, and none beside', () => {
    assert.deepEqual(findUnrecorded([line('a', 10)], writes, daemonOf), []);
    assert.deepEqual(findUnrecorded([line('a', 10, { state: 'unknown' })], writes, daemonOf), []);
    assert.deepEqual(findUnrecorded([line('a', 10, { state: 'pending', endedAtMs: undefined })], writes, daemonOf), []);
  });

  it('differ where a transaction was lost', () => {
    assert.match(findUnrecorded([line('a', 10), line('b', 10)], writes, daemonOf).join(), /^b says that it applied/);
  });

  it('differ where a transaction was committed that the journal has as refused, or not at all', () => {
    assert.match(findUnrecorded([line('a', 10, { state: 'refused' })], writes, daemonOf).join(), /is in no journal/);
    assert.match(findUnrecorded([], writes, daemonOf).join(), /^#0 of a \(ports p0\) is in no journal as written$/);
  });
});

describe('a transaction that is applied twice', () => {
  const [first, second] = recordOf([A, 0, 10], [B, 20, 30]);
  assert.ok(first !== undefined && second !== undefined);
  const again: LogEntry = { ...second, tables: first.tables };

  it('is seen, whoever applied it', () => {
    assert.deepEqual(findRepeated([first, again]), [`#1 repeats #0: ${again.comment}`]);
  });

  it('is none where somebody has broken the row in between', () => {
    const harm: LogEntry = {
      index: 0,
      term: 1,
      atMs: 15,
      comment: 'operator: damage 1',
      tables: { Logical_Switch_Port: { u0: { enabled: false } } },
    };
    assert.deepEqual(findRepeated([first, harm, again]), []);
  });
});
