/** What the passes of `driftline run` do of Neutron's consistency check. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Daemon } from '../../src/daemon/daemon.ts';
import type { DaemonEvent } from '../../src/daemon/events.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { first, idOf, Scene } from './scene.ts';

const GONE = '00000000-dead-4000-8000-000000000000';

/** Runs a daemon until it has told enough. */
async function runUntil(
  scene: Scene,
  isEnough: (events: readonly DaemonEvent[]) => Promise<boolean> | boolean,
  options: { readonly observeOnly?: boolean } = {},
): Promise<readonly DaemonEvent[]> {
  const { deployment, journal } = scene;
  await using writable = openWritable(deployment.config.database.url);
  const events: DaemonEvent[] = [];
  const stop = new AbortController();
  let told = Promise.withResolvers<void>();
  const daemon = new Daemon({
    deployment,
    journal,
    writable,
    limits: { maxDeletes: 100, maxDeleteShare: 1, maxGatewayShare: 1 },
    intervalMs: 100,
    gracePeriodMs: 0,
    sqlPollIntervalMs: 100,
    observeOnly: options.observeOnly ?? false,
    additive: false,
    once: false,
    onEvent: (event) => {
      events.push(event);
      told.resolve();
    },
  });
  const running = daemon.run(stop.signal);
  while (!(await isEnough(events))) {
    await told.promise;
    told = Promise.withResolvers();
  }
  stop.abort();
  await running;
  return events;
}

describe('the daemon', () => {
  it('tells what is inconsistent and deleted, and keeps the notes: of each kind, whoever lost them', async () => {
    await using scene = await Scene.open('2026.1');
    const { ports, securityGroups } = await scene.snapshot();
    const port = first(ports.values(), ({ deviceOwner }) => deviceOwner.startsWith('compute:'));
    const group = first(securityGroups.values());
    await scene.dropNote('ports', port.id);
    await scene.setNote('security_groups', group.id, -1);
    await scene.addLostNote('routers', GONE);
    const isKept = async (): Promise<boolean> =>
      (await scene.note('ports', port.id))?.revisionNumber === port.attributes.revision &&
      (await scene.note('security_groups', group.id))?.revisionNumber === group.attributes.revision &&
      (await scene.note('routers', GONE)) === undefined;
    const events = await runUntil(scene, isKept);
    const told = events.find((event) => event.kind === 'revisions');
    assert.ok(told?.kind === 'revisions');
    assert.deepEqual(
      told.report.inconsistent.map(({ id, why }) => [id, why]),
      [
        [group.id, 'unwritten'],
        [port.id, 'unnoted'],
      ],
    );
    assert.deepEqual(
      told.report.deleted.map(({ id }) => id),
      [GONE],
    );
    assert.equal(scene.journal.entries(1).length, 0, 'OVN was right');
  });

  it('deletes what Neutron has deleted from OVN, and only then its note', async () => {
    await using scene = await Scene.open('2026.1');
    const { securityGroupRules } = await scene.snapshot();
    const isOf = (id: string) => (row: object) => idOf(row as never, 'neutron:security_group_rule_id') === id;
    const rule = first(securityGroupRules.values(), ({ id }) => scene.rows('ACL', isOf(id)).length === 1);
    await scene.delete('security_group_rules', rule);
    await runUntil(scene, async () => (await scene.note('security_group_rules', rule.id)) === undefined);
    assert.deepEqual(scene.rows('ACL', isOf(rule.id)), []);
  });

  it('observing, tells and writes nothing', async () => {
    await using scene = await Scene.open('2026.1');
    const port = first((await scene.snapshot()).ports.values(), ({ deviceOwner }) =>
      deviceOwner.startsWith('compute:'),
    );
    await scene.setNote('ports', port.id, -1);
    const passes = (events: readonly DaemonEvent[]) => events.filter(({ kind }) => kind === 'pass').length;
    const events = await runUntil(scene, (all) => passes(all) > 2, { observeOnly: true });
    assert.ok(events.some(({ kind }) => kind === 'revisions'));
    assert.equal((await scene.note('ports', port.id))?.revisionNumber, -1);
  });
});
