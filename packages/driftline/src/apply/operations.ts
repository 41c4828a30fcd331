/** apply/: a plan's transactions as OVSDB operations, sent to the server, and what came of each. */
import { type AtomInput, type Operation, op, type ValueInput } from '@driftline/ovsdb';
import type { Change, CreateChange, DeleteChange, UpdateChange, Written, WrittenRow } from '../diff/change.ts';
import type { Listing } from '../northbound/desired.ts';
import { referenceKey } from '../plan/plan.ts';
import { absenceOf, guardsOf } from './guards.ts';
import { inShape, type KindOf } from './shape.ts';

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
  for (const change of changes) operations.push(...guardsOf(change, options.kindOf));
  const build = new Builder(operations, refer, options.kindOf);
  for (const change of changes) if (change.action === 'delete') build.delete(change);
  // Only now: a row that goes with this transaction is no obstacle to the one that takes its place.
  const isNew = (at: Listing): boolean => created.has(referenceKey(at.table, at.key));
  for (const change of changes) {
    if (change.action !== 'create') continue;
    // What is listed in new rows alone has no twin yet; and the server looks for one by walking the table.
    if (change.listedIn.length === 0 || !change.listedIn.every(isNew)) operations.push(...absenceOf(change));
  }
  changes.forEach((change, index) => {
    if (change.action === 'update') build.update(change);
    if (change.action !== 'create') return;
    const operationIndex = build.insert(change, newRow(change, index));
    insertions.push({ operationIndex, table: change.table, key: change.key });
  });
  build.listAll();
  operations.push(op.comment(options.comment));
  return { operations, insertions };
}

/** How the transaction itself refers to a row that it inserts: by its uuid where Neutron chooses that, else by a name. */
const newRow = (change: CreateChange, index: number): AtomInput => change.uuid ?? { ref: `row${index}` };

const nameOf = (row: AtomInput): string => (typeof row === 'object' ? row.ref : String(row));

interface OpenListing {
  readonly table: string;
  readonly parent: AtomInput;
  readonly column: string;
  /** By name, for a set names nothing twice. */
  readonly members: Map<string, AtomInput>;
}

class Builder {
  readonly #operations: Operation[];
  readonly #refer: (table: string, key: string) => AtomInput;
  readonly #kindOf: KindOf;
  readonly #inserted = new Set<string>();
  readonly #listings = new Map<string, OpenListing>();
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
    if (change.uuid !== undefined) this.#inserted.add(change.uuid);
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
    const cell = `${at.table} ${nameOf(parent)} ${at.column}`;
    const listing = this.#listings.get(cell) ?? { table: at.table, parent, column: at.column, members: new Map() };
    this.#listings.set(cell, listing);
    listing.members.set(nameOf(member), member);
  }

  /** One mutation for each column that lists what is new: the server copies a large set once. */
  listAll(): void {
    for (const { table, parent, column, members } of this.#listings.values()) {
      const where = typeof parent === 'object' ? parent : { uuid: String(parent) };
      // A row that is gone would take nothing, silently, and a new member that nothing lists would vanish as silently.
      if ('uuid' in where && !this.#inserted.has(where.uuid)) this.#operations.push(op.wait(table, where, [], [{}]));
      this.#operations.push(op.mutate(table, where, [[column, 'insert', [...members.values()]]]));
    }
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
