import type { ReplicaRow } from '@driftline/ovsdb';
import { NEUTRON_COLUMNS } from './columns.ts';
import type { ForeignRows } from './foreign-rows.ts';
import { membersOf, type NorthboundView } from './northbound-view.ts';
import { nameRows } from './row-names.ts';

/** The Northbound as a mutation sees it: which rows are Neutron's, and which of them may be harmed how. */
export class World {
  readonly view: NorthboundView;
  readonly names: ReadonlyMap<string, string>;
  readonly #foreign: ForeignRows;
  readonly #hosts: ReadonlySet<string>;
  readonly #touched: ReadonlySet<string>;

  /** `touched`: rows that another mutation of the same batch has changed. */
  constructor(view: NorthboundView, foreign: ForeignRows, touched: ReadonlySet<string>) {
    this.view = view;
    this.names = nameRows(this.view);
    this.#foreign = foreign;
    this.#hosts = hostsOf(this.view, foreign);
    this.#touched = touched;
  }

  /** Rows of Neutron's that no mutation has touched yet, by name: the same whatever their uuids are. */
  rows(table: string): readonly ReplicaRow[] {
    return this.rowsOfAll(table).filter(({ _uuid }) => !this.#touched.has(_uuid));
  }

  rowsOfAll(table: string): readonly ReplicaRow[] {
    return this.view
      .rows(table)
      .filter(({ _uuid }) => !this.isForeign(_uuid))
      .toSorted((a, b) => (this.name(a) < this.name(b) ? -1 : 1));
  }

  name(row: ReplicaRow): string {
    return this.names.get(row._uuid) ?? row._uuid;
  }

  isForeign(uuid: string): boolean {
    return this.#foreign.rows.has(uuid);
  }

  isForeignKey(row: ReplicaRow, column: string, key: string): boolean {
    return this.#foreign.keys.has(`${row._uuid} ${column} ${key}`);
  }

  /**
   * Something of another owner would be lost with the row, beyond what a repair can bring back: a row that it holds, a
   * key in its maps, its place in a foreign set. Such a row is not deleted, renamed, moved or duplicated.
   */
  isHost(uuid: string): boolean {
    return this.#hosts.has(uuid);
  }

  /** A row and what goes with it has been touched by nobody. */
  isFree(uuid: string): boolean {
    return ![uuid, ...this.view.heldBy(uuid)].some((each) => this.#touched.has(each));
  }
}

function hostsOf(view: NorthboundView, foreign: ForeignRows): ReadonlySet<string> {
  const hosts = new Set([...foreign.keys].map((key) => key.slice(0, key.indexOf(' '))));
  for (const uuid of foreign.rows) {
    for (const at of view.referrers(uuid)) if (!foreign.rows.has(at.uuid)) hosts.add(at.uuid);
    const row = view.row(uuid);
    for (const { name, key } of view.columns(view.tableOf(uuid) ?? '')?.values() ?? []) {
      if (key.type !== 'uuid') continue;
      for (const member of membersOf(row?.[name])) if (!foreign.rows.has(String(member))) hosts.add(String(member));
    }
  }
  // Who holds a host loses it with itself.
  for (const table of Object.keys(NEUTRON_COLUMNS)) {
    for (const { _uuid } of view.rows(table)) {
      if ([...view.heldBy(_uuid)].some((held) => hosts.has(held) || foreign.rows.has(held))) hosts.add(_uuid);
    }
  }
  return hosts;
}
