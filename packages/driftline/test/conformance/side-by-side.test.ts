/**
 * `driftline run` beside a Neutron that is worked hard: it mends what somebody breaks, and nothing else, and Neutron
 * does not notice.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbClient } from '@driftline/ovsdb';
import type { Change } from '../../src/diff/change.ts';
import { Journal } from '../../src/journal/journal.ts';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import { Random } from '../campaigns/random.ts';
import type { NeutronLab } from '../lab/neutron-lab.ts';
import type { Deployment } from '../lab/populate.ts';
import { startPopulatedLab } from '../lab/populated-lab.ts';
import { applyLoad, type LoadReport } from './api-load.ts';
import { startDriftline } from './driftline-process.ts';
import { choicesOf } from './harm-choices.ts';
import { HARM, HARMLESS_TO_NEUTRON, type Injection, inject } from './injections.ts';
import { assertClean, checkSettled } from './live-neutron.ts';
import { readLostRevisions } from './lost-revisions.ts';

const loadSeconds = Number(process.env.SIDE_BY_SIDE_SECONDS ?? 30);
const injectionIntervalMs = 500;
/** On two busy cores a router takes Neutron fifteen seconds from SQL to OVN; in the wild this is 60. */
const gracePeriodS = Number(process.env.SIDE_BY_SIDE_GRACE ?? 30);

interface Harm {
  readonly injection: Injection;
  readonly isLoaded: boolean;
  readonly injectedAtMs: number;
  healedAtMs: number | undefined;
}

test(`driftline run beside a Neutron under load for ${loadSeconds} s repairs drift and disturbs nothing`, async (t) => {
  await using populated = await startPopulatedLab();
  const { lab, deployment } = populated;
  try {
    await lab.settle();
    await runSideBySide(t, lab, deployment);
  } catch (error) {
    console.error(lab.logs());
    throw error;
  }
});

async function runSideBySide(t: TestContext, lab: NeutronLab, deployment: Deployment): Promise<void> {
  const { endpoint } = lab.ovn.northbound;
  await using northbound = await OvsdbClient.connect({ endpoints: endpoint, database: 'OVN_Northbound' });
  const patience = ['--driftline-grace_period', String(gracePeriodS), '--driftline-interval', '10'];
  await using driftline = startDriftline(lab, ['--steal-lock', ...patience]);
  await driftline.untilPrinted(/full pass/);

  const harms: Harm[] = [];
  northbound.on('update', () => {
    for (const harm of harms) if (harm.injection.isHealed(northbound)) harm.healedAtMs ??= Date.now();
  });
  await leaveToMaintenance(lab, deployment);
  const end = AbortSignal.timeout(loadSeconds * 1000);
  const [load] = await Promise.all([
    applyLoad(lab.api, deployment, end),
    injectUntil(end, northbound, deployment, harms),
  ]);
  // Neutron's own worker has no lock: what settles now, driftline has settled.
  const timeoutMs = 120_000;
  await lab.settle(timeoutMs);
  const deadline = Date.now() + timeoutMs;
  while (harms.some(({ healedAtMs }) => healedAtMs === undefined) && Date.now() < deadline) await sleep(200);
  const verdict = await checkSettled(lab);
  const lost = await readLostRevisions(lab, northbound);
  const ending = await driftline.terminate();
  // Neutron's worker has its lock back: who asks for it now has to wait.
  const lock = MAINTENANCE_LOCK;
  await using other = await OvsdbClient.connect({ endpoints: endpoint, database: 'OVN_Northbound', tables: {}, lock });
  await other.sync();

  const changes = readChanges(lab);
  const unexplained = changes.filter((change) => !harms.some(({ injection }) => injection.explains(change)));
  const stoodIn = unexplained.filter(isLeftToMaintenance);
  report(t, load, harms, changes.length, stoodIn.length);
  try {
    assert.deepEqual(
      load.errors.map(({ message }) => message),
      [],
    );
    const broken = harms.filter(({ healedAtMs }) => healedAtMs === undefined).map(({ injection }) => injection.what);
    assert.deepEqual(broken, [], 'never repaired');
    const wrong = unexplained.filter((change) => !stoodIn.includes(change));
    assert.deepEqual(wrong.map(inWords), [], 'repaired what nobody had broken');
    assert.deepEqual(lost, [], 'revisions that were lost');
    assertClean(verdict);
    assert.equal(ending, 'exit code 0');
    assert.equal(other.lockState, 'requested');
  } catch (error) {
    console.error(driftline.log());
    throw error;
  }
}

