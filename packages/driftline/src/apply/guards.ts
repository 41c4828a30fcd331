import { type AtomInput, type Condition, type Operation, op, type RowInput, type ValueInput } from '@driftline/ovsdb';
import { type Change, type CreateChange, fromJsonCell, type JsonCell } from '../diff/change.ts';
import { inShape, type KindOf } from './shape.ts';

/** What must still be so of existing rows for the change to be right. A guard that fails leaves everything as it was. */
export function guardsOf(change: Change, kindOf: KindOf): Operation[] {
  switch (change.action) {
    case 'create':
      return [];
    case 'update': {
      const columns = Object.keys(change.guard);
      return [op.wait(change.table, change.uuid, columns, [rowInput(change.table, change.guard, columns, kindOf)])];
    }
    case 'delete': {
      // What proves it an orphan of an owner beside Neutron, only that owner knows.
      const columns =
        change.owner === undefined
          ? GUARDED_ON_DELETE.filter((column) => column in change.before)
          : Object.keys(change.before).filter((column) => !column.startsWith('_'));
      return [op.wait(change.table, change.uuid, columns, [rowInput(change.table, change.before, columns, kindOf)])];
    }
    default:
      change satisfies never;
      return [];
  }
}

/** What a row is known and proven by. */
const GUARDED_ON_DELETE: readonly string[] = [
  'name',
  'external_ids',
  'match',
  'type',
  'external_ip',
  'logical_ip',
  'ip_prefix',
  'nexthop',
];

function rowInput(
  table: string,
  cells: Readonly<Record<string, JsonCell>>,
  columns: readonly string[],
  kindOf: KindOf,
): RowInput {
  const row: Record<string, ValueInput> = {};
  for (const column of columns) {
    const cell = fromJsonCell(cells[column] ?? null);
    row[column] = cell instanceof Map ? cell : inShape(kindOf(table, column), (cell ?? null) as AtomInput | null);
  }
  return row;
}

/** That nobody created the row meanwhile. To be put after the transaction's own deletions. */
export function absenceOf(change: CreateChange): Operation[] {
  const where = conditionsOfTwin(change);
  return where === undefined ? [] : [op.wait(change.table, where, [], [])];
}

/**
 * Conditions that no row may meet when this one is created. Tables with a unique index need none, the server sees to
 * it; the others would take a second row of the same meaning (the replica may lag behind another writer).
 */
function conditionsOfTwin({ table, values }: CreateChange): readonly Condition[] | undefined {
  const cell = (column: string): ValueInput => {
    const value = values[column];
    return value?.is === 'value' ? (value.value ?? undefined) : undefined;
  };
  const ids = values.external_ids?.is === 'map' ? values.external_ids.entries : {};
  const marked = (...keys: string[]): readonly Condition[] | undefined => {
    const entries = keys.flatMap((key): [string, string][] =>
      ids[key] === undefined ? [] : [[key, String(ids[key])]],
    );
    return entries.length === 0 ? undefined : [['external_ids', 'includes', new Map(entries)]];
  };
  switch (table) {
    case 'Logical_Switch':
    case 'Logical_Router':
    case 'Load_Balancer':
      return [['name', '==', cell('name')]];
    case 'DHCP_Options':
      // A port's own row and its subnet's share subnet_id: only the former can be told by inclusion.
      return ids.port_id === undefined ? undefined : marked('subnet_id', 'port_id');
    case 'DNS':
      return marked('ls_name');
    case 'NAT':
      return marked('neutron:fip_id');
    case 'ACL':
    case 'QoS':
      return [
        ['direction', '==', cell('direction')],
        ['priority', '==', cell('priority')],
        ['match', '==', cell('match')],
      ];
    default:
      return undefined;
  }
}
