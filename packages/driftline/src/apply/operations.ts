/** apply/: a plan's transactions as OVSDB operations, sent to the server, and what came of each. */
import { type AtomInput, type Condition, type Operation, op, type RowInput, type ValueInput } from '@driftline/ovsdb';
import {
  type Change,
  type CreateChange,
  type DeleteChange,
  fromJsonCell,
  type JsonCell,
  type UpdateChange,
  type Written,
} from '../diff/change.ts';
import type { Listing } from '../northbound/desired.ts';
import { referenceKey } from '../plan/plan.ts';

/** Finds rows by natural key: those that exist, and those that this run of apply has created. */
export interface RowResolver {
  uuidOf(table: string, key: string): string | undefined;
}

/** A reference to a row that neither exists nor is created by the transaction. */
export class UnresolvedReference extends Error {
  override readonly name = 'UnresolvedReference';
}

/** An insert of the transaction, by its operation's index: its result tells the new row's uuid. */
export interface Insertion {
  readonly operationIndex: number;
  readonly table: string;
  readonly key: string;
}

/**
 * One atomic transaction: the lock first (law 5), then the guards, then the writes.
 * @throws UnresolvedReference when a row that it refers to does not exist.
 */
export function buildOperations(
  changes: readonly Change[],
  resolver: RowResolver,
  options: { readonly lock: string | undefined; readonly comment: string },
): { operations: Operation[]; insertions: Insertion[] } {
  const operations: Operation[] = [];
  const insertions: Insertion[] = [];
  const named = new Map<string, string>();
  changes.forEach((change, index) => {
    if (change.action === 'create') named.set(referenceKey(change.table, change.key), `row${index}`);
  });
  const refer = (table: string, key: string): AtomInput => {
    const name = named.get(referenceKey(table, key));
    if (name !== undefined) return { ref: name };
    const uuid = resolver.uuidOf(table, key);
    if (uuid === undefined) throw new UnresolvedReference(`${table} ${key} does not exist`);
    return uuid;
  };

  if (options.lock !== undefined) operations.push(op.assert(options.lock));
  for (const change of changes) operations.push(...guards(change));
  const build = new Builder(operations, refer);
  changes.forEach((change, index) => {
    switch (change.action) {
      case 'create':
        insertions.push({ operationIndex: build.insert(change, `row${index}`), table: change.table, key: change.key });
        break;
      case 'update':
        build.update(change);
        break;
      case 'delete':
        build.delete(change);
        break;
      default:
        change satisfies never;
    }
  });
  operations.push(op.comment(options.comment));
  return { operations, insertions };
}

class Builder {
  readonly #operations: Operation[];
  readonly #refer: (table: string, key: string) => AtomInput;
  #embedded = 0;

  constructor(operations: Operation[], refer: (table: string, key: string) => AtomInput) {
    this.#operations = operations;
    this.#refer = refer;
  }

  /** Returns the index of the insert. */
  insert(change: CreateChange, name: string): number {
    const row: Record<string, ValueInput> = {};
    for (const [column, value] of Object.entries(change.values)) row[column] = this.#value(value);
    const index = this.#operations.length;
    const id = change.uuid === undefined ? { namedUuid: name } : { uuid: change.uuid, namedUuid: name };
    this.#operations.push(op.insert(change.table, row, id));
    for (const at of change.listedIn) this.#list(at, { ref: name });
    return index;
  }

  update(change: UpdateChange): void {
    const row: Record<string, ValueInput> = {};
    const dropped = new Map<string, string[]>();
    const put = new Map<string, Map<string, string | number | boolean>>();
    for (const { column, write } of change.differences) {
      if (write === undefined) continue;
      if (write.op === 'set') row[column] = this.#value(write.value);
      else if (write.op === 'list') this.#list(write.in, change.uuid);
      else if (write.op === 'unlist') this.#unlist(write.in.table, write.in.uuid, write.in.column, change.uuid);
      else {
        // OVSDB's insert into a map keeps the old value of a key: what is put is first dropped.
        const keys = dropped.get(column) ?? [];
        dropped.set(column, [...keys, write.key]);
        if (write.op === 'put') {
          const entries = put.get(column) ?? new Map<string, string | number | boolean>();
          put.set(column, entries.set(write.key, write.value));
        }
      }
    }
    if (Object.keys(row).length > 0) this.#operations.push(op.update(change.table, change.uuid, row));
    const mutations = [
      ...[...dropped].map(([column, keys]) => [column, 'delete', keys] as const),
      ...[...put].map(([column, entries]) => [column, 'insert', entries] as const),
    ];
    if (mutations.length > 0) this.#operations.push(op.mutate(change.table, change.uuid, mutations));
  }

  delete(change: DeleteChange): void {
    for (const at of change.listedIn) this.#unlist(at.table, at.uuid, at.column, change.uuid);
    this.#operations.push(op.delete(change.table, change.uuid));
  }

  #list(at: Listing, member: AtomInput): void {
    const parent = this.#refer(at.table, at.key);
    const where = typeof parent === 'object' ? parent : { uuid: String(parent) };
    this.#operations.push(op.mutate(at.table, where, [[at.column, 'insert', [member]]]));
  }

  #unlist(table: string, parent: string, column: string, member: string): void {
    this.#operations.push(op.mutate(table, parent, [[column, 'delete', [member]]]));
  }

  #value(value: Written): ValueInput {
    switch (value.is) {
      case 'value':
        return value.value ?? [];
      case 'map':
        return new Map(Object.entries(value.entries));
      case 'refs':
        return value.keys.map((key) => this.#refer(value.table, key));
      case 'rows':
        return value.rows.map((row) => {
          const name = `embedded${this.#embedded++}`;
          const cells: Record<string, ValueInput> = {};
          for (const [column, cell] of Object.entries(row)) cells[column] = cell ?? [];
          this.#operations.push(op.insert(value.table, cells, { namedUuid: name }));
          return { ref: name };
        });
      default:
        value satisfies never;
        return [];
    }
  }
}

/** What must still be so for the change to be right. A guard that fails leaves everything as it was. */
function guards(change: Change): Operation[] {
  switch (change.action) {
    case 'create': {
      const where = absence(change);
      return where === undefined ? [] : [op.wait(change.table, where, [], [])];
    }
    case 'update': {
      const columns = Object.keys(change.guard);
      return [op.wait(change.table, change.uuid, columns, [rowInput(change.guard, columns)])];
    }
    case 'delete': {
      const columns = GUARDED_ON_DELETE.filter((column) => column in change.before);
      return [op.wait(change.table, change.uuid, columns, [rowInput(change.before, columns)])];
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

function rowInput(cells: Readonly<Record<string, JsonCell>>, columns: readonly string[]): RowInput {
  const row: Record<string, ValueInput> = {};
  for (const column of columns) row[column] = fromJsonCell(cells[column] ?? null) ?? [];
  return row;
}

/**
 * Conditions that no row may meet when this one is created. Tables with a unique index need none, the server sees to
 * it; the others would take a second row of the same meaning (the replica may lag behind another writer).
 */
function absence({ table, values }: CreateChange): readonly Condition[] | undefined {
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
