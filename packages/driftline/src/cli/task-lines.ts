import { whyOf } from '../tasks/attempt.ts';
import { type Finding, sayFinding } from '../tasks/task.ts';
import type { WorkerEvent } from '../tasks/worker.ts';
import { printable } from './terminal.ts';

/**
 * Log lines of the tasks and checks beside a daemon. What did nothing is in the ledger, and no news; nor is what a check
 * finds again: it is told when it is found first, and when it is gone.
 */
export function taskLines(): (event: WorkerEvent) => readonly string[] {
  const told = new Map<string, ReadonlySet<string>>();
  return (event) => {
    if (event.kind === 'task-stuck') return [`ERROR task ${event.name} does not end: the others go on without it`];
    const { name, attempt } = event;
    const before = told.get(name) ?? new Set();
    if (attempt.is !== 'observed' && attempt.is !== 'done') return endingLines(event);
    const now = new Set(attempt.is === 'observed' ? attempt.findings.map(sayFinding) : []);
    told.set(name, now);
    const news = attempt.is === 'observed' ? attempt.findings.filter((each) => !before.has(sayFinding(each))) : [];
    const gone = before.difference(now).size;
    return [
      ...endingLines(event),
      ...findingLines(name, news),
      ...(gone === 0 ? [] : [`INFO ${name}: ${gone} of what was found ${gone === 1 ? 'is' : 'are'} there no more`]),
    ];
  };
}

function* findingLines(name: string, findings: readonly Finding[]): Iterable<string> {
  for (const finding of findings.slice(0, SHOWN_FINDINGS)) yield `WARNING ${name}: ${printable(sayFinding(finding))}`;
  const hidden = findings.length - SHOWN_FINDINGS;
  if (hidden > 0) yield `WARNING ${name}: and ${hidden} more; see driftline checks list`;
}

const SHOWN_FINDINGS = 20;

function endingLines({
  name,
  attempt,
  durationMs,
  isGivenUp,
}: Extract<WorkerEvent, { readonly kind: 'task' }>): readonly string[] {
  const why = whyOf(attempt);
  const because = why === undefined ? '' : `: ${printable(why)}`;
  switch (attempt.is) {
    case 'done':
    case 'observed':
      return attempt.changed === 0 ? [] : [`INFO task ${name}: ${attempt.changed} rows changed in ${durationMs} ms`];
    case 'skipped':
      return [];
    case 'pending':
      return [`INFO task ${name} goes on later, ${attempt.changed} rows changed so far${because}`];
    case 'refused':
    case 'failed':
      return [
        `WARNING task ${name} ${attempt.is}, ${attempt.changed} rows changed${because}`,
        ...(isGivenUp
          ? [`ERROR task ${name} failed too often in a row and is given up; see driftline tasks show`]
          : []),
      ];
    default:
      attempt satisfies never;
      return [];
  }
}
