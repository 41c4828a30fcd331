import { changesInScope } from '../tasks/scope.ts';
import type { CodeWork, Finding, Task, TaskContext } from '../tasks/task.ts';
import { type Check, type CheckPolicy, SPACING_MS } from './check.ts';
import { findingOf } from './finding-of-change.ts';

/** A check under its policy, as the scheduler runs it. */
export function toTask(check: Check, policy: Exclude<CheckPolicy, 'off'>): Task {
  return {
    name: check.name,
    since: 'zed',
    ...(check.plugin === undefined ? {} : { plugin: check.plugin }),
    kind: 'continuous',
    gate: policy === 'repair' ? 'lock' : 'none',
    spacingMs: check.spacingMs ?? SPACING_MS,
    runAtStart: true,
    recurs: true,
    options: [],
    reads: check.looksAt,
    writes: policy === 'repair' ? (check.writes ?? 'nothing') : 'nothing',
    work: policy === 'repair' ? repairing(check) : observing(check),
  };
}

const repairing = (check: Check): CodeWork => ({
  is: 'code',
  firstRelease: check.firstRelease ?? 'zed',
  look: (context) => check.look(context),
  ...(check.mend === undefined ? {} : { mend: (findings, context) => check.mend?.(findings, context) ?? noRows }),
  ...(check.scope === undefined ? {} : { scope: check.scope }),
  ...(check.judge === undefined ? {} : { judge: check.judge }),
});

const noRows = Promise.resolve(0);

/** It has no way to write: what the engine would change is a finding like the others. */
const observing = (check: Check): CodeWork => ({
  is: 'code',
  firstRelease: check.firstRelease ?? 'zed',
  look: async (context) => [...(await check.look(context)), ...(await findingsInScope(check, context))],
});

async function findingsInScope({ scope, judge }: Check, context: TaskContext): Promise<readonly Finding[]> {
  if (scope === undefined) return [];
  const { drift } = changesInScope((await judge?.(context)) ?? context.verdict, scope);
  return drift.map(findingOf);
}
