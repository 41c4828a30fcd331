/** Hand-made Northbounds for tests: rows as the replica would hold them. */
import { featuresOf } from '../../neutron/features.ts';
import type { DesiredRow, DesiredState } from '../../northbound/desired.ts';
import { observe } from '../../northbound/observe.ts';
import type { Cells, ObservedState, RowSource } from '../../northbound/observed.ts';
import { OWNED_TABLES, type OwnedTable } from '../../northbound/tables.ts';
import { type DiffResult, diff } from '../diff.ts';
import type { ResourceTimes } from '../history.ts';

export type Tables = Readonly<Record<string, readonly (Cells & { readonly _uuid: string })[]>>;

export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export function sourceOf(tables: Tables): RowSource {
  return { rows: (table) => tables[table] ?? [] };
}

export const observedOf = (tables: Tables): ObservedState => observe(sourceOf(tables));

export function desiredOf(...rows: readonly DesiredRow[]): DesiredState {
  const state = new Map<OwnedTable, Map<string, DesiredRow>>(OWNED_TABLES.map((table) => [table, new Map()]));
  for (const row of rows) state.get(row.table)?.set(row.key, row);
  return state;
}

export const someTime: ResourceTimes = { createdAtMs: () => 1000, writtenAtMs: () => 1000 };

export function diffOf(rows: readonly DesiredRow[], tables: Tables, times: ResourceTimes = someTime): DiffResult {
  return diff(desiredOf(...rows), observedOf(tables), { hasColumn: () => true, features: featuresOf('2026.1'), times });
}

export const map = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries));
