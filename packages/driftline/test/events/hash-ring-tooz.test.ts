import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { HashRing } from '../../src/events/hash-ring.ts';

interface Case {
  readonly nodes: readonly string[];
  readonly keys: readonly string[];
}

/** What Neutron asks of tooz, with the tooz that Debian installs beside it. */
function ownersByTooz(cases: readonly Case[]): (string | null)[][] {
  const script = `
import json, sys
from tooz import hashring
answers = []
for case in json.load(sys.stdin):
    ring = hashring.HashRing(set(case['nodes']))
    answers.append([ring[key.encode('utf-8')].pop() if case['nodes'] else None for key in case['keys']])
json.dump(answers, sys.stdout)
`;
  const output = execFileSync('/usr/bin/python3', ['-c', script], {
    input: JSON.stringify(cases),
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(output.toString('utf8'));
}

const uuids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

describe('the hash ring beside the one of tooz', () => {
  it('names the same owner for random nodes and keys', () => {
    const cases = Array.from({ length: 60 }, (_, index) => ({ nodes: uuids(index % 20), keys: uuids(200) }));
    // Since 2025.1 Neutron names its nodes without hyphens; and no text is beyond either.
    cases.push({
      nodes: uuids(5).map((uuid) => uuid.replaceAll('-', '')),
      keys: ['', 'ä', '漢字', '😀', 'x'.repeat(999)],
    });
    const expected = ownersByTooz(cases);
    const found = cases.map(({ nodes, keys }) => {
      const ring = new HashRing(nodes);
      return keys.map((key) => ring.ownerOf(key) ?? null);
    });
    assert.deepEqual(found, expected);
  });

  it('wraps around: a key beyond the last point belongs to the first', () => {
    const nodes = ['only', 'two'];
    const keys = uuids(5000);
    const ring = new HashRing(nodes);
    assert.deepEqual(
      keys.map((key) => ring.ownerOf(key)),
      ownersByTooz([{ nodes, keys }])[0],
    );
  });
});
