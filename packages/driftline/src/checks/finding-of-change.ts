import type { Change, Difference } from '../diff/change.ts';
import type { Finding } from '../tasks/task.ts';

/** What the engine would change, told as a check tells it. */
export function findingOf(change: Change): Finding {
  const row = `${change.table} ${change.key}`;
  const id = `${change.table} ${'uuid' in change && change.uuid !== undefined ? change.uuid : change.key}`;
  switch (change.action) {
    case 'create':
      return { id, what: `${row} is missing`, wouldBe: 'created' };
    case 'delete':
      return { id, what: `${row} belongs to nothing in Neutron`, wouldBe: 'deleted' };
    case 'update':
      return {
        id,
        what: `${row}: ${change.differences.map(sayFound).join(', ')}`,
        wouldBe: change.differences.map(({ wanted }) => say(wanted)).join(', '),
      };
    default:
      throw change satisfies never;
  }
}

const sayFound = ({ column, key, found }: Difference): string =>
  `${column}${key === undefined ? '' : `:${key}`} is ${say(found)}`;

/** Chassis by falling priority, as OVN takes them; the rest as it stands. */
function say(value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return 'none';
  if (Array.isArray(value) && value.every(isScheduled)) {
    const ordered = value.toSorted((a, b) => b.priority - a.priority);
    return ordered.map(({ chassis_name, priority }) => `${chassis_name} (${priority})`).join(', ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const isScheduled = (row: unknown): row is { readonly chassis_name: string; readonly priority: number } =>
  typeof row === 'object' && row !== null && 'chassis_name' in row && 'priority' in row;
