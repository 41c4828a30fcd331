/** apply/: a plan's transactions as OVSDB operations, sent to the server, and what came of each. */
import {
  type AtomInput,
  type ColumnKind,
  type Condition,
  type Operation,
  op,
  type RowInput,
  type ValueInput,
} from '@driftline/ovsdb';
import {
  type Change,
  type CreateChange,
  type DeleteChange,
  fromJsonCell,
  type JsonCell,
  type UpdateChange,
  type Written,
  type WrittenRow,
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

/** The shape of a column in the server's schema. */
export type KindOf = (table: string, column: string) => ColumnKind;

/** An insert of the transaction, by its operation's index: its result tells the new row's uuid. */
export interface Insertion {
  readonly operationIndex: number;
  readonly table: string;
  readonly key: string;
}

/**
 * One atomic transaction: the lock first (law 5), then the guards, the deletions, and the other writes.
 * @throws UnresolvedReference when a row that it refers to does not exist.
 */
export function buildOperations(
  changes: readonly Change[],
  resolver: RowResolver,
  options: { readonly lock: string | undefined; readonly comment: string; readonly kindOf: KindOf },
): { operations: Operation[]; insertions: Insertion[] } {
  const operations: Operation[] = [];
  const insertions: Insertion[] = [];
  const created = new Map<string, AtomInput>();
  changes.forEach((change, index) => {
    if (change.action === 'create') created.set(referenceKey(change.table, change.key), newRow(change, index));
  });
  const refer = (table: string, key: string): AtomInput => {
    const own = created.get(referenceKey(table, key));
    if (own !== undefined) return own;
    const uuid = resolver.uuidOf(table, key);
    if (uuid === undefined) throw new UnresolvedReference(`${table} ${key} does not exist`);
    return uuid;
  };

  if (options.lock !== undefined) operations.push(op.assert(options.lock));
  for (const change of changes) operations.push(...guards(change, options.kindOf));
  const build = new Builder(operations, refer, options.kindOf);
  for (const change of changes) if (change.action === 'delete') build.delete(change);
  // Only now: a row that goes with this transaction is no obstacle to the one that takes its place.
  for (const change of changes) if (change.action === 'create') operations.push(...absence(change));
  changes.forEach((change, index) => {
    if (change.action === 'update') build.update(change);
    if (change.action !== 'create') return;
    const operationIndex = build.insert(change, newRow(change, index));
    insertions.push({ operationIndex, table: change.table, key: change.key });
  });
  operations.push(op.comment(options.comment));
  return { operations, insertions };
}

/** How the transaction itself refers to a row that it inserts: by its uuid where Neutron chooses that, else by a name. */
const newRow = (change: CreateChange, index: number): AtomInput => change.uuid ?? { ref: `row${index}` };

class Builder {
  readonly #operations: Operation[];
  readonly #refer: (table: string, key: string) => AtomInput;
  readonly #kindOf: KindOf;
  #embedded = 0;

  constructor(operations: Operation[], refer: (table: string, key: string) => AtomInput, kindOf: KindOf) {
    this.#operations = operations;
    this.#refer = refer;
    this.#kindOf = kindOf;
  }

  /** Returns the index of the insert. */
  insert(change: CreateChange, self: AtomInput): number {
    const row: Record<string, ValueInput> = {};
    for (const [column, value] of Object.entries(change.values)) row[column] = this.#value(change.table, column, value);
    const index = this.#operations.length;
    const id = typeof self === 'object' ? { namedUuid: self.ref } : { uuid: String(self) };
    this.#operations.push(op.insert(change.table, row, id));
    for (const at of change.listedIn) this.#list(at, self);
    return index;
  }

  update(change: UpdateChange): void {
    const row: Record<string, ValueInput> = {};
    const dropped = new Map<string, string[]>();
    const put = new Map<string, Map<string, string | number | boolean>>();
    for (const { column, write } of change.differences) {
      if (write === undefined) continue;
      if (write.op === 'set') row[column] = this.#value(change.table, column, write.value);
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
    // A row that is gone would take nothing, silently, and a new member that nothing lists would vanish as silently.
    if ('uuid' in where && !this.#inserts(where.uuid)) this.#operations.push(op.wait(at.table, where, [], [{}]));
    this.#operations.push(op.mutate(at.table, where, [[at.column, 'insert', [member]]]));
  }

  #inserts(uuid: string): boolean {
    return this.#operations.some((operation) => operation.op === 'insert' && operation.uuid === uuid);
  }

  #unlist(table: string, parent: string, column: string, member: string): void {
    this.#operations.push(op.mutate(table, parent, [[column, 'delete', [member]]]));
  }

  #value(table: string, column: string, value: Written): ValueInput {
    const kind = this.#kindOf(table, column);
    switch (value.is) {
      case 'value':
        return inShape(kind, value.value);
      case 'map':
        return new Map(Object.entries(value.entries));
      case 'refs':
        return inShape(
          kind,
          value.keys.map((key) => this.#refer(value.table, key)),
        );
      case 'rows':
        return inShape(
          kind,
          value.rows.map((row) => this.#embed(value.table, row)),
        );
      default:
        value satisfies never;
        return undefined;
    }
  }

  #embed(table: string, row: WrittenRow): AtomInput {
    const namedUuid = `embedded${this.#embedded++}`;
    const cells: Record<string, ValueInput> = {};
    for (const [column, cell] of Object.entries(row)) cells[column] = inShape(this.#kindOf(table, column), cell);
    this.#operations.push(op.insert(table, cells, { namedUuid }));
    return { ref: namedUuid };
  }
}

/** The same value as the column's kind would have it: one thing alone, or a list of any number. */
function inShape(kind: ColumnKind, value: AtomInput | null | readonly AtomInput[]): ValueInput {
  const list = value === null ? [] : Array.isArray(value) ? (value as readonly AtomInput[]) : [value as AtomInput];
  return kind === 'set' ? list : list[0];
}

/** What must still be so of existing rows for the change to be right. A guard that fails leaves everything as it was. */
function guards(change: Change, kindOf: KindOf): Operation[] {
  switch (change.action) {
    case 'create':
      return [];
    case 'update': {
      const columns = Object.keys(change.guard);
      return [op.wait(change.table, change.uuid, columns, [rowInput(change.table, change.guard, columns, kindOf)])];
    }
    case 'delete': {
      const columns = GUARDED_ON_DELETE.filter((column) => column in change.before);
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

function absence(change: CreateChange): Operation[] {
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
