import { op } from '@driftline/ovsdb';
import type { Change } from '../diff/change.ts';
import { withDifferences } from '../diff/history.ts';
import type { Journal } from '../journal/journal.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import { isAtLeast } from '../neutron/release-name.ts';
import { MAINTENANCE_LOCK } from '../northbound/session.ts';
import { checkLimits, type Limits } from '../plan/limits.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import type { Verdict } from '../reconcile/judge.ts';
import { type Earlier, plan, repair } from '../reconcile/reconcile.ts';
import { refusalsOf } from '../reconcile/refusals.ts';
import { changesInScope, type Scope } from './scope.ts';
import { type Finding, type Inspection, sayFinding, type Task, type TaskContext } from './task.ts';

/** What came of one run of a task; a run that throws has no ending. */
export type TaskEnding =
  /** Looked at again: nothing is left of what it is about. */
  | { readonly is: 'done'; readonly changed: number }
  /** What is left is told, and left as it is: by policy, or because nothing here is sure to be right. */
  | {
      readonly is: 'observed';
      readonly changed: number;
      readonly findings: readonly Finding[];
      readonly why: string;
    }
  /** Something is left, and may go with the next run. */
  | { readonly is: 'pending'; readonly changed: number; readonly why: string }
  /** A limit forbids it: a person has to decide. */
  | { readonly is: 'refused'; readonly changed: number; readonly why: string }
  /** It does not apply here. */
  | { readonly is: 'skipped'; readonly why: string };

/** What a run would do. */
export interface TaskPreview {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  /** Why it would do nothing, whatever it finds. */
  readonly skipped?: string;
}

export interface TaskTools {
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly neutron: WritableNeutronConnection;
  /** undefined: none. */
  readonly limits: Limits | undefined;
  /** A look at both databases; called again after each write, after one to the Northbound with what was at issue. */
  readonly look: (earlier?: Earlier) => Promise<Verdict>;
  /**
   * The passes of a daemon mend drift when it is old enough: a task beside them keeps to what is in the shape of an
   * earlier release, whether it counts as drift already (once rows in the new shape are there) or not.
   */
  readonly leavesDrift?: boolean;
  readonly signal?: AbortSignal;
  /** What is told, and what is about to be changed beside the Northbound, which has the journal. */
  readonly onFindings?: (findings: readonly Finding[]) => void;
}

/** A row that somebody changes meanwhile makes its transaction stale; and one write may be what another waits for. */
const ROUNDS = 4;

export async function previewTask(
  task: Task,
  deployment: Deployment,
  verdict: Verdict,
  signal?: AbortSignal,
): Promise<TaskPreview> {
  const skipped = whySkipped(task, deployment);
  if (skipped !== undefined) return { changes: [], findings: [], skipped };
  const context = contextOf({ deployment, ...(signal === undefined ? {} : { signal }) }, verdict);
  const findings = (await inspectionOf(task)?.look(context)) ?? [];
  const { drift, backfill } = changesInScope(await judged(task, context), scopeOfTask(task));
  return { changes: [...drift, ...backfill].filter(isWritable), findings };
}

export const scopeOfTask = ({ work }: Task): Scope => (work.is === 'elsewhere' ? [] : (work.scope ?? []));

const isWritable = (change: Change): boolean =>
  change.action !== 'update' || change.differences.some(({ write }) => write !== undefined);

const inspectionOf = ({ work }: Task): Inspection | undefined =>
  work.is === 'code' ? work : work.is === 'scope' ? work.after : undefined;

export function whySkipped({ work }: Task, { found }: Deployment): string | undefined {
  if (work.is === 'elsewhere') return work.why;
  if (work.is === 'code' && !isAtLeast(found.release, work.firstRelease)) {
    return `Neutron expects it from ${work.firstRelease} on, and this is ${found.release}`;
  }
  return undefined;
}

