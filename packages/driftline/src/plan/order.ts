import type { Change } from '../diff/change.ts';
import type { ResourceRef } from '../northbound/desired.ts';

/**
 * Units in the order in which they may be written: what is referred to comes before what refers to it. Port groups and
 * their ACLs come before ports, so that no port is ever without the group that drops its traffic.
 */
const RANKS: Readonly<Record<ResourceRef['type'], number>> = {
  deployment: 0,
  address_groups: 1,
  security_groups: 2,
  security_group_rules: 2,
  networks: 3,
  subnets: 4,
  routers: 5,
  router_ports: 5,
  ports: 6,
  floatingips: 7,
};

export interface UnitOfChange {
  readonly unit: ResourceRef;
  readonly changes: readonly Change[];
}

export const rankOf = (unit: ResourceRef): number => RANKS[unit.type];

/**
 * One entry a unit; units that only delete come last and in reverse, so that nothing is deleted before what refers to
 * it. Within a rank the order of the changes is kept: equal input gives an equal plan.
 */
export function inOrder(changes: readonly Change[]): readonly UnitOfChange[] {
  const units = new Map<string, { unit: ResourceRef; changes: Change[] }>();
  for (const change of changes) {
    const key = `${change.unit.type} ${change.unit.id}`;
    const unit = units.get(key);
    if (unit === undefined) units.set(key, { unit: change.unit, changes: [change] });
    else unit.changes.push(change);
  }
  const onlyDeletes = (unit: UnitOfChange): boolean => unit.changes.every(({ action }) => action === 'delete');
  const all = [...units.values()];
  return [
    ...all.filter((unit) => !onlyDeletes(unit)).sort((a, b) => rankOf(a.unit) - rankOf(b.unit)),
    ...all.filter(onlyDeletes).sort((a, b) => rankOf(b.unit) - rankOf(a.unit)),
  ];
}
