import type { NeutronConfig } from '../config/config.ts';
import type { Change, Doubt } from '../diff/change.ts';
import { diff } from '../diff/diff.ts';
import type { ResourceTimes } from '../diff/history.ts';
import type { ClaimedRow } from '../diff/owners.ts';
import type { Pairing } from '../diff/pair.ts';
import { featuresOf } from '../neutron/features.ts';
import { RESOURCE_KINDS } from '../neutron/model/resource-set.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { DesiredState, ResourceRef } from '../northbound/desired.ts';
import { observe } from '../northbound/observe.ts';
import type { ObservedState, RowSource } from '../northbound/observed.ts';
import { Claims, type OwnerFault, type RowOwner, viewOf } from '../northbound/owners.ts';
import { OWNED_TABLES } from '../northbound/tables.ts';
import type { Chassis } from '../southbound/chassis.ts';
import { indexSnapshot, type NorthboundSchema } from '../translate/context.ts';
import type { TranslationFault } from '../translate/faults.ts';
import { translate } from '../translate/translate.ts';
import { type ResourceFacts, resourceFactsOf } from './resource-facts.ts';

/** The inputs of one comparison. Everything after them is pure. */
export interface Moment {
  readonly snapshot: NeutronSnapshot;
  readonly source: RowSource;
  readonly schema: NorthboundSchema;
  readonly chassis: readonly Chassis[];
  readonly config: NeutronConfig;
  readonly systemNameservers: readonly string[];
  /** Owners beside Neutron; the first that claims a row has it. */
  readonly owners: readonly RowOwner[];
  /** Of a look shortly before, at the same deployment. */
  readonly before?: Wish | undefined;
}

/** What Neutron wants of OVN, and what that was made from. */
export interface Wish {
  readonly snapshot: NeutronSnapshot;
  readonly chassis: readonly Chassis[];
  readonly schema: NorthboundSchema;
  readonly desired: DesiredState;
  readonly faults: readonly TranslationFault[];
}

/** What one comparison found. */
export interface Verdict {
  readonly snapshot: NeutronSnapshot;
  /** For the look that follows: it holds no row of the Northbound. */
  readonly wish: Wish;
  readonly desired: DesiredState;
  readonly observed: ObservedState;
  readonly pairing: Pairing;
  readonly drift: readonly Change[];
  readonly backfill: readonly Change[];
  readonly doubts: readonly Doubt[];
  /** Resources that could not be translated: their rows are not judged. */
  readonly faults: readonly TranslationFault[];
  /** Rows of owners beside Neutron. */
  readonly claimed: readonly ClaimOnRow[];
  readonly ownerFaults: readonly OwnerFault[];
  readonly facts: ResourceFacts;
  readonly counts: VerdictCounts;
}

export interface ClaimOnRow {
  readonly table: string;
  readonly uuid: string;
  /** '' where the row has none. */
  readonly name: string;
  readonly owner: string;
  readonly proof: string;
}

export interface VerdictCounts {
  readonly desiredRows: number;
  /** Neutron's rows in the Northbound: those that stand for a desired row, and those to delete. */
  readonly ownedRows: number;
  /** Of those that no owner beside Neutron claims. */
  readonly foreignRows: number;
  /** By owner; every owner there is, also those without a row. */
  readonly claimedRows: Readonly<Record<string, number>>;
}

export function judge(moment: Moment): Verdict {
  const { snapshot, schema, chassis, owners } = moment;
  const features = featuresOf(snapshot.release);
  const wish = wishOf(moment);
  const { desired, faults } = wish;
  const observed = observe(moment.source);
  const facts = resourceFactsOf(snapshot);
  const times: ResourceTimes = {
    createdAtMs: (resource) => facts.of(resource)?.createdAtMs,
    writtenAtMs: (resource) => facts.writtenAtMs(resource),
  };
  const claims = new Claims(owners, viewOf(snapshot, moment.source));
  const found = diff(desired, observed, { hasColumn: schema.hasColumn, features, times, claims });
  const claimed = [...found.claimed.map(describeClaim), ...claimElsewhere(claims, moment.source)];
  const isBlind = chassis.length === 0;
  const kept = keepFaulted(isBlind ? withoutScheduling(found.drift) : found.drift, faults);
  let desiredRows = 0;
  for (const table of OWNED_TABLES) desiredRows += desired.get(table)?.size ?? 0;
  const deletes = kept.filter(({ action, owner }) => action === 'delete' && owner === undefined).length;
  return {
    snapshot,
    wish,
    desired,
    observed,
    pairing: found.pairing,
    drift: kept,
    backfill: isBlind ? withoutScheduling(found.backfill) : found.backfill,
    doubts: found.doubts,
    faults,
    claimed,
    ownerFaults: claims.faults,
    facts,
    counts: {
      desiredRows,
      ownedRows: found.pairedRows + deletes,
      foreignRows: found.foreignRows,
      claimedRows: countByOwner(owners, claimed),
    },
  };
}

