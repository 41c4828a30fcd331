/** Hosts in Neutron's tables, whether or not anything of theirs is there any more. */
import { sql } from 'kysely';
import type { ReadTransaction } from './connect.ts';

export interface HostRows {
  readonly host: string;
  readonly count: number;
}

/** Hosts of `segmenthostmappings`, by name. */
export async function readMappedHosts({ query }: Pick<ReadTransaction, 'query'>): Promise<readonly HostRows[]> {
  const rows = await query(
    sql<HostRows>`select host, count(*) as count from segmenthostmappings group by host order by host`,
  );
  // PostgreSQL counts in bigint, which its driver hands over as text.
  return rows.map(({ host, count }) => ({ host, count: Number(count) }));
}
