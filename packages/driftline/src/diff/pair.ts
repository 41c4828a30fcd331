import type { DesiredRow, DesiredState, KeyWant, ObservedLookup } from '../northbound/desired.ts';
import { entry, IDENTITY, text } from '../northbound/identity.ts';
import { dnsKey } from '../northbound/keys.ts';
import { uuidsOf } from '../northbound/observe.ts';
import type { ObservedRow, ObservedState } from '../northbound/observed.ts';
import { COLUMN_POLICIES, OWNED_TABLES, type OwnedTable } from '../northbound/tables.ts';

/**
 * Which observed row is which desired row.
 *
 * A row is known by its natural key; failing that, by an alias of either side. Tables are paired in the order of
 * OWNED_TABLES, listing tables before what they list, so that a renamed parent lends its desired key to its children.
 */
export interface Pairing {
  readonly pairs: ReadonlyMap<DesiredRow, ObservedRow>;
  readonly missing: readonly DesiredRow[];
  /** Observed rows that no desired row wants, whoever owns them. */
  readonly surplus: readonly Surplus[];
  /** The desired row that an observed row, by uuid, stands for. */
  desiredOf(uuid: string): DesiredRow | undefined;
  /** The row paired with the desired row of that key. */
  observedOf(table: OwnedTable, key: string): ObservedRow | undefined;
}

export interface Surplus {
  readonly row: ObservedRow;
  /** Its natural key. */
  readonly key: string;
  /** Set when another row was taken for the same desired row. */
  readonly duplicateOf: DesiredRow | undefined;
}

export function pair(desired: DesiredState, observed: ObservedState): Pairing {
  const pairs = new Map<DesiredRow, ObservedRow>();
  const desiredByUuid = new Map<string, DesiredRow>();
  const observedByKey = new Map<OwnedTable, Map<string, ObservedRow>>();
  const missing: DesiredRow[] = [];
  const surplus: Surplus[] = [];
  const parentKey = (row: ObservedRow): string => desiredByUuid.get(row.uuid)?.key ?? text(row.cells, 'name');
  const referrers = lazyReferrers(observed);

  for (const table of OWNED_TABLES) {
    const wanted = desired.get(table) ?? new Map<string, DesiredRow>();
    const aliases = new Map<string, DesiredRow>();
    for (const row of wanted.values()) for (const alias of row.aliases ?? []) aliases.set(alias, row);

    const claims = new Map<DesiredRow, ObservedRow[]>();
    const left: ObservedRow[] = [];
    for (const row of observed.rows(table)) {
      const [best = ''] = IDENTITY[table](row, observed, parentKey);
      const target = wanted.get(best);
      if (target === undefined) left.push(row);
      else claim(claims, target, row);
    }
    const second: { row: ObservedRow; keys: readonly string[] }[] = [];
    for (const row of left) {
      const keys = [...IDENTITY[table](row, observed, parentKey)];
      const target =
        keys
          .map((key) => wanted.get(key) ?? aliases.get(key))
          .find((known) => known !== undefined && !claims.has(known)) ??
        unmarkedRecords(row, parentKey, wanted, claims);
      if (target === undefined) second.push({ row, keys });
      else claim(claims, target, row);
    }
    for (const { row, keys } of second) {
      const twin = keys.map((key) => wanted.get(key) ?? aliases.get(key)).find((found) => found !== undefined);
      surplus.push({ row, key: keys[0] ?? '', duplicateOf: twin });
    }

    const paired = new Map<string, ObservedRow>();
    for (const row of wanted.values()) {
      const found = claims.get(row);
      if (found === undefined) {
        if (row.presence !== 'tolerated') missing.push(row);
        continue;
      }
      const [kept, ...others] = found.length === 1 ? found : byWorth(found, row, referrers());
      if (kept === undefined) continue;
      pairs.set(row, kept);
      desiredByUuid.set(kept.uuid, row);
      paired.set(row.key, kept);
      for (const other of others) surplus.push({ row: other, key: row.key, duplicateOf: row });
    }
    observedByKey.set(table, paired);
  }
  return {
    pairs,
    missing,
    surplus,
    desiredOf: (uuid) => desiredByUuid.get(uuid),
    observedOf: (table, key) => observedByKey.get(table)?.get(key),
  };
}

/**
 * DNS rows are known by a mark alone. One that lost it is known by all it holds: the very records that Neutron wants on
 * the switch that lists it, and whose own row is missing.
 */
function unmarkedRecords(
  { table, cells, listedIn }: ObservedRow,
  parentKey: (row: ObservedRow) => string,
  wanted: ReadonlyMap<string, DesiredRow>,
  claims: ReadonlyMap<DesiredRow, unknown>,
): DesiredRow | undefined {
  if (table !== 'DNS' || !(cells.records instanceof Map) || entry(cells, 'external_ids', 'ls_name') !== undefined) {
    return undefined;
  }
  const records = cells.records as ReadonlyMap<string, string>;
  return listedIn
    .map(({ parent }) => wanted.get(dnsKey(parentKey(parent))))
    .find((row) => {
      if (row === undefined || claims.has(row) || row.cells.records?.is !== 'keys') return false;
      const wants = Object.entries(row.cells.records.keys);
      return wants.length === records.size && wants.every(([name, want]) => isWanted(records.get(name), want, cells));
    });
}

function isWanted(found: string | undefined, want: KeyWant, cells: ObservedRow['cells']): boolean {
  return typeof want === 'object' && want.is === 'choice' ? want.accepts(found, cells, noRows) : found === want;
}

const noRows: ObservedLookup = { row: () => undefined, rowAt: () => undefined };

function claim(claims: Map<DesiredRow, ObservedRow[]>, target: DesiredRow, row: ObservedRow): void {
  const rows = claims.get(target);
  if (rows === undefined) claims.set(target, [row]);
  else rows.push(row);
}

/** Of several rows for one key the one that most depends on stays: Neutron's uuid, then most referred to and listing most. */
function byWorth(
  rows: readonly ObservedRow[],
  desired: DesiredRow,
  referrers: ReadonlyMap<string, number>,
): ObservedRow[] {
  const worth = (row: ObservedRow): number =>
    (row.uuid === desired.uuid ? 1e9 : 0) + (referrers.get(row.uuid) ?? 0) + row.listedIn.length + listedCount(row);
  return [...rows].sort((a, b) => worth(b) - worth(a) || (a.uuid < b.uuid ? -1 : 1));
}

function listedCount(row: ObservedRow): number {
  let count = 0;
  for (const [column, policy] of Object.entries(COLUMN_POLICIES[row.table])) {
    if (policy.is === 'listing') count += uuidsOf(row.cells[column]).length;
  }
  return count;
}

/** References other than listings, counted once and only when duplicates ask for it. */
function lazyReferrers(observed: ObservedState): () => ReadonlyMap<string, number> {
  let counts: Map<string, number> | undefined;
  return () => {
    if (counts !== undefined) return counts;
    counts = new Map();
    for (const [table, columns] of [
      ['Logical_Switch_Port', ['dhcpv4_options', 'dhcpv6_options', 'ha_chassis_group']],
      ['Logical_Router_Port', ['ha_chassis_group']],
      ['NAT', ['gateway_port']],
      ['Logical_Router_Static_Route', ['bfd']],
    ] as const) {
      for (const row of observed.rows(table)) {
        for (const column of columns) {
          for (const uuid of uuidsOf(row.cells[column])) counts.set(uuid, (counts.get(uuid) ?? 0) + 1);
        }
      }
    }
    return counts;
  };
}
