/**
 * tasks/: the named checks and migrations of Neutron's maintenance worker, when each is run, and what came of it.
 *
 * Most of them say: this column of these rows must be so under this configuration. The translator says that already, so
 * such a task is a scope over the one engine; only what touches SQL or the Southbound has code of its own (`code/`).
 */
import { type Change, type Difference, fromJsonCell, type Written } from '../diff/change.ts';
import { withDifferences } from '../diff/history.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { Cells, ObservedState } from '../northbound/observed.ts';
import type { OwnedTable } from '../northbound/tables.ts';
import type { Verdict } from '../reconcile/judge.ts';

/** Everything, or what any of the parts covers. */
export type Scope = 'everything' | readonly ScopePart[];

export interface ScopePart {
  readonly table: OwnedTable;
  /**
   * Cells of existing rows: a column, or `TABLE.COLUMN` for the listing of a row there. Absent: whole rows, to create
   * and to delete too.
   */
  readonly column?: string;
  /** Where the column is a map, only these keys. */
  readonly keys?: readonly string[];
  /** Of whole rows, only what is done to them so. */
  readonly actions?: readonly Change['action'][];
  /** Which rows; all where absent. */
  readonly isAbout?: (row: ScopedRow) => boolean;
}

/** A row that differs, as it is; one to create as it will be, references as natural keys. */
export interface ScopedRow {
  readonly key: string;
  readonly cells: Cells;
  /** The id of the Neutron resource that it serves. */
  readonly resourceId: string;
  readonly snapshot: NeutronSnapshot;
  readonly observed: ObservedState;
}

export interface ScopedChanges {
  readonly drift: readonly Change[];
  readonly backfill: readonly Change[];
}

/** What of a verdict a task is about. An update is cut to the scope, and its guard with it. */
export function changesInScope(verdict: Verdict, scope: Scope): ScopedChanges {
  if (scope === 'everything') return verdict;
  const cut = (changes: readonly Change[]): readonly Change[] =>
    changes.flatMap((change) => cutToScope(change, scope, verdict) ?? []);
  return { drift: cut(verdict.drift), backfill: cut(verdict.backfill) };
}

function cutToScope(change: Change, scope: readonly ScopePart[], verdict: Verdict): Change | undefined {
  const ofTable = scope.filter(({ table }) => table === change.table);
  if (ofTable.length === 0) return undefined;
  const row = scopedRow(change, verdict);
  const parts = ofTable.filter(({ isAbout }) => isAbout === undefined || isAbout(row));
  if (parts.some((part) => coversRow(part, change))) return change;
  if (change.action !== 'update') return undefined;
  const kept = change.differences.filter((difference) => parts.some((part) => coversCell(part, difference)));
  return kept.length === 0 ? undefined : withDifferences(change, kept);
}

const coversRow = ({ column, actions }: ScopePart, { action }: Change): boolean =>
  column === undefined && (actions === undefined || actions.includes(action));

const coversCell = ({ column, keys }: ScopePart, difference: Difference): boolean =>
  column === difference.column &&
  (keys === undefined || (difference.key !== undefined && keys.includes(difference.key)));

function scopedRow(change: Change, verdict: Verdict): ScopedRow {
  return {
    key: change.key,
    cells: cellsOf(change, verdict),
    resourceId: change.resource.id,
    snapshot: verdict.snapshot,
    observed: verdict.observed,
  };
}

function cellsOf(change: Change, verdict: Verdict): Cells {
  switch (change.action) {
    case 'create':
      return mapValues(change.values, cellOf);
    case 'update':
      return verdict.observed.byUuid(change.uuid)?.cells ?? {};
    case 'delete':
      return mapValues(change.before, fromJsonCell);
    default:
      change satisfies never;
      return {};
  }
}

function cellOf(value: Written): unknown {
  switch (value.is) {
    case 'value':
      return value.value ?? undefined;
    case 'map':
      return new Map(Object.entries(value.entries));
    case 'refs':
      return value.keys;
    case 'rows':
      return value.rows;
    default:
      value satisfies never;
      return undefined;
  }
}

const mapValues = <T>(cells: Readonly<Record<string, T>>, map: (cell: T) => unknown): Cells =>
  Object.fromEntries(Object.entries(cells).map(([column, cell]) => [column, map(cell)]));
