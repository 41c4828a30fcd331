/**
 * Owners beside Neutron: who claims rows of the Northbound, and how those rows should be. Octavia, VPNaaS and the like
 * share the database with Neutron; a plugin says for one of them which rows are its own (see extension/).
 *
 * An owner reads and answers; it has no way to write. All it is asked are plain functions over one moment of both
 * databases, so that the same moment always gets the same answer.
 */
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { Cells, RowSource } from './observed.ts';
import type { OwnedTable } from './tables.ts';

/** A row of the Northbound: sets are arrays, maps are Maps, an empty optional is undefined, references are uuids. */
export type NorthboundRow = Cells & { readonly _uuid: string };

/** Both databases at one moment. */
export interface OwnerView {
  readonly snapshot: NeutronSnapshot;
  /** Every row of a table, whoever owns it. Tables that Neutron never writes are empty unless an owner claims in them. */
  rows(table: string): Iterable<NorthboundRow>;
  /** The row of that `name`; the first where several have it. */
  find(table: string, name: string): NorthboundRow | undefined;
}

export interface RowOwner {
  /** As it is shown: `octavia`. */
  readonly name: string;
  readonly rows: readonly OwnedRows[];
}

/** What an owner has in one table. */
export interface OwnedRows {
  readonly table: string;
  /**
   * What proves that the row is this owner's (`external_ids:lr_ref`); undefined: it is not. Asked only of rows that
   * Neutron does not want. A row that is claimed is never deleted as an orphan of Neutron's, and no cell of it is
   * changed unless `wants` says so.
   */
  claim(row: NorthboundRow, view: OwnerView): string | undefined;
  /** How a claimed row should be; what is not mentioned is left alone. Only for tables that Neutron writes too. */
  wants?(row: NorthboundRow, view: OwnerView): RowWants;
  /**
   * What proves that nothing needs the claimed row any more; undefined: something may. Then the row is deleted, within
   * the limits. Neutron's database can rarely prove it: the owner's own may still want the row.
   */
  orphan?(row: NorthboundRow, view: OwnerView): string | undefined;
}

export interface RowWants {
  /** Rows of Neutron's that must list it. Others that list it are left alone, and so is what Neutron does not want. */
  readonly listedIn?: readonly WantedListing[];
  /** Single keys of its maps. */
  readonly keys?: readonly WantedKey[];
}

export interface WantedListing {
  readonly table: OwnedTable;
  /** A column that lists rows of the owned row's table: `load_balancer`. */
  readonly column: string;
  /** The listing row's natural key: its name, in tables that have one. */
  readonly key: string;
}

export interface WantedKey {
  readonly column: string;
  readonly key: string;
  /** null: the key must not be there. */
  readonly value: string | null;
  /** An earlier release of the owner wrote what differs: back-fill, not drift. */
  readonly isHistory?: boolean;
}

/** An owner that threw, or answered what makes no sense. Its rows are as if it had not been asked, but never deleted. */
export interface OwnerFault {
  readonly owner: string;
  readonly during: 'claim' | 'wants' | 'orphan';
  readonly table: string;
  readonly message: string;
  /** How many rows it was about. */
  readonly rows: number;
}

export type Claim =
  | { readonly is: 'claimed'; readonly owner: RowOwner; readonly proof: string; readonly rules: OwnedRows }
  /** It threw: whose the row is nobody knows. */
  | { readonly is: 'undecided'; readonly owner: RowOwner };

export function viewOf(snapshot: NeutronSnapshot, source: RowSource): OwnerView {
  const byName = new Map<string, Map<string, NorthboundRow>>();
  const named = (table: string): Map<string, NorthboundRow> => {
    let rows = byName.get(table);
    if (rows === undefined) {
      rows = new Map();
      for (const row of source.rows(table)) {
        if (typeof row.name === 'string' && !rows.has(row.name)) rows.set(row.name, row);
      }
      byName.set(table, rows);
    }
    return rows;
  };
  return { snapshot, rows: (table) => source.rows(table), find: (table, name) => named(table).get(name) };
}

