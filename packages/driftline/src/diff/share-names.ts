import type { ResourceRef } from '../northbound/desired.ts';
import { uuidsOf } from '../northbound/observe.ts';
import type { ObservedState } from '../northbound/observed.ts';
import type { Change, Written } from './change.ts';

/**
 * Names of Gateway_Chassis rows are unique. Where a port is to get one by a name that still sits in another port, both
 * ports must change in one transaction: the one gives the name up, the other takes it.
 */
export function shareNames(changes: readonly Change[], observed: ObservedState): readonly Change[] {
  const written = changes.flatMap((change) => [...namesWritten(change)].map((name) => [name, change] as const));
  if (written.length === 0) return changes;
  const holders = holdersByName(observed);
  const units = new Map<string, ResourceRef>();
  for (const [name, change] of written) {
    for (const uuid of holders.get(name) ?? []) {
      const holder = changes.find((other) => other.action !== 'create' && other.uuid === uuid);
      if (holder !== undefined) join(units, change.unit, holder.unit);
    }
  }
  if (units.size === 0) return changes;
  return changes.map((change) => {
    const unit = resolve(units, change.unit);
    return unit === change.unit ? change : { ...change, unit };
  });
}

function* namesWritten(change: Change): Iterable<string> {
  if (change.action === 'delete') return;
  const values: readonly (Written | undefined)[] =
    change.action === 'create'
      ? Object.values(change.values)
      : change.differences.map(({ write }) => (write?.op === 'set' ? write.value : undefined));
  for (const value of values) {
    if (value?.is !== 'rows' || value.table !== 'Gateway_Chassis') continue;
    for (const { name } of value.rows) yield String(name);
  }
}

function holdersByName(observed: ObservedState): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const { uuid, cells } of observed.rows('Logical_Router_Port')) {
    for (const held of uuidsOf(cells.gateway_chassis)) {
      const name = String(observed.embedded('Gateway_Chassis', held)?.name);
      holders.set(name, [...(holders.get(name) ?? []), uuid]);
    }
  }
  return holders;
}

const keyOf = ({ type, id }: ResourceRef): string => `${type} ${id}`;

function join(units: Map<string, ResourceRef>, a: ResourceRef, b: ResourceRef): void {
  const [one, other] = [resolve(units, a), resolve(units, b)];
  if (keyOf(one) !== keyOf(other)) units.set(keyOf(other), one);
}

function resolve(units: ReadonlyMap<string, ResourceRef>, unit: ResourceRef): ResourceRef {
  let found = unit;
  for (let next = units.get(keyOf(found)); next !== undefined; next = units.get(keyOf(found))) found = next;
  return found;
}
