import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReplicaRow } from '@driftline/ovsdb';
import { readLives } from './life.ts';

const NOW_MS = 1_700_000_000_000;
const OPTIONS = { nowMs: NOW_MS, agentDownTimeS: 75 };

interface Given {
  readonly name: string;
  readonly answered: number;
  /** Seconds ago. */
  readonly heardOfS: number;
  readonly isGone?: true;
}

/** A Southbound whose Neutron has asked so often. */
function replicaOf(asked: number, given: readonly Given[]) {
  const table = (rows: readonly ReplicaRow[]) => {
    const byUuid = new Map(rows.map((row) => [row._uuid, row]));
    return { rows: byUuid, get: (uuid: string) => byUuid.get(uuid) };
  };
  const tables: Record<string, ReturnType<typeof table>> = {
    SB_Global: table([{ _uuid: 'global', nb_cfg: asked }]),
    Chassis: table(given.map(({ name }) => ({ _uuid: `chassis ${name}`, name, hostname: `${name}.example.org` }))),
    Chassis_Private: table(
      given.map(({ name, answered, heardOfS, isGone }) => ({
        _uuid: `own ${name}`,
        name,
        chassis: isGone === true ? undefined : `chassis ${name}`,
        nb_cfg: answered,
        nb_cfg_timestamp: NOW_MS - heardOfS * 1000,
      })),
    ),
  };
  return { table: (name: string) => tables[name] } as unknown as Parameters<typeof readLives>[0];
}

const aliveIn = (asked: number, ...given: readonly Given[]) =>
  readLives(replicaOf(asked, given), OPTIONS).map(({ name, isAlive }) => [name, isAlive]);

describe('the life of a chassis', () => {
  it('is proven by an answer to the last question or the last but one, however long ago', () => {
    assert.deepEqual(
      aliveIn(
        9,
        { name: 'last', answered: 9, heardOfS: 86_400 },
        { name: 'before', answered: 8, heardOfS: 86_400 },
        { name: 'silent', answered: 7, heardOfS: 86_400 },
      ),
      [
        ['before', true],
        ['last', true],
        ['silent', false],
      ],
    );
  });

  it('ends when it is silent for agent_down_time, and not before', () => {
    assert.deepEqual(aliveIn(9, { name: 'a', answered: 2, heardOfS: 74.9 }, { name: 'b', answered: 2, heardOfS: 75 }), [
      ['a', true],
      ['b', false],
    ]);
  });

  it('is not to be judged before anybody asked', () => {
    assert.deepEqual(aliveIn(0, { name: 'new', answered: 0, heardOfS: NOW_MS / 1000 }), [['new', true]]);
  });

  it('tells a row that was left without its Chassis', () => {
    const lives = readLives(
      replicaOf(1, [
        { name: 'here', answered: 1, heardOfS: 1 },
        { name: 'left', answered: 1, heardOfS: 1, isGone: true },
      ]),
      OPTIONS,
    );
    assert.deepEqual(
      lives.map(({ name, chassis }) => [name, chassis?.hostname]),
      [
        ['here', 'here.example.org'],
        ['left', undefined],
      ],
    );
  });
});
