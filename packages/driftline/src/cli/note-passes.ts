import type { DaemonEvent } from '../daemon/events.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import { TASKS } from '../tasks/catalogue/catalogue.ts';
import { fingerprintOf } from '../tasks/fingerprint.ts';
import type { Ledger } from '../tasks/ledger.ts';
import { driftlineVersion } from './task-tools.ts';

/**
 * The daemon's passes are what `check_for_inconsistencies` is by itself: each full pass of a daemon that may repair
 * becomes a line of that task, with the rows that were repaired since the one before; and so does the pass after which
 * nothing differs any more.
 */
export function notePasses(ledger: Ledger, deployment: Deployment): (event: DaemonEvent) => void {
  const task = TASKS.find(({ work }) => work.is === 'scope' && work.scope === 'everything');
  let changed = 0;
  let isPending = false;
  return (event) => {
    if (event.kind === 'repaired') {
      const applied = event.outcomes.filter(({ is }) => is === 'applied');
      changed += applied.reduce((rows, { transaction }) => rows + transaction.changes.length, 0);
    }
    if (task === undefined || event.kind !== 'pass' || !event.mayRepair) return;
    const { drift, durationMs, isFull } = event;
    if (!isFull && !(isPending && drift.length === 0)) return;
    isPending = drift.length > 0;
    const endedAtMs = Date.now();
    ledger.write({
      task: task.name,
      state: isPending ? 'pending' : 'done',
      why: isPending ? `${drift.length} rows differ` : undefined,
      startedAtMs: endedAtMs - durationMs,
      endedAtMs,
      changed,
      version: driftlineVersion,
      fingerprint: fingerprintOf(task, deployment),
      details: [],
    });
    changed = 0;
  };
}
