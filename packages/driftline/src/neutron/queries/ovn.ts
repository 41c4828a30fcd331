import type { ReadTransaction } from '../connect.ts';
import { compareText, toBoolean, toOptional, toOptionalTimeMs, toTimeMs } from '../decode.ts';
import type { Agent, HashRingNode, OvnRevision } from '../model/revision.ts';
import { readPages } from '../read-table.ts';
import { collectById } from './collect.ts';

/**
 * By resource uuid, then type. `createdAtMs` is the database server's own clock and, in MySQL, its own time zone: the
 * column is a DATETIME with the default now(). `updatedAtMs` is a TIMESTAMP, which MySQL turns into our session's UTC.
 */
export async function readRevisions(
  transaction: ReadTransaction,
  resourceUuids?: readonly string[] | undefined,
): Promise<readonly OvnRevision[]> {
  const revisions: OvnRevision[] = [];
  const pages = readPages(transaction, {
    table: 'ovn_revision_numbers',
    columns: ['resource_uuid', 'resource_type', 'standard_attr_id', 'revision_number', 'created_at', 'updated_at'],
    key: ['resource_uuid', 'resource_type'],
    only: resourceUuids === undefined ? undefined : { column: 'resource_uuid', ids: resourceUuids },
  });
  for await (const page of pages) {
    for (const row of page) {
      revisions.push({
        resourceUuid: row.resource_uuid,
        resourceType: row.resource_type,
        standardAttrId: toOptional(row.standard_attr_id),
        revisionNumber: row.revision_number,
        createdAtMs: toOptionalTimeMs(row.created_at),
        updatedAtMs: toOptionalTimeMs(row.updated_at),
      });
    }
  }
  return revisions.sort(compareRevisions);
}

export function compareRevisions(a: OvnRevision, b: OvnRevision): number {
  return compareText(a.resourceUuid, b.resourceUuid) || compareText(a.resourceType, b.resourceType);
}

/** By group, then node. */
export async function readHashRing(transaction: ReadTransaction): Promise<readonly HashRingNode[]> {
  const nodes: HashRingNode[] = [];
  const pages = readPages(transaction, {
    table: 'ovn_hash_ring',
    columns: ['node_uuid', 'group_name', 'hostname', 'created_at', 'updated_at'],
    key: ['node_uuid', 'group_name'],
  });
  for await (const page of pages) {
    for (const row of page) {
      nodes.push({
        nodeUuid: row.node_uuid,
        groupName: row.group_name,
        hostname: row.hostname,
        createdAtMs: toTimeMs(row.created_at),
        updatedAtMs: toTimeMs(row.updated_at),
      });
    }
  }
  return nodes.sort((a, b) => compareText(a.groupName, b.groupName) || compareText(a.nodeUuid, b.nodeUuid));
}

export async function readAgents(transaction: ReadTransaction): Promise<Map<string, Agent>> {
  const agents = readPages(transaction, {
    table: 'agents',
    columns: ['id', 'agent_type', 'host', 'admin_state_up', 'availability_zone'],
    key: ['id'],
  });
  return collectById(agents, (row) => ({
    id: row.id,
    agentType: row.agent_type,
    host: row.host,
    adminStateUp: toBoolean(row.admin_state_up),
    availabilityZone: toOptional(row.availability_zone),
  }));
}