/** Two changes of which Neutron notes no write: its worker does, or who has its lock. */
async function leaveToMaintenance({ api }: NeutronLab, { securityGroups, subnets }: Deployment): Promise<void> {
  const rule = { security_group_id: securityGroups.get('unused'), direction: 'ingress', protocol: 'tcp' };
  await api.create('security_group_rule', rule);
  await api.update('subnet', subnets.get('public-v4') ?? '', { description: 'without DHCP' });
}

/** Three harms to what the load leaves alone, then one to what it is changing. */
async function injectUntil(end: AbortSignal, northbound: OvsdbClient, deployment: Deployment, harms: Harm[]) {
  const random = new Random(20261122);
  const { isSpared, isLoaded } = choicesOf(northbound, deployment);
  const harmed = new Set<string>();
  for (let turn = 0; !end.aborted; turn++) {
    const loaded = turn % 4 === 3;
    const mayHarm = loaded ? isLoaded : isSpared;
    const injection = inject({
      client: northbound,
      kinds: loaded ? HARMLESS_TO_NEUTRON : HARM,
      turn: loaded ? (turn - 3) / 4 : turn - Math.floor(turn / 4),
      mayHarm: (table, row) => !harmed.has(row._uuid) && mayHarm(table, row),
      random,
    });
    if (injection !== undefined) {
      for (const uuid of injection.rows) harmed.add(uuid);
      harms.push({ injection, isLoaded: loaded, injectedAtMs: Date.now(), healedAtMs: undefined });
      await northbound.transact(injection.operations);
    }
    await sleep(injectionIntervalMs, undefined, { signal: end }).catch(() => undefined);
  }
}

function readChanges(lab: NeutronLab): readonly Change[] {
  using journal = new Journal(join(lab.folder, 'journal.db'));
  const applied = journal.entries(100_000).filter(({ state }) => state === 'applied');
  return applied.flatMap(({ changes }) => changes.flatMap(cellByCell));
}

/** What was broken and what Neutron left to its worker may have been mended in one go. */
const cellByCell = (change: Change): readonly Change[] =>
  change.action === 'update'
    ? change.differences.map((difference) => ({ ...change, differences: [difference] }))
    : [change];

/**
 * A revision that Neutron raised in SQL without writing the row: a network's, when a subnet of it changes. Its own
 * maintenance worker brings the number to OVN later (`check_for_inconsistencies`); it waits for the lock, and we do its
 * work.
 */
const isLeftToMaintenance = (change: Change): boolean =>
  change.action === 'update' &&
  change.differences.every(
    ({ column, key, found, wanted }) =>
      column === 'external_ids' && key === 'neutron:revision_number' && Number(found) < Number(wanted),
  );

function inWords(change: Change): string {
  const { action, table, key } = change;
  const cells = change.action === 'update' ? change.differences.map(({ write: _, ...rest }) => rest) : change.reason;
  return `${action} ${table} ${key}: ${JSON.stringify(cells)}`;
}

function report(t: TestContext, load: LoadReport, harms: readonly Harm[], changes: number, stoodIn: number): void {
  const calls = [...load.calls.values()].reduce((sum, count) => sum + count, 0);
  t.diagnostic(`${calls} API calls in ${loadSeconds} s, ${load.rounds} rounds, ${load.errors.length} errors`);
  for (const loaded of [false, true]) {
    const some = harms.filter(({ isLoaded }) => isLoaded === loaded);
    const times = some
      .flatMap(({ injectedAtMs, healedAtMs }) => (healedAtMs === undefined ? [] : [healedAtMs - injectedAtMs]))
      .toSorted((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
    const where = loaded ? 'on what the load was changing' : 'on what the load left alone';
    t.diagnostic(`${some.length} harms ${where}: repaired in ${at(0.5)} ms (p50), ${at(0.99)} ms (p99)`);
  }
  t.diagnostic(`${changes} changes in the journal, ${stoodIn} of them revisions that Neutron leaves to its worker`);
}
