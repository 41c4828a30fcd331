import { NEUTRON_RING_GROUP, type RingGroup, type RingTimings } from '../neutron/hash-ring.ts';

/** What is amiss with the ring of Neutron's own workers. Driftline tells of it and changes nothing there. */
export type RingFinding =
  /** Neutron drops every event: port statuses, gateway hosts and agents stay as they are. */
  | { readonly kind: 'empty'; readonly message: string }
  /** A worker died and its row is kept alive for it: its share of the events is lost until Neutron is restarted. */
  | {
      readonly kind: 'more-nodes-than-workers';
      readonly hostname: string;
      readonly nodes: number;
      readonly workers: number;
      readonly message: string;
    }
  /** Rows of workers that are gone. They do no harm, and are left to Neutron's own cleaning. */
  | { readonly kind: 'stale'; readonly hostname: string; readonly nodes: number; readonly message: string };

export function inspectNeutronRing(
  { nodes, nowMs = 0 }: RingGroup,
  timings: RingTimings,
  /** Of each Neutron server: `[DEFAULT] api_workers`, where it is known. */
  workersPerHost: number | undefined,
): RingFinding[] {
  const isAlive = ({ updatedAtMs }: { readonly updatedAtMs: number }) => nowMs - updatedAtMs <= timings.nodeTimeoutMs;
  const findings: RingFinding[] = [];
  if (!nodes.some(isAlive)) {
    const message = `no worker of Neutron's is alive in ${NEUTRON_RING_GROUP} of ovn_hash_ring: OVN's events are dropped; is neutron-server running?`;
    findings.push({ kind: 'empty', message });
  }
  const hosts = Object.entries(Object.groupBy(nodes, ({ hostname }) => hostname));
  for (const [hostname, rows = []] of hosts) {
    const alive = rows.filter(isAlive).length;
    if (workersPerHost !== undefined && alive > workersPerHost) {
      const message = `${hostname} has ${alive} living nodes in ovn_hash_ring for ${workersPerHost} API workers: the events of the others are lost; restart neutron-server there`;
      findings.push({ kind: 'more-nodes-than-workers', hostname, nodes: alive, workers: workersPerHost, message });
    }
    const stale = rows.length - alive;
    if (stale > 0) {
      const message = `${hostname} has ${stale} dead nodes in ovn_hash_ring; Neutron removes them after five days`;
      findings.push({ kind: 'stale', hostname, nodes: stale, message });
    }
  }
  return findings;
}
