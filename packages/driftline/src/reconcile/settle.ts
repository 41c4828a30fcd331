import type { Change, Difference } from '../diff/change.ts';

/**
 * A race is not drift (law 6): Neutron writes SQL first and OVN after, so a difference may be one that is being written.
 * What two looks at both databases have in common was there both times.
 */
export function inBoth(first: readonly Change[], second: readonly Change[]): readonly Change[] {
  const before = new Map(first.map((change) => [rowName(change), change]));
  return second.flatMap((change): Change[] => {
    const old = before.get(rowName(change));
    if (old === undefined) return [];
    if (change.action !== 'update' || old.action !== 'update') return [change];
    const names = new Set(old.differences.map(differenceName));
    const kept = change.differences.filter((difference) => names.has(differenceName(difference)));
    return kept.length === 0
      ? []
      : [kept.length === change.differences.length ? change : { ...change, differences: kept }];
  });
}

export const rowName = ({ action, table, key }: Change): string => `${action} ${table} ${key}`;

/** The wanted value is part of the name: when SQL moved on, it is another difference. */
export const differenceName = ({ column, key, reason, wanted }: Difference): string =>
  JSON.stringify([column, key, reason, wanted]);

/** Every difference by a name of its own, for those who follow them over time. */
export function* differenceNames(change: Change): Iterable<string> {
  const row = rowName(change);
  if (change.action !== 'update') yield row;
  else for (const difference of change.differences) yield `${row} ${differenceName(difference)}`;
}
