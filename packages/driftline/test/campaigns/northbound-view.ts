import type { Column, OvsdbClient, OvsdbValue, ReplicaRow } from '@driftline/ovsdb';
import type { GoldenRelease } from '../lab/golden.ts';

/** Where a row refers to another. */
export interface Reference {
  readonly table: string;
  readonly uuid: string;
  readonly column: string;
  /** A strong reference keeps the other row alive. */
  readonly isStrong: boolean;
}

/** The whole Northbound at one moment, every table and column, with its references the other way round. */
export class NorthboundView {
  readonly release: GoldenRelease;
  readonly #client: OvsdbClient;
  readonly #tableOf = new Map<string, string>();
  readonly #referrers = new Map<string, Reference[]>();

  /** `client` must watch everything. */
  constructor(client: OvsdbClient, release: GoldenRelease) {
    this.release = release;
    this.#client = client;
    for (const table of this.tables) {
      const columns = [...(this.columns(table)?.values() ?? [])].filter(({ key }) => key.type === 'uuid');
      for (const row of this.rows(table)) {
        this.#tableOf.set(row._uuid, table);
        for (const { name, key } of columns) {
          const reference = { table, uuid: row._uuid, column: name, isStrong: key.refType !== 'weak' };
          for (const target of membersOf(row[name])) {
            const known = this.#referrers.get(String(target));
            if (known === undefined) this.#referrers.set(String(target), [reference]);
            else known.push(reference);
          }
        }
      }
    }
  }

  get tables(): readonly string[] {
    return [...this.#client.schema.tables.keys()].sort();
  }

  columns(table: string): ReadonlyMap<string, Column> | undefined {
    return this.#client.schema.tables.get(table)?.columns;
  }

  /** Rows of such a table live without being referred to. */
  isRoot(table: string): boolean {
    return this.#client.schema.tables.get(table)?.isRoot === true;
  }

  /** Columns that no two rows may share the values of. */
  hasUniqueIndex(table: string): boolean {
    return (this.#client.schema.tables.get(table)?.indexes.length ?? 0) > 0;
  }

  rows(table: string): readonly ReplicaRow[] {
    return this.#client.schema.tables.has(table) ? [...this.#client.replica.table(table).rows.values()] : [];
  }

  tableOf(uuid: string): string | undefined {
    return this.#tableOf.get(uuid);
  }

  row(uuid: string): ReplicaRow | undefined {
    const table = this.#tableOf.get(uuid);
    return table === undefined ? undefined : this.#client.replica.table(table).get(uuid);
  }

  referrers(uuid: string): readonly Reference[] {
    return this.#referrers.get(uuid) ?? [];
  }

  /** Rows that go when this one goes, with it: what it alone keeps alive, at any depth. */
  heldBy(uuid: string): ReadonlySet<string> {
    const held = new Set([uuid]);
    for (const each of held) {
      for (const child of this.#children(each)) {
        if (this.referrers(child).every((at) => !at.isStrong || held.has(at.uuid))) held.add(child);
      }
    }
    held.delete(uuid);
    return held;
  }

  *#children(uuid: string): Iterable<string> {
    const table = this.#tableOf.get(uuid) ?? '';
    const row = this.row(uuid);
    for (const { name, key } of this.columns(table)?.values() ?? []) {
      if (key.type !== 'uuid' || key.refType === 'weak' || this.isRoot(key.refTable ?? '')) continue;
      for (const member of membersOf(row?.[name])) yield String(member);
    }
  }
}

/** What a column that is no map holds, as a list. */
export function membersOf(value: OvsdbValue): readonly OvsdbValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
