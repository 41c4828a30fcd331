/** code/: tasks that no translation of Neutron's rows can say, because they write SQL or the Southbound. */
import { sql } from 'kysely';
import type { CodeWork } from '../task.ts';

const KEPT_MS = 5 * 86_400_000;

/** Nodes of every group and host, as upstream: after five days nobody counts them any more. */
export const cleanupOldHashRingNodes: CodeWork = {
  is: 'code',
  firstRelease: 'zed',
  look: async ({ verdict, nowMs }) =>
    verdict.snapshot.hashRing
      .filter(({ updatedAtMs }) => updatedAtMs < nowMs - KEPT_MS)
      .map(({ nodeUuid, hostname, updatedAtMs }) => ({
        id: nodeUuid,
        what: `ovn_hash_ring ${nodeUuid} of ${hostname}, untouched since ${new Date(updatedAtMs).toISOString()}`,
        wouldBe: 'deleted',
      })),
  mend: (findings, { neutron, nowMs, signal }) =>
    neutron.write(
      (transaction) =>
        transaction.change(sql`
          delete from ovn_hash_ring
          where node_uuid in (${sql.join(findings.map(({ id }) => id))}) and updated_at < ${sqlTime(nowMs - KEPT_MS)}`),
      { signal },
    ),
};

/** UTC, as Neutron writes it and all three engines read it. */
const sqlTime = (atMs: number): string => new Date(atMs).toISOString().replace('T', ' ').slice(0, 19);