/** Asks the owners, in their order, and keeps what went wrong. The first that claims a row has it. */
export class Claims {
  readonly view: OwnerView;
  readonly #rules: ReadonlyMap<string, readonly { readonly owner: RowOwner; readonly rules: OwnedRows }[]>;
  readonly #faults = new Map<string, OwnerFault>();

  constructor(owners: readonly RowOwner[], view: OwnerView) {
    this.view = view;
    const all = owners.flatMap((owner) => owner.rows.map((rules) => ({ owner, rules })));
    this.#rules = Map.groupBy(all, ({ rules }) => rules.table);
  }

  get tables(): Iterable<string> {
    return this.#rules.keys();
  }

  get faults(): readonly OwnerFault[] {
    return [...this.#faults.values()];
  }

  of(table: string, row: NorthboundRow): Claim | undefined {
    let undecided: Claim | undefined;
    for (const { owner, rules } of this.#rules.get(table) ?? []) {
      const proof = this.ask(owner, 'claim', table, () => asText(rules.claim(row, this.view)));
      if (proof === FAULT) undecided ??= { is: 'undecided', owner };
      else if (proof !== undefined) return { is: 'claimed', owner, proof, rules };
    }
    return undecided;
  }

  /** Runs what an owner brought: it harms nobody when it throws. */
  ask<T>(owner: RowOwner, during: OwnerFault['during'], table: string, question: () => T): T | typeof FAULT {
    try {
      return question();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const name = JSON.stringify([owner.name, during, table, message]);
      const rows = (this.#faults.get(name)?.rows ?? 0) + 1;
      this.#faults.set(name, { owner: owner.name, during, table, message, rows });
      return FAULT;
    }
  }
}

export const FAULT: unique symbol = Symbol('fault');

/* What an owner answers comes from code that no compiler of ours has seen. */

export function asText(answer: unknown): string | undefined {
  refusePromise(answer);
  if (answer === undefined || (typeof answer === 'string' && answer !== '')) return answer;
  throw new TypeError(`a sentence or undefined was expected, and it answered ${describe(answer)}`);
}

export function asWants(answer: unknown): RowWants {
  refusePromise(answer);
  if (answer === undefined) return {};
  if (!isRecord(answer)) throw new TypeError(`an object was expected, and it answered ${describe(answer)}`);
  const unknown = Object.keys(answer).find((member) => member !== 'listedIn' && member !== 'keys');
  if (unknown !== undefined) throw new TypeError(`it answered ${unknown}, and only listedIn and keys are known`);
  const { listedIn = [], keys = [] } = answer;
  if (!Array.isArray(listedIn) || !listedIn.every(isListing)) {
    throw new TypeError('listedIn has to be a list of { table, column, key }, all texts');
  }
  if (!Array.isArray(keys) || !keys.every(isKey)) {
    throw new TypeError('keys has to be a list of { column, key, value }, texts, and null for a key that must not be');
  }
  return { listedIn, keys };
}

/** Nobody would wait for it, and what it rejects with nobody would catch. */
function refusePromise(answer: unknown): void {
  if (!(answer instanceof Promise)) return;
  answer.catch(() => undefined);
  throw new TypeError('it answered a promise: what it is asked here it has to answer at once');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const areTexts = (...values: readonly unknown[]): boolean => values.every((value) => typeof value === 'string');
const isListing = (value: unknown): boolean => isRecord(value) && areTexts(value.table, value.column, value.key);
const isKey = (value: unknown): boolean =>
  isRecord(value) && areTexts(value.column, value.key) && (value.value === null || areTexts(value.value));

const describe = (answer: unknown): string => (typeof answer === 'string' ? "''" : `a value of type ${typeof answer}`);
