/**
 * How the rows of other owners should be, as changes like Neutron's: shown, limited, guarded and journalled alike.
 *
 * A listing that Neutron's own row lost when it was re-created is written together with that row, so that there is no
 * moment without it.
 */
import type { DesiredState, ResourceRef } from '../northbound/desired.ts';
import type { ObservedRow } from '../northbound/observed.ts';
import {
  asText,
  asWants,
  type Claim,
  type Claims,
  FAULT,
  type NorthboundRow,
  type WantedKey,
  type WantedListing,
} from '../northbound/owners.ts';
import { COLUMN_POLICIES } from '../northbound/tables.ts';
import {
  type Change,
  type DeleteChange,
  type Difference,
  type JsonCell,
  toJsonCell,
  type UpdateChange,
} from './change.ts';
import type { Pairing } from './pair.ts';

export interface ClaimedRow {
  readonly row: ObservedRow;
  readonly claim: Extract<Claim, { is: 'claimed' }>;
}

export interface OwnersContext {
  readonly claims: Claims;
  readonly desired: DesiredState;
  readonly pairing: Pairing;
  /** What is to be created: a row of Neutron's that is not there may be on its way. */
  readonly created: readonly Change[];
  hasColumn(table: string, column: string): boolean;
}

export function changesOfOwners(
  claimed: readonly ClaimedRow[],
  context: OwnersContext,
): { drift: readonly Change[]; backfill: readonly Change[] } {
  const drift: Change[] = [];
  const backfill: Change[] = [];
  const unitOfNew = new Map(context.created.map((change) => [`${change.table} ${change.key}`, change.unit]));
  for (const { row, claim } of claimed) {
    const { owner, rules } = claim;
    const { claims } = context;
    const cells = row.cells as NorthboundRow;
    const orphan = claims.ask(owner, 'orphan', row.table, () => asText(rules.orphan?.(cells, claims.view)));
    // Whoever can't say whether it needs the row is not asked how it should be.
    if (orphan === FAULT) continue;
    if (orphan !== undefined) {
      drift.push(deletion(row, claim, orphan));
      continue;
    }
    const found = claims.ask(owner, 'wants', row.table, () => {
      const { listedIn = [], keys = [] } = asWants(rules.wants?.(cells, claims.view));
      return {
        listings: listedIn.flatMap((at) => unlisted(row, claim, at, context, unitOfNew) ?? []),
        keys: keys.flatMap((want) => differingKey(row, want, context) ?? []),
      };
    });
    if (found === FAULT) continue;
    drift.push(...found.listings);
    const [old, now] = [true, false].map((isHistory) => found.keys.filter((key) => key.isHistory === isHistory));
    if (now !== undefined && now.length > 0) drift.push(update(row, claim, now));
    if (old !== undefined && old.length > 0) backfill.push(update(row, claim, old));
  }
  return { drift, backfill };
}

const ownerRef = ({ owner }: ClaimedRow['claim']): ResourceRef => ({ type: 'deployment', id: `plugin:${owner.name}` });
const unitOf = (row: ObservedRow, claim: ClaimedRow['claim']): ResourceRef => ({
  type: 'deployment',
  id: `plugin:${claim.owner.name}:${row.uuid}`,
});

/** Names repeat in the tables of others (Octavia has a balancer for each protocol), so the uuid is part of the key. */
const keyOf = ({ cells, uuid }: ObservedRow): string =>
  typeof cells.name === 'string' && cells.name !== '' ? `${cells.name} ${uuid.slice(0, 8)}` : uuid;

/** One change for each listing: each may have to wait for another row. */
function unlisted(
  row: ObservedRow,
  claim: ClaimedRow['claim'],
  at: WantedListing,
  { desired, pairing, hasColumn }: OwnersContext,
  unitOfNew: ReadonlyMap<string, ResourceRef>,
): UpdateChange | undefined {
  const { table, column, key } = at;
  const policy = COLUMN_POLICIES[table]?.[column];
  if (policy?.is !== 'listing' || policy.of !== row.table) {
    throw new TypeError(`${table}.${column} is no column that lists rows of ${row.table}`);
  }
  if (!hasColumn(table, column) || desired.get(table)?.has(key) !== true) return undefined;
  const parent = pairing.observedOf(table, key);
  if (parent !== undefined && row.listedIn.some((found) => found.column === column && found.parent === parent)) {
    return undefined;
  }
  const unit = parent === undefined ? unitOfNew.get(`${table} ${key}`) : unitOf(row, claim);
  if (unit === undefined) return undefined;
  const difference: Difference = {
    column: `${table}.${column}`,
    reason: 'unlisted',
    found: null,
    wanted: key,
    write: { op: 'list', in: { table, column, key } },
  };
  return {
    action: 'update',
    table: row.table,
    key: `${keyOf(row)} in ${key}`,
    uuid: row.uuid,
    resource: ownerRef(claim),
    unit,
    owner: claim.owner.name,
    differences: [difference],
    guard: guardOf(row),
  };
}

interface DifferingKey {
  readonly difference: Difference;
  readonly isHistory: boolean;
}

function differingKey(
  row: ObservedRow,
  { column, key, value, isHistory = false }: WantedKey,
  { hasColumn }: OwnersContext,
): DifferingKey | undefined {
  if (!hasColumn(row.table, column)) return undefined;
  const map = row.cells[column];
  if (!(map instanceof Map)) throw new TypeError(`${row.table}.${column} is no map`);
  const found: string | null = map.get(key) ?? null;
  if (found === value) return undefined;
  const difference: Difference =
    value === null
      ? { column, key, reason: 'extra', found, wanted: null, write: { op: 'drop', key } }
      : {
          column,
          key,
          reason: found === null ? 'missing' : 'different',
          found,
          wanted: value,
          write: { op: 'put', key, value },
        };
  return { difference, isHistory };
}

function update(row: ObservedRow, claim: ClaimedRow['claim'], keys: readonly DifferingKey[]): UpdateChange {
  const differences = keys.map(({ difference }) => difference);
  return {
    action: 'update',
    table: row.table,
    key: keyOf(row),
    uuid: row.uuid,
    resource: ownerRef(claim),
    unit: unitOf(row, claim),
    owner: claim.owner.name,
    differences,
    guard: guardOf(row, ...differences.map(({ column }) => column)),
  };
}

/** Its marks are what the owner claims the row by, and mostly what it reads. */
function guardOf({ cells }: ObservedRow, ...columns: readonly string[]): Readonly<Record<string, JsonCell>> {
  const guarded = 'external_ids' in cells ? ['external_ids', ...columns] : columns;
  return Object.fromEntries(guarded.map((column) => [column, toJsonCell(cells[column])]));
}

function deletion(row: ObservedRow, claim: ClaimedRow['claim'], orphan: string): DeleteChange {
  return {
    action: 'delete',
    reason: 'orphan',
    table: row.table,
    key: keyOf(row),
    uuid: row.uuid,
    resource: ownerRef(claim),
    unit: unitOf(row, claim),
    owner: claim.owner.name,
    proof: `${claim.proof}; ${orphan}`,
    listedIn: row.listedIn.map(({ column, parent }) => ({
      table: parent.table,
      column,
      uuid: parent.uuid,
      key: String(parent.cells.name ?? parent.uuid),
    })),
    before: Object.fromEntries(Object.entries(row.cells).map(([column, cell]) => [column, toJsonCell(cell)])),
  };
}
