import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ReplicaRow } from '@driftline/ovsdb';
import fc from 'fast-check';
import { readLives } from '../../src/southbound/life.ts';
import { scheduleGateway } from '../../src/translate/router/gateway-scheduler.ts';
import { buildContext, chassis } from '../../src/translate/testing/build.ts';
import { noLoad } from '../../src/translate/testing/routed.ts';

interface Life {
  readonly asked: number;
  readonly answered: number;
  readonly heardOfMs: number;
  readonly agentDownTimeS: number;
}

interface Schedule {
  readonly schedule: readonly string[];
  readonly candidates: readonly string[];
}

interface Answer {
  readonly alive: readonly boolean[];
  readonly unhosted: readonly boolean[];
}

function askNeutron(given: { readonly lives: readonly Life[]; readonly schedules: readonly Schedule[] }): Answer {
  const output = execFileSync('/usr/bin/python3', [join(import.meta.dirname, 'upstream-judges.py')], {
    input: JSON.stringify(given),
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return JSON.parse(output.toString('utf8'));
}

function isAlive({ asked, answered, heardOfMs, agentDownTimeS }: Life, nowMs: number): boolean {
  const row = { _uuid: 'own', name: 'chassis', nb_cfg: answered, nb_cfg_timestamp: heardOfMs };
  const rows = (row: ReplicaRow) => ({ rows: new Map([[row._uuid, row]]), get: () => undefined });
  const tables: Record<string, unknown> = {
    SB_Global: rows({ _uuid: 'g', nb_cfg: asked }),
    Chassis_Private: rows(row),
  };
  const replica = { table: (name: string) => tables[name] } as unknown as Parameters<typeof readLives>[0];
  const [life] = readLives(replica, { nowMs, agentDownTimeS });
  return life?.isAlive === true;
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

function sampleLives(nowMs: number): readonly Life[] {
  // No silence about as long as agent_down_time: Neutron has another clock, a moment later.
  const silence = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 200, max: 100_000 }));
  const life = fc.record({
    asked: fc.integer({ min: 0, max: 6 }),
    answered: fc.integer({ min: 0, max: 6 }),
    heardOfMs: silence.map((seconds) => nowMs - seconds * 1000),
    agentDownTimeS: fc.integer({ min: 100, max: 150 }),
  });
  return fc.sample(life, 500);
}

/** What comes of schedules in which some are silent. */
function sampleSchedules(): readonly Schedule[] {
  const some = fc.shuffledSubarray(NAMES, { minLength: 1 });
  return fc.sample(fc.tuple(some, some, some), 500).map(([silent, candidates, there]) => {
    const isSilent = (name: string) => (silent.includes(name) ? { isSilent: true as const } : {});
    const ctx = buildContext({ chassis: NAMES.map((name) => chassis({ name, ...isSilent(name) })) });
    const existing = there.filter((name) => candidates.includes(name)).slice(0, 5);
    const request = { portName: 'lrp-1', candidates, existing, avoided: new Set<string>() };
    return { schedule: scheduleGateway(ctx, request, noLoad()), candidates };
  });
}

describe('beside the Neutron of this machine', () => {
  const nowMs = Date.now();
  const lives = sampleLives(nowMs);
  // The last is one that Neutron does schedule anew: it has lost one of its chassis.
  const schedules = [...sampleSchedules(), { schedule: ['a', 'b'], candidates: ['a', 'b', 'c'] }];
  let answer: Answer;
  before(() => {
    answer = askNeutron({ lives, schedules });
  });

  it('a chassis lives when its agent cache says so', () => {
    assert.ok(answer.alive.includes(true) && answer.alive.includes(false));
    assert.deepEqual(
      lives.map((each) => isAlive(each, nowMs)),
      answer.alive,
    );
  });

  it('what comes of a silent chassis is a schedule that it leaves as it is', () => {
    assert.deepEqual(
      answer.unhosted,
      schedules.map((_, at) => at === schedules.length - 1),
    );
  });
});
