/**
 * A plan: changes in dependency order, cut into transactions. A value: printed, saved, and applied later if nothing it
 * was computed from has changed.
 */
import type { Change } from '../diff/change.ts';
import type { Release } from '../neutron/release-name.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import { inOrder } from './order.ts';

export interface Plan {
  readonly release: Release;
  /** UTC milliseconds. */
  readonly createdAtMs: number;
  /** Applied first to last; each is atomic and serves one unit (law 7). */
  readonly transactions: readonly PlannedTransaction[];
  /** How many rows of Neutron's the Northbound held: what the limits measure shares against. */
  readonly ownedRows: number;
  /** How many gateway ports were scheduled on chassis. */
  readonly gatewayPorts: number;
  /** Rows by natural key that the changes refer to and that exist: `TABLE KEY` to uuid. */
  readonly references: Readonly<Record<string, string>>;
}

export interface PlannedTransaction {
  readonly unit: ResourceRef;
  readonly changes: readonly Change[];
  /** What `ovn_revision_numbers` may say once this is applied. */
  readonly revisions: readonly RevisionEntry[];
}

export interface RevisionEntry {
  readonly resource: ResourceRef;
  /** undefined: the resource is gone from Neutron, and its row may go. */
  readonly standardAttrId: number | undefined;
  readonly revision: number;
}

export interface PlanInput {
  readonly release: Release;
  readonly createdAtMs: number;
  readonly changes: readonly Change[];
  readonly ownedRows: number;
  readonly gatewayPorts: number;
  /** undefined for what has no revision. */
  revisionOf(resource: ResourceRef): RevisionEntry | undefined;
  /** The uuid of an existing row. */
  uuidOf(table: string, key: string): string | undefined;
}

export const referenceKey = (table: string, key: string): string => `${table} ${key}`;

export function makePlan(input: PlanInput): Plan {
  const references: Record<string, string> = {};
  for (const change of input.changes) {
    for (const [table, key] of referencesOf(change)) {
      const uuid = input.uuidOf(table, key);
      if (uuid !== undefined) references[referenceKey(table, key)] = uuid;
    }
  }
  const transactions = inOrder(input.changes).map(({ unit, changes }): PlannedTransaction => {
    const resources = new Map(changes.map(({ resource }) => [`${resource.type} ${resource.id}`, resource]));
    const revisions = [...resources.values()].flatMap((resource) => input.revisionOf(resource) ?? []);
    return { unit, changes, revisions };
  });
  const { release, createdAtMs, ownedRows, gatewayPorts } = input;
  return { release, createdAtMs, transactions, ownedRows, gatewayPorts, references };
}

/** Rows that a change writes references to. */
export function* referencesOf(change: Change): Iterable<readonly [table: string, key: string]> {
  if (change.action === 'create') {
    for (const at of change.listedIn) yield [at.table, at.key];
    for (const value of Object.values(change.values)) {
      if (value.is === 'refs') for (const key of value.keys) yield [value.table, key];
    }
  } else if (change.action === 'update') {
    for (const { write } of change.differences) {
      if (write?.op === 'list') yield [write.in.table, write.in.key];
      if (write?.op === 'set' && write.value.is === 'refs') {
        for (const key of write.value.keys) yield [write.value.table, key];
      }
    }
  }
}

export interface PlanSummary {
  readonly transactions: number;
  readonly creates: number;
  readonly updates: number;
  readonly deletes: number;
}

export function summarise(plan: Plan): PlanSummary {
  const count = { transactions: plan.transactions.length, creates: 0, updates: 0, deletes: 0 };
  for (const { changes } of plan.transactions) {
    for (const { action } of changes) count[`${action}s`]++;
  }
  return count;
}
