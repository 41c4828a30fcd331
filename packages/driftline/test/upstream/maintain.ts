import { type Operation, op, type ReplicaRow } from '@driftline/ovsdb';
import { Daemon } from '../../src/daemon/daemon.ts';
import type { DaemonEvent } from '../../src/daemon/events.ts';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import { openDeploymentOf } from '../golden/deployment.ts';
import type { TaskBench } from '../tasks/task-bench.ts';

/**
 * What `driftline run` does in place of Neutron's maintenance worker, from its start until nothing is left to do; as a
 * command line with these options would. Fails when something is left that it can't mend.
 */
export async function maintain(bench: TaskBench, flags: readonly string[] = []): Promise<void> {
  const { golden, client, deployment } = bench.bench;
  await using opened = new AsyncDisposableStack();
  let own = deployment;
  if (flags.length > 0) {
    // Of two sessions one has the lock.
    await deployment.northbound.client.unlock();
    opened.defer(() => deployment.northbound.client.requestLock(MAINTENANCE_LOCK));
    own = opened.use(await openDeploymentOf(golden, { writable: true, flags }));
  }
  await own.northbound.takeLock();
  const journal = opened.use(new Journal(':memory:'));
  const writable = opened.use(openWritable(own.config.database.url));
  const stop = new AbortController();
  let repairs = 0;
  const giveUp = (event: DaemonEvent): void => {
    if (event.kind === 'repaired') repairs++;
    if (event.kind === 'refused' || repairs > ROUNDS) stop.abort(new Error(JSON.stringify(event)));
  };
  const daemon = new Daemon({
    deployment: own,
    journal,
    writable,
    limits: { maxDeletes: 1000, maxDeleteShare: 1, maxGatewayShare: 1 },
    intervalMs: 3_600_000,
    gracePeriodMs: 0,
    sqlPollIntervalMs: 3_600_000,
    observeOnly: false,
    additive: false,
    once: true,
    onEvent: giveUp,
  });
  await daemon.run(stop.signal);
  stop.signal.throwIfAborted();
  await client.sync();
}

/** What lost its proof is told again when that is mended. */
const ROUNDS = 5;

/** Takes rows out of the Northbound, with what only they hold. */
export function lose(bench: TaskBench, table: string, rows: readonly ReplicaRow[]): readonly Operation[] {
  const view = bench.bench.view();
  return rows.flatMap(({ _uuid }) => [
    ...view
      .referrers(_uuid)
      .filter(({ isStrong }) => isStrong)
      .map((at) => op.mutate(at.table, at.uuid, [[at.column, 'delete', [_uuid]]])),
    ...(view.isRoot(table) ? [op.delete(table, _uuid)] : []),
  ]);
}

export const ids = (row: ReplicaRow): ReadonlyMap<string, string> => row.external_ids as ReadonlyMap<string, string>;
