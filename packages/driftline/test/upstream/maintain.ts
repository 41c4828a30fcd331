import { type Operation, op, type ReplicaRow } from '@driftline/ovsdb';
import { Daemon } from '../../src/daemon/daemon.ts';
import type { DaemonEvent } from '../../src/daemon/events.ts';
import { Journal } from '../../src/journal/journal.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { openDeploymentOf } from '../golden/deployment.ts';
import type { TaskBench } from '../tasks/task-bench.ts';

/**
 * What `driftline run` does in place of Neutron's maintenance worker, from its start until nothing is left to do; as a
 * command line with these options would. Answers what it told.
 */
export async function maintain(bench: TaskBench, flags: readonly string[] = []): Promise<readonly DaemonEvent[]> {
  const { golden, client, deployment } = bench.bench;
  await using opened = new AsyncDisposableStack();
  const own = flags.length === 0 ? deployment : opened.use(await openDeploymentOf(golden, { writable: true, flags }));
  await own.northbound.takeLock();
  const journal = opened.use(new Journal(':memory:'));
  const writable = opened.use(openWritable(own.config.database.url));
  const events: DaemonEvent[] = [];
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
    onEvent: (event) => void events.push(event),
  });
  await daemon.run(new AbortController().signal);
  await client.sync();
  return events;
}

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
