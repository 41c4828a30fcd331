/**
 * What has to change so that the observed Northbound agrees with the desired one. Pure; both directions: what is
 * missing, what is different, and what is provably Neutron's and wanted by nothing.
 */
import type { Features } from '../neutron/features.ts';
import type { DesiredRow, DesiredState, ObservedLookup, ResourceRef } from '../northbound/desired.ts';
import type { ObservedListing, ObservedRow, ObservedState } from '../northbound/observed.ts';
import type { Claims, NorthboundRow } from '../northbound/owners.ts';
import { isStaleKey, proveOwnership } from '../northbound/ownership.ts';
import { COLUMN_POLICIES, OWNED_TABLES } from '../northbound/tables.ts';
import {
  type Change,
  type CreateChange,
  type DeleteChange,
  type Difference,
  type Doubt,
  type JsonCell,
  toJsonCell,
  type UpdateChange,
} from './change.ts';
import { type CompareContext, compareRow } from './compare.ts';
import { gatewayLoadOf } from './gateway-load.ts';
import { History, type ResourceTimes, splitHistory } from './history.ts';
import { type ClaimedRow, changesOfOwners } from './owners.ts';
import { type Pairing, pair, type Surplus } from './pair.ts';
import { resolveRow } from './resolve.ts';
import { shareNames } from './share-names.ts';

export interface DiffOptions {
  /** A column that the server's schema lacks is neither compared nor written. */
  hasColumn(table: string, column: string): boolean;
  readonly features: Features;
  readonly times: ResourceTimes;
  /** Of owners beside Neutron; without it nobody claims a row. */
  readonly claims?: Claims;
}

export interface DiffResult {
  /** In table order, then as the databases list them. */
  readonly drift: readonly Change[];
  /** Rows, cells and keys in the shape of an earlier release. */
  readonly backfill: readonly Change[];
  readonly doubts: readonly Doubt[];
  /** Rows of other owners that were passed over, and that nobody claims. */
  readonly foreignRows: number;
  readonly claimed: readonly ClaimedRow[];
  /** Desired rows that an observed row stands for, equal or not. */
  readonly pairedRows: number;
  readonly pairing: Pairing;
}

export function diff(desired: DesiredState, observed: ObservedState, options: DiffOptions): DiffResult {
  const pairing = pair(desired, observed);
  const history = new History(options.features, options.times);
  const context: CompareContext = {
    pairing,
    observed,
    lookup: lookupOf(pairing, observed),
    load: gatewayLoadOf(observed),
    hasColumn: options.hasColumn,
    isStaleKey,
    see: (feature, resource) => history.see(feature, resource),
  };
  const changes: Change[] = [];
  for (const table of OWNED_TABLES) {
    for (const row of desired.get(table)?.values() ?? []) {
      const found = pairing.pairs.get(row);
      if (found === undefined) {
        if (row.presence !== 'tolerated') changes.push(create(row, context));
        continue;
      }
      const differences = compareRow(row, found, context);
      if (differences.length > 0) changes.push(update(row, found, differences));
    }
  }
  const { claims } = options;
  const { deletions, doubts, foreignRows, claimed } = judgeSurplus(pairing, observed, claims);
  for (const change of withTheirHolders(deletions, observed)) changes.push(change);
  const own = splitHistory(shareNames(changes, observed), history, holdsAnything(pairing));
  const created = own.drift.filter(({ action }) => action === 'create');
  const others =
    claims === undefined
      ? { drift: [], backfill: [] }
      : changesOfOwners(claimed, { claims, desired, pairing, created, hasColumn: options.hasColumn });
  return {
    drift: [...own.drift, ...others.drift],
    backfill: [...own.backfill, ...others.backfill],
    doubts,
    foreignRows,
    claimed,
    pairedRows: pairing.pairs.size,
    pairing,
  };
}

/** NB_Global is there in an empty database too. */
const holdsAnything = ({ pairs }: Pairing): boolean => pairs.keys().some(({ table }) => table !== 'NB_Global');

const unitOf = (row: DesiredRow): ResourceRef => row.unit ?? row.resource;

function create(row: DesiredRow, context: CompareContext): CreateChange {
  return {
    action: 'create',
    reason: 'missing',
    table: row.table,
    key: row.key,
    resource: row.resource,
    unit: unitOf(row),
    values: resolveRow(row, context),
    listedIn: row.listedIn.filter((at) => context.hasColumn(at.table, at.column)),
    ...(row.uuid === undefined ? {} : { uuid: row.uuid }),
    ...(row.feature === undefined ? {} : { before: row.feature }),
  };
}

function update(row: DesiredRow, found: ObservedRow, differences: readonly Difference[]): UpdateChange {
  const guard: Record<string, JsonCell> = {};
  for (const { column, write } of differences) {
    if (write !== undefined && write.op !== 'list' && write.op !== 'unlist')
      guard[column] = toJsonCell(found.cells[column]);
  }
  return {
    action: 'update',
    table: row.table,
    key: row.key,
    uuid: found.uuid,
    resource: row.resource,
    unit: unitOf(row),
    differences,
    guard,
  };
}

