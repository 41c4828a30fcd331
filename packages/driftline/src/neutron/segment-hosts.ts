/** `segmenthostmappings`: which hosts Neutron takes for connected to which segments, as its OVN driver writes it. */
import { sql } from 'kysely';
import type { WriteTransaction } from './connect.ts';

export interface SegmentHostOutcome {
  readonly host: string;
  /** Segments that the host is connected to and has no row for, sorted. */
  readonly missing: readonly string[];
  /** Segments that it has a row for and is not connected to, sorted. */
  readonly stale: readonly string[];
}

/** Answers what differs, by host; with `write`, nothing of it does any more. `wanted` holds physical networks by host. */
export async function settleSegmentHosts(
  { query, change }: Pick<WriteTransaction, 'query'> & Partial<Pick<WriteTransaction, 'change'>>,
  wanted: ReadonlyMap<string, readonly string[]>,
  { write }: { readonly write: boolean },
): Promise<readonly SegmentHostOutcome[]> {
  const hosts = [...wanted.keys()].sort();
  if (hosts.length === 0) return [];
  const segments = await query(sql<{ id: string; physical_network: string }>`
    select id, physical_network from networksegments
    where network_type in ('flat', 'vlan') and physical_network is not null`);
  const mapped = await query(sql<{ segment_id: string; host: string }>`
    select segment_id, host from segmenthostmappings where host in (${sql.join(hosts)})`);
  const outcomes = hosts.map((host): SegmentHostOutcome => {
    const networks = new Set(wanted.get(host));
    const right = new Set(segments.filter((each) => networks.has(each.physical_network)).map(({ id }) => id));
    const found = new Set(mapped.filter((each) => each.host === host).map(({ segment_id }) => segment_id));
    return { host, missing: [...right.difference(found)].sort(), stale: [...found.difference(right)].sort() };
  });
  if (!write || change === undefined) return outcomes;
  for (const { host, missing, stale } of outcomes) {
    if (stale.length > 0) {
      await change(sql`delete from segmenthostmappings where host = ${host} and segment_id in (${sql.join(stale)})`);
    }
    if (missing.length > 0) {
      const rows = sql.join(missing.map((segment) => sql`(${segment}, ${host})`));
      await change(sql`insert into segmenthostmappings (segment_id, host) values ${rows}`);
    }
  }
  return outcomes;
}