/** Looks, mends what is in the task's scope, and looks again, until nothing of it is left. */
export async function runTask(task: Task, tools: TaskTools): Promise<TaskEnding> {
  const { deployment, signal, limits } = tools;
  const skipped = whySkipped(task, deployment);
  if (skipped !== undefined) return { is: 'skipped', why: skipped };
  let changed = 0;
  let verdict = await tools.look();
  const refused = (messages: readonly { readonly message: string }[]): TaskEnding => ({
    is: 'refused',
    changed,
    why: messages.map(({ message }) => message).join('; '),
  });
  const refusals = refusalsOf(verdict, deployment);
  if (refusals.length > 0) return refused(refusals);
  // Writes to the Northbound assert the lock; for those to SQL and the Southbound it is asked for just before.
  if (task.gate === 'lock' && deployment.northbound.client.lockState !== 'held') {
    return { is: 'pending', changed, why: 'another worker holds the maintenance lock' };
  }
  let left: readonly Finding[] = [];
  if (task.work.is === 'code') {
    const mended = await mendByCode(task.work, tools, verdict, task.gate === 'lock');
    left = mended.left;
    changed += mended.changed;
    verdict = mended.verdict;
  }
  const after = task.work.is === 'scope' ? task.work.after : undefined;
  if (after !== undefined) tell(tools, await after.look(contextOf(tools, verdict)));
  for (let round = 1; ; round++) {
    const found = await judged(task, contextOf(tools, verdict));
    const { drift, backfill } = changesInScope(found, scopeOfTask(task));
    const isLeft = tools.leavesDrift === true && !('judge' in task.work);
    const due = [...(isLeft ? inOldShape(drift) : drift), ...backfill].filter(isWritable);
    // A resource is whole only if its back-fill is mended too.
    const all = { ...found, drift: [...found.drift, ...found.backfill] };
    const made = plan(all, due, Date.now());
    if (made.transactions.length === 0) {
      if (after === undefined) return endOf(task, changed, left);
      const settled = await mendByCode(after, { ...tools, onFindings: () => {} }, verdict, task.gate === 'lock');
      return endOf(task, changed + settled.changed, settled.left);
    }
    if (round > ROUNDS)
      return { is: 'pending', changed, why: `${due.length} rows still differ after ${ROUNDS} rounds` };
    const beyond = limits === undefined ? [] : checkLimits(made, limits);
    if (beyond.length > 0) return refused(beyond);
    signal?.throwIfAborted();
    const outcomes = await repair(deployment, made, {
      journal: tools.journal,
      neutron: tools.neutron,
      command: `task ${task.name}`,
      ...(signal === undefined ? {} : { signal }),
    });
    let applied = 0;
    for (const outcome of outcomes) if (outcome.is === 'applied') applied += outcome.transaction.changes.length;
    changed += applied;
    const failed = outcomes.find((outcome) => outcome.is !== 'applied');
    if (applied === 0 && failed !== undefined && 'why' in failed) return { is: 'pending', changed, why: failed.why };
    verdict = await tools.look({ wish: verdict.wish, changes: due });
  }
}

const inOldShape = (drift: readonly Change[]): readonly Change[] =>
  drift.flatMap((change) => {
    if (change.action !== 'update') return 'before' in change && typeof change.before === 'string' ? change : [];
    const old = change.differences.filter(({ before }) => before !== undefined);
    return old.length === 0 ? [] : withDifferences(change, old);
  });

const contextOf = (
  { deployment, signal }: Pick<TaskTools, 'deployment' | 'signal'>,
  verdict: Verdict,
): TaskContext => ({ deployment, verdict, nowMs: Date.now(), ...(signal === undefined ? {} : { signal }) });

const judged = async ({ work }: Task, context: TaskContext): Promise<Verdict> =>
  work.is === 'code' && work.judge !== undefined ? work.judge(context) : context.verdict;

interface Mended {
  readonly changed: number;
  /** What is still there. */
  readonly left: readonly Finding[];
  readonly verdict: Verdict;
}

const tell = ({ onFindings }: TaskTools, findings: readonly Finding[]): void => {
  if (findings.length > 0) onFindings?.(findings);
};

/** SQL and the Southbound have no lock to assert: right before they are written, the Northbound's server says whose it is. */
async function proveLock({ deployment }: TaskTools): Promise<void> {
  await deployment.northbound.transact([op.assert(MAINTENANCE_LOCK)]);
}

async function mendByCode(work: Inspection, tools: TaskTools, verdict: Verdict, isGated: boolean): Promise<Mended> {
  const { neutron, signal } = tools;
  const context = contextOf(tools, verdict);
  const findings = await work.look(context);
  const mendable = work.mend === undefined ? [] : findings.filter(({ wouldBe }) => wouldBe !== undefined);
  tell(tools, findings);
  if (work.mend === undefined || mendable.length === 0) return { changed: 0, left: findings, verdict };
  if (isGated) await proveLock(tools);
  signal?.throwIfAborted();
  const changed = await work.mend(mendable, { ...context, neutron });
  if (changed === 0) return { changed, left: findings, verdict };
  const after = await tools.look();
  return { changed, left: await work.look(contextOf(tools, after)), verdict: after };
}

function endOf(task: Task, changed: number, findings: readonly Finding[]): TaskEnding {
  if (findings.length === 0) return { is: 'done', changed };
  const [first] = findings;
  const told = first === undefined ? '' : sayFinding(first);
  const others = findings.length === 1 ? '' : `, and ${findings.length - 1} more`;
  const mayMend = inspectionOf(task)?.mend !== undefined;
  if (mayMend && findings.some(({ wouldBe }) => wouldBe !== undefined)) {
    return { is: 'pending', changed, why: `still so: ${told}${others}` };
  }
  return { is: 'observed', changed, findings, why: `left as it is: ${told}${others}` };
}
