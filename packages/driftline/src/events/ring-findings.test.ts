import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ringTimingsOf } from '../neutron/hash-ring.ts';
import { inspectNeutronRing } from './ring-findings.ts';

const nowMs = 1_000_000_000;
const timings = ringTimingsOf('2025.1');
const node = (hostname: string, ageMs: number) => ({
  nodeUuid: `${hostname} ${ageMs}`,
  groupName: 'mechanism_driver',
  hostname,
  createdAtMs: 0,
  updatedAtMs: nowMs - ageMs,
});
const inspect = (nodes: readonly ReturnType<typeof node>[], workers?: number) =>
  inspectNeutronRing({ nodes, nowMs }, timings, workers).map(({ message: _, ...finding }) => finding);

describe("Neutron's own ring", () => {
  it('is in order while each host has as many living nodes as workers', () => {
    assert.deepEqual(inspect([node('a', 0), node('a', 119_000), node('b', 5)], 2), []);
  });

  it('is empty when nobody lives, with dead rows or without', () => {
    assert.deepEqual(inspectNeutronRing({ nodes: [], nowMs: undefined }, timings, 2).length, 1);
    assert.deepEqual(inspect([node('a', 121_000)]), [{ kind: 'empty' }, { kind: 'stale', hostname: 'a', nodes: 1 }]);
  });

  it('has a ghost where a host has more living nodes than workers', () => {
    const nodes = [node('a', 0), node('a', 1), node('a', 2), node('b', 0)];
    assert.deepEqual(inspect(nodes, 2), [{ kind: 'more-nodes-than-workers', hostname: 'a', nodes: 3, workers: 2 }]);
    assert.deepEqual(inspect(nodes), [], 'nobody says how many workers there are');
  });

  it('has dead rows told apart from living ones', () => {
    assert.deepEqual(inspect([node('a', 0), node('a', 200_000), node('b', 1)], 5), [
      { kind: 'stale', hostname: 'a', nodes: 1 },
    ]);
  });
});
