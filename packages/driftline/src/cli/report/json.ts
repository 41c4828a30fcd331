import type { Change, Difference } from '../../diff/change.ts';
import type { LimitFinding } from '../../plan/limits.ts';
import type { Verdict } from '../../reconcile/judge.ts';

/**
 * The report for programs. Readers must ignore keys they do not know; `format_version` is raised when a key changes its
 * meaning or goes.
 */
export const REPORT_FORMAT_VERSION = 1;

export interface ReportInput {
  readonly verdict: Verdict;
  readonly drift: readonly Change[];
  readonly backfill: readonly Change[];
  readonly refusals: readonly LimitFinding[];
}

/** One object, by piece: the drift of a large deployment would be longer than a string may be. */
export function* jsonReport(input: ReportInput): Iterable<string> {
  const { verdict, drift, backfill, refusals } = input;
  const head = {
    format_version: REPORT_FORMAT_VERSION,
    complete: refusals.length === 0,
    release: verdict.snapshot.release,
    read_at: new Date(verdict.snapshot.readAtMs).toISOString(),
    summary: summaryOf(input),
  };
  const { doubts, faults, ownerFaults } = verdict;
  yield JSON.stringify(head, undefined, 2).slice(0, -'\n}'.length);
  yield* changesMember('drift', drift, verdict);
  yield* changesMember('backfill', backfill, verdict);
  yield `,${JSON.stringify({ doubts, faults, owner_faults: ownerFaults, refusals }, undefined, 2).slice('{'.length)}\n`;
}

function* changesMember(name: string, changes: readonly Change[], verdict: Verdict): Iterable<string> {
  yield `,\n  "${name}": [`;
  let isFirst = true;
  for (const change of changes) {
    yield `${isFirst ? '' : ','}\n${JSON.stringify(jsonChange(change, verdict), undefined, 2).replaceAll(/^/gm, '    ')}`;
    isFirst = false;
  }
  yield isFirst ? ']' : '\n  ]';
}

export function summaryOf({ verdict, drift, backfill }: ReportInput): Readonly<Record<string, unknown>> {
  const byTable: Record<string, number> = {};
  for (const { table } of drift) byTable[table] = (byTable[table] ?? 0) + 1;
  return {
    drift: drift.length,
    missing: drift.filter(({ action }) => action === 'create').length,
    different: drift.filter(({ action }) => action === 'update').length,
    extra: drift.filter(({ action }) => action === 'delete').length,
    backfill: backfill.length,
    doubts: verdict.doubts.length,
    faults: verdict.faults.length,
    drift_by_table: byTable,
    desired_rows: verdict.counts.desiredRows,
    owned_rows: verdict.counts.ownedRows,
    foreign_rows: verdict.counts.foreignRows,
    claimed_rows: verdict.counts.claimedRows,
    owner_faults: verdict.ownerFaults.length,
  };
}

export function jsonChange(change: Change, { facts }: Verdict): Readonly<Record<string, unknown>> {
  const { type, id } = change.resource;
  const fact = facts.of(change.resource);
  const row = {
    action: change.action,
    reason: change.action === 'update' ? (change.differences[0]?.reason ?? 'different') : change.reason,
    table: change.table,
    row: { key: change.key, uuid: change.uuid ?? null },
    resource: { type, id, name: fact?.name ?? null, project_id: fact?.projectId ?? null },
    ...(change.owner === undefined ? {} : { owner: change.owner }),
  };
  switch (change.action) {
    case 'create':
      return { ...row, differences: [], wanted: change.values, listed_in: change.listedIn };
    case 'update':
      return { ...row, differences: change.differences.map(jsonDifference) };
    case 'delete':
      return { ...row, differences: [], found: change.before, proof: change.proof };
    default:
      change satisfies never;
      return {};
  }
}

const jsonDifference = ({ column, key, reason, found, wanted, why, before }: Difference) => ({
  column,
  key: key ?? null,
  reason,
  found,
  wanted,
  ...(why === undefined ? {} : { why }),
  ...(before === undefined ? {} : { before }),
});

/** One line a row, the summary last: what was read so far is of use even when the end is missing. */
export function* ndjsonReport(input: ReportInput): Iterable<string> {
  for (const line of reportLines(input)) yield JSON.stringify(line);
}

function* reportLines(input: ReportInput): Iterable<Readonly<Record<string, unknown>>> {
  const { verdict, drift, backfill, refusals } = input;
  yield { type: 'version', format_version: REPORT_FORMAT_VERSION, release: verdict.snapshot.release };
  for (const change of drift) yield { type: 'drift', ...jsonChange(change, verdict) };
  for (const change of backfill) yield { type: 'backfill', ...jsonChange(change, verdict) };
  for (const doubt of verdict.doubts) yield { type: 'doubt', ...doubt };
  for (const fault of verdict.faults) yield { type: 'fault', ...fault };
  for (const fault of verdict.ownerFaults) yield { type: 'owner-fault', ...fault };
  for (const refusal of refusals) yield { type: 'refusal', ...refusal };
  yield { type: 'summary', complete: refusals.length === 0, summary: summaryOf(input) };
}
