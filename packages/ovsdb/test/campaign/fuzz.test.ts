import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fuzz, recordTraffic } from './fuzz.ts';
import { Random } from './random.ts';

it('real traffic with changed bytes is taken or refused, and nothing else (a sample of campaign:ovsdb-fuzz)', async () => {
  const random = new Random(1);
  const traffic = await recordTraffic(random, 150);
  const { faults, mutated, refused, updates } = await fuzz(traffic, random, 20_000);
  assert.deepEqual(faults, []);
  assert.ok(mutated > 0 && refused > 0 && updates > 0, 'it has tried both what is good and what is not');
});
