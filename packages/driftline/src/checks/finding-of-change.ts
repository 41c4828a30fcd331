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

const say = (value: unknown): string => (value === null ? 'nothing' : JSON.stringify(value));
