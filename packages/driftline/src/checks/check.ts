/**
 * checks/: what goes wrong in a deployment beside what Neutron's rows say of the Northbound: where ports are up, which
 * chassis live, who is left behind. Each check looks periodically, and has a policy: only to tell, or to repair.
 *
 *     Check + policy --toTask--> Task: the scheduler, the worker, the ledger and the lock are those of the tasks
 */
import type { Release } from '../neutron/release-name.ts';
import type { Verdict } from '../reconcile/judge.ts';
import type { ScopePart } from '../tasks/scope.ts';
import type { Inspection, TaskContext } from '../tasks/task.ts';

/**
 * - observe: what is found is told, and stands in the ledger; nothing is written, and no lock is needed.
 * - repair: what a finding says would be, is made so; only while the maintenance lock is held.
 * - off: not looked at.
 */
export const POLICIES = ['observe', 'repair', 'off'] as const;
export type CheckPolicy = (typeof POLICIES)[number];

/**
 * One thing that is looked at. `look` and `mend` are those of a task: `look` reads, `mend` is called under the policy
 * repair alone, with the findings that say what would be, and both may be called any number of times.
 */
export interface Check extends Inspection {
  /** kebab-case; unique among checks, and no task's. */
  readonly name: string;
  /** The plugin that it comes from; absent: Driftline's own. */
  readonly plugin?: string;
  /** For people: what is compared with what. */
  readonly looksAt: string;
  /** For people: what a repair writes; absent: it repairs nothing. */
  readonly writes?: string;
  /** observe for whatever writes SQL or the Southbound, and for what Neutron sees to by itself. */
  readonly defaultPolicy: CheckPolicy;
  /** Between the starts of two looks; five minutes where absent, as the full passes of Neutron's worker. */
  readonly spacingMs?: number;
  /** The first release whose Neutron expects the outcome; absent: all. */
  readonly firstRelease?: Release;
  /** Rows of the Northbound that are judged beside what `look` finds: told, or mended by the one engine. */
  readonly scope?: readonly ScopePart[];
  /** What the scope is cut from, where the passes of a daemon judge otherwise; absent: what they judge. */
  readonly judge?: (context: TaskContext) => Promise<Verdict>;
}

export const SPACING_MS = 300_000;