/** The one before, where nothing that translation looks at has changed since. */
function wishOf({ snapshot, config, schema, chassis, systemNameservers, before }: Moment): Wish {
  if (before !== undefined && isSame(before, { snapshot, chassis, schema })) return { ...before, snapshot };
  const features = featuresOf(snapshot.release);
  const faults: TranslationFault[] = [];
  const index = indexSnapshot(snapshot);
  const desired = translate({ snapshot, config, features, chassis, schema, systemNameservers, index, faults });
  return { snapshot, chassis, schema, desired, faults };
}

/** Reading resources again leaves a map as it is when nothing in it has changed. */
const isSame = (before: Wish, now: Pick<Wish, 'snapshot' | 'chassis' | 'schema'>): boolean =>
  before.schema === now.schema &&
  before.snapshot.release === now.snapshot.release &&
  RESOURCE_KINDS.every((kind) => before.snapshot[kind] === now.snapshot[kind]) &&
  JSON.stringify(before.chassis) === JSON.stringify(now.chassis);

const describeClaim = ({ row, claim: { owner, proof } }: ClaimedRow): ClaimOnRow => ({
  table: row.table,
  uuid: row.uuid,
  name: typeof row.cells.name === 'string' ? row.cells.name : '',
  owner: owner.name,
  proof,
});

/** Rows of tables that Neutron never writes. */
function* claimElsewhere(claims: Claims, source: RowSource): Iterable<ClaimOnRow> {
  const ofNeutron: ReadonlySet<string> = new Set(OWNED_TABLES);
  for (const table of claims.tables) {
    if (ofNeutron.has(table)) continue;
    for (const row of source.rows(table)) {
      const claim = claims.of(table, row);
      if (claim?.is !== 'claimed') continue;
      const name = typeof row.name === 'string' ? row.name : '';
      yield { table, uuid: row._uuid, name, owner: claim.owner.name, proof: claim.proof };
    }
  }
}

function countByOwner(owners: readonly RowOwner[], claimed: readonly ClaimOnRow[]): Readonly<Record<string, number>> {
  const counts = Object.fromEntries(owners.map(({ name }) => [name, 0]));
  for (const { owner } of claimed) counts[owner] = (counts[owner] ?? 0) + 1;
  return counts;
}

/** Columns whose value is chosen among the chassis. */
const SCHEDULED: ReadonlySet<string> = new Set([
  'Logical_Router_Port.gateway_chassis',
  'HA_Chassis_Group.ha_chassis',
  'HA_Chassis_Group.external_ids:neutron:router_id',
  'Logical_Router_Port.ha_chassis_group',
  'Logical_Switch_Port.ha_chassis_group',
  'Logical_Router.options:chassis',
  'Logical_Switch_Port.options:requested-chassis',
]);

/** A Southbound without chassis is being rebuilt or is out of reach: it is no reason to take a gateway from its chassis. */
function withoutScheduling(changes: readonly Change[]): readonly Change[] {
  return changes.flatMap((change): Change[] => {
    if (change.action !== 'update') return [change];
    const differences = change.differences.filter(
      ({ column, key }) => !SCHEDULED.has(`${change.table}.${column}${key === undefined ? '' : `:${key}`}`),
    );
    if (differences.length === change.differences.length) return [change];
    return differences.length === 0 ? [] : [{ ...change, differences }];
  });
}

/** A resource that could not be translated wants its rows all the same: nothing of it may look like an orphan. */
function keepFaulted(changes: readonly Change[], faults: readonly TranslationFault[]): readonly Change[] {
  if (faults.length === 0) return changes;
  const name = (resource: ResourceRef): string => `${resource.type} ${resource.id}`;
  const faulted = new Set(faults.map(({ resource }) => name(resource)));
  return changes.filter((change) => change.action !== 'delete' || !faulted.has(name(change.resource)));
}
