/**
 * The way the data travels:
 *
 *     readSnapshot -> translate -> diff <- observe <- replica
 *                                   |
 *                                   +-> settle -> plan -> limits -> apply -> journal -> look again
 */
import { applyPlan } from '../apply/apply.ts';
import type { Outcome } from '../apply/outcome.ts';
import type { Change } from '../diff/change.ts';
import type { Journal } from '../journal/journal.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import type { SnapshotProgress } from '../neutron/read-snapshot.ts';
import {
  bumpRevisions,
  deleteRevisions,
  type LostRevision,
  type RevisionEntry as SqlRevision,
} from '../neutron/revisions.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import { MAINTENANCE_LOCK } from '../northbound/session.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import type { Deployment } from './deployment.ts';
import { judge, type Verdict, type Wish } from './judge.ts';
import { readAgain } from './look-again.ts';
import { countScheduledGateways } from './refusals.ts';
import { inBoth } from './settle.ts';

export interface LookOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SnapshotProgress) => void;
  /** A look shortly before: of SQL only what may have changed since is read. */
  readonly earlier?: Earlier | undefined;
}

export interface Earlier {
  readonly wish: Wish;
  /** What is at issue: the resources that these serve are read again, whatever their revisions say. */
  readonly changes: readonly Change[];
}

/** One look at both databases. */
export async function look(deployment: Deployment, options: LookOptions = {}): Promise<Verdict> {
  const { config, northbound, systemNameservers, owners } = deployment;
  const { earlier } = options;
  const snapshot =
    earlier === undefined
      ? await deployment.readSnapshot(options)
      : await readAgain(deployment, earlier.wish.snapshot, earlier.changes, options);
  await northbound.sync();
  const { source, schema } = northbound;
  const chassis = deployment.chassis();
  const before = earlier?.wish;
  return judge({ snapshot, source, schema, chassis, config, systemNameservers, owners, before });
}

/** Looks again when there are differences, and keeps those that are there both times. */
export async function check(deployment: Deployment, options: LookOptions = {}): Promise<Verdict> {
  const first = await look(deployment, options);
  if (first.drift.length === 0) return first;
  // Of the first look only that goes on: two whole looks at a large deployment need not be held at once.
  return lookAgain(deployment, { wish: first.wish, changes: first.drift }, inFlightMs(first), options);
}

async function lookAgain(
  deployment: Deployment,
  earlier: Earlier,
  delayMs: number,
  options: LookOptions,
): Promise<Verdict> {
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  const second = await look(deployment, { ...options, earlier });
  return { ...second, drift: inBoth(earlier.changes, second.drift) };
}

/** A resource that changed a moment ago may be on its way to OVN: it is given that moment. */
const IN_FLIGHT_MS = 3000;

function inFlightMs({ drift, facts, snapshot }: Verdict): number {
  const isFresh = drift.some(({ resource, unit }) =>
    [resource, unit].some((ref) => (facts.of(ref)?.updatedAtMs ?? 0) > snapshot.readAtMs - IN_FLIGHT_MS),
  );
  return isFresh ? IN_FLIGHT_MS : 0;
}

export function plan(verdict: Verdict, changes: readonly Change[], nowMs: number): Plan {
  const writable = changes.filter(
    (change) => change.action !== 'update' || change.differences.some(({ write }) => write !== undefined),
  );
  // ovn_revision_numbers may only say what is true of the whole resource, not of the part that was selected.
  const isWhole = wholeResources(verdict.drift, writable);
  return makePlan({
    release: verdict.snapshot.release,
    createdAtMs: nowMs,
    changes: writable,
    ownedRows: verdict.counts.ownedRows,
    gatewayPorts: countScheduledGateways(verdict),
    revisionOf: (resource) => (isWhole(resource) ? verdict.facts.revisionOf(resource) : undefined),
    uuidOf: (table, key) => verdict.pairing.observedOf(table as never, key)?.uuid,
  });
}

/** Whether `part` holds all that `all` says of a resource. */
function wholeResources(all: readonly Change[], part: readonly Change[]): (resource: ResourceRef) => boolean {
  const count = (changes: readonly Change[]): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const change of changes) {
      const name = `${change.resource.type} ${change.resource.id}`;
      const weight = change.action === 'update' ? change.differences.length : 1;
      counts.set(name, (counts.get(name) ?? 0) + weight);
    }
    return counts;
  };
  const inAll = count(all);
  const inPart = count(part);
  return ({ type, id }) => (inPart.get(`${type} ${id}`) ?? 0) >= (inAll.get(`${type} ${id}`) ?? 0);
}

export interface RepairTools {
  readonly journal: Journal;
  /** Where `ovn_revision_numbers` is written. */
  readonly neutron: WritableNeutronConnection;
  readonly command: string;
  readonly signal?: AbortSignal;
  readonly onOutcomes?: (outcomes: readonly Outcome[]) => void;
}

/** Applies a plan, writes the journal, and has `ovn_revision_numbers` say the truth. */
export async function repair(deployment: Deployment, plan: Plan, tools: RepairTools): Promise<readonly Outcome[]> {
  const { journal, command, signal } = tools;
  const run = journal.begin(plan, command, Date.now());
  const outcomes = await applyPlan(plan, deployment.northbound, {
    lock: MAINTENANCE_LOCK,
    ...(signal === undefined ? {} : { signal }),
    onStart: (transactions) => run.start(transactions, Date.now()),
    onOutcomes: (ended) => {
      run.end(ended, Date.now());
      tools.onOutcomes?.(ended);
    },
  });
  await writeRevisions(tools.neutron, outcomes);
  run.finish(Date.now());
  return outcomes;
}

/** Only of what was written; what Neutron deleted loses its row now that OVN has nothing of it. */
async function writeRevisions(neutron: WritableNeutronConnection, outcomes: readonly Outcome[]): Promise<void> {
  const raised: SqlRevision[] = [];
  const gone: LostRevision[] = [];
  for (const outcome of outcomes) {
    if (outcome.is !== 'applied') continue;
    for (const { resource, standardAttrId, revision } of outcome.transaction.revisions) {
      if (resource.type === 'deployment') continue;
      const key = { resourceType: resource.type, resourceUuid: resource.id };
      if (standardAttrId === undefined) gone.push({ ...key, lost: 'resource' });
      else raised.push({ ...key, standardAttrId, revision });
    }
  }
  if (raised.length > 0) await bumpRevisions(neutron, raised);
  if (gone.length > 0) await deleteRevisions(neutron, gone);
}
