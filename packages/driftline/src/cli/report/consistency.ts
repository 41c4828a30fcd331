import { type ConsistencyReport, countByType } from '../../consistency/report.ts';
import { printable } from '../terminal.ts';

/** For people: how many of each type; their list is for programs. Nothing where all numbers agree. */
export function* consistencyLines({ inconsistent, deleted, ahead }: ConsistencyReport): Iterable<string> {
  if (inconsistent.length + deleted.length + ahead.length === 0) return;
  yield 'Revision numbers that do not agree (ovn_revision_numbers):';
  for (const [type, entries] of byType(inconsistent)) {
    const right = entries.filter(({ content }) => content === 'right').length;
    const held = right === entries.length ? 'OVN is right' : `OVN is right for ${right} of them`;
    yield `  ${type}: ${countReasons(entries)}; ${held}`;
  }
  for (const [type, notes] of byType(deleted)) {
    const held = notes.filter(({ rows }) => rows > 0).length;
    const left = held === 0 ? 'OVN holds nothing of them' : `OVN still holds rows of ${held}`;
    yield `  ${type}: ${countReasons(notes)}; ${left}`;
  }
  for (const { resource, table, key, held, revision } of ahead) {
    yield `  ${resource.type} ${resource.id}: ${table} ${printable(key)} has revision ${held}, Neutron ${revision}; shown only`;
  }
  yield '';
}

/** For programs. */
export const consistencyLists = ({ inconsistent, deleted, ahead }: ConsistencyReport) => ({
  inconsistent: inconsistent.map(({ type, id, why, revision, noted, held, content }) => ({
    type,
    id,
    why,
    revision,
    noted: noted ?? null,
    held: held ?? null,
    content,
  })),
  deleted,
  ahead,
});

export const consistencyCounts = ({ inconsistent, deleted, ahead }: ConsistencyReport) => ({
  inconsistent: countByType(inconsistent),
  deleted: countByType(deleted),
  ahead: ahead.length,
});

/** In the order of the list. */
function byType<T extends { readonly type: string }>(list: readonly T[]): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(list, ({ type }) => type);
}

function countReasons(list: readonly { readonly why: string }[]): string {
  const counts = Map.groupBy(list, ({ why }) => why);
  return [...counts].map(([why, entries]) => `${entries.length} ${why}`).join(', ');
}