/** A surplus row is deleted only with proof that it is Neutron's, and only if it holds nothing of others. */
function judgeSurplus(
  pairing: Pairing,
  observed: ObservedState,
  claims: Claims | undefined,
): { deletions: DeleteChange[]; doubts: Doubt[]; foreignRows: number; claimed: ClaimedRow[] } {
  const deletions: DeleteChange[] = [];
  const doubts: Doubt[] = [];
  const claimed: ClaimedRow[] = [];
  let foreignRows = 0;
  const ofOthers = new Set<ObservedRow>();
  const proven: { surplus: Surplus; proof: string; resource: ResourceRef | undefined }[] = [];
  for (const surplus of pairing.surplus) {
    const { row, duplicateOf } = surplus;
    const proof = proveOwnership(row, observed);
    const claim = claims?.of(row.table, row.cells as NorthboundRow);
    if (claim?.is === 'claimed') {
      ofOthers.add(row);
      claimed.push({ row, claim });
      if (proof.is === 'owned') doubts.push(doubt(surplus, `${claim.owner.name} claims it, and it is Neutron's`));
    } else if (claim !== undefined && (proof.is === 'owned' || duplicateOf !== undefined)) {
      ofOthers.add(row);
      foreignRows++;
      doubts.push(doubt(surplus, `${claim.owner.name}, which may own it, could not say`));
    } else if (proof.is === 'owned') {
      proven.push({ surplus, proof: proof.proof, resource: proof.resource });
    } else if (proof.is === 'unproven' && duplicateOf !== undefined) {
      const why = `it says the same as a row that Neutron wants once (${duplicateOf.key})`;
      proven.push({ surplus, proof: why, resource: duplicateOf.resource });
    } else {
      ofOthers.add(row);
      foreignRows++;
      if (proof.is === 'unproven') doubts.push(doubt(surplus, proof.why));
    }
  }
  for (const { surplus, proof, resource } of proven) {
    const { row, key, duplicateOf } = surplus;
    const kept = childrenOf(row, observed).find((child) => ofOthers.has(child) || pairing.desiredOf(child.uuid));
    if (kept !== undefined && ofOthers.has(kept)) {
      doubts.push(
        doubt(surplus, `it is Neutron's and wanted by nothing, but holds a ${kept.table} row of another owner`),
      );
      continue;
    }
    const serves = duplicateOf?.resource ?? resource ?? { type: 'deployment', id: `${row.table}:${key}` };
    deletions.push({
      action: 'delete',
      reason: duplicateOf === undefined ? 'orphan' : 'duplicate',
      table: row.table,
      key,
      uuid: row.uuid,
      resource: serves,
      unit: duplicateOf === undefined ? serves : unitOf(duplicateOf),
      proof,
      listedIn: row.listedIn.map(({ column, parent }) => ({
        table: parent.table,
        column,
        uuid: parent.uuid,
        key: pairing.desiredOf(parent.uuid)?.key ?? String(parent.cells.name ?? parent.uuid),
      })),
      before: rowAsJson(row),
    });
  }
  return { deletions, doubts, foreignRows, claimed };
}

/** What is held only by a row that goes, goes with it: the two are one unit, or the second would find nothing left. */
function withTheirHolders(deletions: readonly DeleteChange[], observed: ObservedState): readonly DeleteChange[] {
  const byUuid = new Map(deletions.map((deletion) => [deletion.uuid, deletion]));
  return deletions.map((deletion) => {
    const holders = observed.byUuid(deletion.uuid)?.listedIn.filter(isHolding) ?? [];
    const gone = holders.flatMap(({ parent }) => byUuid.get(parent.uuid) ?? []);
    const [first] = gone;
    return first === undefined || gone.length < holders.length ? deletion : { ...deletion, unit: first.unit };
  });
}

const isHolding = ({ column, parent }: ObservedListing): boolean => !WEAK_LISTINGS.has(`${parent.table}.${column}`);

/** Rows that would go when `row` goes. */
function childrenOf(row: ObservedRow, observed: ObservedState): ObservedRow[] {
  const children: ObservedRow[] = [];
  for (const [column, policy] of Object.entries(COLUMN_POLICIES[row.table])) {
    if (policy.is !== 'listing' || WEAK_LISTINGS.has(`${row.table}.${column}`)) continue;
    children.push(...observed.listed(row, column));
  }
  return children;
}

/** Listings that do not keep what they list alive: those rows stay when the listing row goes. */
const WEAK_LISTINGS: ReadonlySet<string> = new Set([
  'Port_Group.ports',
  'Logical_Switch.dns_records',
  'Logical_Switch.load_balancer',
  'Logical_Router.load_balancer',
]);

const doubt = ({ row, key }: Surplus, why: string): Doubt => ({
  table: row.table,
  key,
  uuid: row.uuid,
  why,
  row: rowAsJson(row),
});

function rowAsJson(row: ObservedRow): Record<string, JsonCell> {
  const cells: Record<string, JsonCell> = {};
  for (const column in row.cells) cells[column] = toJsonCell(row.cells[column]);
  return cells;
}

const lookupOf = (pairing: Pairing, observed: ObservedState): ObservedLookup => ({
  row: (table, key) => pairing.observedOf(table, key)?.cells,
  rowAt: (uuid) => observed.byUuid(uuid)?.cells ?? observed.embedded('', uuid),
});
