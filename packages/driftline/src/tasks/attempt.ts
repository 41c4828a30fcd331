import { fingerprintOf } from './fingerprint.ts';
import type { Ledger } from './ledger.ts';
import { runTask, type TaskEnding, type TaskTools } from './run-task.ts';
import { type Finding, sayFinding, type Task } from './task.ts';

/** An ending, or that the run threw. */
export type Attempt = TaskEnding | { readonly is: 'failed'; readonly changed: number; readonly cause: unknown };

/** Runs a task and writes down what came of it. Never throws what the run throws: that is its outcome. */
export async function attemptTask(
  task: Task,
  tools: TaskTools & {
    readonly ledger: Ledger;
    readonly version: string;
    /** When the one who runs tasks ends: a run that this cuts off has not failed, and is not written down. */
    readonly ending?: AbortSignal;
  },
): Promise<Attempt> {
  const startedAtMs = Date.now();
  const findings: Finding[] = [];
  let attempt: Attempt;
  try {
    attempt = await runTask(task, { ...tools, onFindings: (found) => findings.push(...found) });
  } catch (cause) {
    if (tools.ending?.aborted === true) return { is: 'skipped', why: 'nothing more is run' };
    attempt = { is: 'failed', changed: 0, cause };
  }
  tools.ledger.write({
    task: task.name,
    state: attempt.is,
    why: whyOf(attempt),
    startedAtMs,
    endedAtMs: Date.now(),
    changed: attempt.is === 'skipped' ? 0 : attempt.changed,
    version: tools.version,
    fingerprint: fingerprintOf(task, tools.deployment),
    details: findings.map(sayFinding),
  });
  return attempt;
}

export function whyOf(attempt: Attempt): string | undefined {
  if (attempt.is === 'failed') return attempt.cause instanceof Error ? attempt.cause.message : String(attempt.cause);
  return attempt.is === 'done' ? undefined : attempt.why;
}
