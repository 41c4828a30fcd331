/**
 * The table `ovn_hash_ring`: who shares event work with whom. Neutron's workers are in a group of their own, Driftline's
 * daemons in another: a row of ours in Neutron's group would draw events that only Neutron can handle (law 10).
 */
import { sql } from 'kysely';
import type { WritableNeutronConnection, WriteTransaction } from './connect.ts';
import { compareText, toTimeMs } from './decode.ts';
import { featuresOf } from './features.ts';
import type { HashRingNode } from './model/revision.ts';
import type { Release } from './release-name.ts';
import type { NeutronTables, SqlTime } from './tables.ts';

/** The group of Neutron's API workers. */
export const NEUTRON_RING_GROUP = 'mechanism_driver';

export interface RingTimings {
  /** Between two beats of a node. */
  readonly touchIntervalMs: number;
  /** A node that did not beat for longer is dead. */
  readonly nodeTimeoutMs: number;
  /** How old the ring may be that a worker of Neutron's decides by. */
  readonly cacheLifetimeMs: number;
}

/** The constants of neutron/common/ovn/constants.py. */
export function ringTimingsOf(release: Release): RingTimings {
  return featuresOf(release).has('patientHashRing')
    ? { touchIntervalMs: 15_000, nodeTimeoutMs: 120_000, cacheLifetimeMs: 60_000 }
    : { touchIntervalMs: 30_000, nodeTimeoutMs: 60_000, cacheLifetimeMs: 30_000 };
}

/** All rows of a group, dead ones included, and the moment at which they were read. */
export interface RingGroup {
  readonly nodes: readonly HashRingNode[];
  /** By the database server's clock, UTC milliseconds; undefined where the group has no rows. */
  readonly nowMs: number | undefined;
}

export interface RingNodeKey {
  readonly nodeUuid: string;
  readonly groupName: string;
}

interface Options {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Says that the node lives, by the database server's clock, and answers who else does. A node that has no row (a new
 * one, or one that was taken for dead and cleaned up) gets one.
 */
export async function beat(
  connection: WritableNeutronConnection,
  node: RingNodeKey & { readonly hostname: string },
  options: Options = {},
): Promise<RingGroup> {
  return connection.write(async (transaction) => {
    const { nodeUuid, groupName, hostname } = node;
    const touched = await transaction.change(sql`
      update ovn_hash_ring set updated_at = current_timestamp
      where node_uuid = ${nodeUuid} and group_name = ${groupName}`);
    if (touched === 0) {
      await transaction.change(sql`
        insert into ovn_hash_ring (node_uuid, group_name, hostname, created_at, updated_at)
        values (${nodeUuid}, ${groupName}, ${hostname}, current_timestamp, current_timestamp)`);
    }
    return readGroup(transaction, groupName);
  }, options);
}

export async function leaveRing(
  connection: WritableNeutronConnection,
  { nodeUuid, groupName }: RingNodeKey,
  options: Options = {},
): Promise<void> {
  await connection.write(
    (transaction) =>
      transaction.change(sql`
        delete from ovn_hash_ring where node_uuid = ${nodeUuid} and group_name = ${groupName}`),
    options,
  );
}

/** Deletes the rows of one group that nobody touched for longer than that. Returns how many went. */
export async function removeDeadNodes(
  connection: WritableNeutronConnection,
  groupName: string,
  olderThanMs: number,
  options: Options = {},
): Promise<number> {
  return connection.write(async (transaction) => {
    const { nodes, nowMs = 0 } = await readGroup(transaction, groupName);
    let removed = 0;
    for (const { nodeUuid } of nodes.filter(({ updatedAtMs }) => nowMs - updatedAtMs > olderThanMs)) {
      removed += await transaction.change(sql`
        delete from ovn_hash_ring where node_uuid = ${nodeUuid} and group_name = ${groupName}`);
    }
    return removed;
  }, options);
}

export async function readRingGroup(
  connection: WritableNeutronConnection,
  groupName: string,
  options: Options = {},
): Promise<RingGroup> {
  return connection.write((transaction) => readGroup(transaction, groupName), options);
}

async function readGroup(transaction: WriteTransaction, groupName: string): Promise<RingGroup> {
  const rows = await transaction.query(sql<NeutronTables['ovn_hash_ring'] & { now: SqlTime }>`
    select node_uuid, group_name, hostname, created_at, updated_at, current_timestamp as now
    from ovn_hash_ring where group_name = ${groupName}`);
  const nodes = rows.map((row) => ({
    nodeUuid: row.node_uuid,
    groupName: row.group_name,
    hostname: row.hostname,
    createdAtMs: toTimeMs(row.created_at),
    updatedAtMs: toTimeMs(row.updated_at),
  }));
  const now = rows[0]?.now;
  return {
    nodes: nodes.sort((a, b) => compareText(a.nodeUuid, b.nodeUuid)),
    nowMs: now === undefined ? undefined : toTimeMs(now),
  };
}
