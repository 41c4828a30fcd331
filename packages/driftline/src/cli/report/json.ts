import type { ConsistencyReport } from '../../consistency/report.ts';
import type { Change, Difference } from '../../diff/change.ts';
import type { LimitFinding } from '../../plan/limits.ts';
import type { Verdict } from '../../reconcile/judge.ts';
import { consistencyCounts, consistencyLists } from './consistency.ts';

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
  /** What revision numbers tell; absent where only rows were asked for. */
  readonly consistency?: ConsistencyReport;
}

/** One object, by piece: the drift of a large deployment would be longer than a string may be. */
export function* jsonReport(input: ReportInput): Iterable<string> {
  const { verdict, drift, backfill, refusals, consistency } = input;
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
  if (consistency !== undefined) {
    yield ',\n  "consistency": {';
    let isFirst = true;
    for (const [name, list] of Object.entries(consistencyLists(consistency))) {
      yield `${isFirst ? '' : ','}\n    "${name}": [`;
      yield* listItems<unknown>(list, 6);
      yield list.length === 0 ? ']' : '\n    ]';
      isFirst = false;
    }
    yield '\n  }';
  }
  yield `,${JSON.stringify({ doubts, faults, owner_faults: ownerFaults, refusals }, undefined, 2).slice('{'.length)}\n`;
}

function* changesMember(name: string, changes: readonly Change[], verdict: Verdict): Iterable<string> {
  yield `,\n  "${name}": [`;
  yield* listItems(changes, 4, (change) => jsonChange(change, verdict));
  yield changes.length === 0 ? ']' : '\n  ]';
}

function* listItems<T>(
  list: readonly T[],
  indent: number,
  describe: (item: T) => unknown = (item) => item,
): Iterable<string> {
  let isFirst = true;
  for (const item of list) {
    const text = JSON.stringify(describe(item), undefined, 2).replaceAll(/^/gm, ' '.repeat(indent));
    yield `${isFirst ? '' : ','}\n${text}`;
    isFirst = false;
  }
}

export function summaryOf({ verdict, drift, backfill, consistency }: ReportInput): Readonly<Record<string, unknown>> {
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
    ...(consistency === undefined ? {} : { revisions: consistencyCounts(consistency) }),
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
  const { verdict, drift, backfill, refusals, consistency } = input;
  yield { type: 'version', format_version: REPORT_FORMAT_VERSION, release: verdict.snapshot.release };
  for (const change of drift) yield { type: 'drift', ...jsonChange(change, verdict) };
  for (const change of backfill) yield { type: 'backfill', ...jsonChange(change, verdict) };
  for (const doubt of verdict.doubts) yield { type: 'doubt', ...doubt };
  for (const fault of verdict.faults) yield { type: 'fault', ...fault };
  for (const fault of verdict.ownerFaults) yield { type: 'owner-fault', ...fault };
  if (consistency !== undefined) {
    const { inconsistent, deleted, ahead } = consistencyLists(consistency);
    for (const { type, ...entry } of inconsistent) yield { type: 'inconsistent', resource_type: type, ...entry };
    for (const { type, ...note } of deleted) yield { type: 'deleted', resource_type: type, ...note };
    for (const row of ahead) yield { type: 'ahead', ...row };
  }
  for (const refusal of refusals) yield { type: 'refusal', ...refusal };
  yield { type: 'summary', complete: refusals.length === 0, summary: summaryOf(input) };
}
