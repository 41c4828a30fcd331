import type { ConsistencyReport } from '../consistency/report.ts';
import type { Change } from '../diff/change.ts';
import type { ResourceRef } from '../northbound/desired.ts';

/** Which differences somebody asks for; an empty list asks for all. */
export interface Selection {
  /** Resource types, as `ovn_revision_numbers` spells them. */
  readonly types: readonly string[];
  /** Resource ids or row uuids. */
  readonly uuids: readonly string[];
  readonly tables: readonly string[];
  readonly projects: readonly string[];
}

export const everything: Selection = { types: [], uuids: [], tables: [], projects: [] };

export const isEverything = (selection: Selection): boolean =>
  Object.values(selection).every((list: readonly string[]) => list.length === 0);

/** `projectOf` answers undefined for a resource that is gone: it belongs to no project any more. */
export function select(
  changes: readonly Change[],
  selection: Selection,
  projectOf: (resource: ResourceRef) => string | undefined,
): readonly Change[] {
  if (isEverything(selection)) return changes;
  const { types, uuids, tables, projects } = selection;
  const allows = (list: readonly string[], ...values: (string | undefined)[]): boolean =>
    list.length === 0 || values.some((value) => value !== undefined && list.includes(value));
  return changes.filter(
    (change) =>
      allows(types, change.resource.type, change.unit.type) &&
      allows(uuids, change.resource.id, change.unit.id, 'uuid' in change ? change.uuid : undefined) &&
      allows(tables, change.table) &&
      allows(projects, projectOf(change.resource) ?? projectOf(change.unit)),
  );
}

/** Tables don't narrow it: what it is about are resources. */
export function selectConsistency(
  report: ConsistencyReport,
  { types, uuids, projects }: Selection,
  projectOf: (resource: ResourceRef) => string | undefined,
): ConsistencyReport {
  const isWanted = (resource: ResourceRef): boolean =>
    (types.length === 0 || types.includes(resource.type)) &&
    (uuids.length === 0 || uuids.includes(resource.id)) &&
    (projects.length === 0 || projects.includes(projectOf(resource) ?? ''));
  return {
    inconsistent: report.inconsistent.filter(isWanted),
    deleted: report.deleted.filter(isWanted),
    ahead: report.ahead.filter(({ resource }) => isWanted(resource)),
  };
}
