/** Hosts in Neutron's tables, whether or not anything of theirs is there any more. */
import { sql } from 'kysely';
import type { ReadTransaction } from './connect.ts';

export interface HostRows {
  readonly host: string;
  readonly count: number;
}

/** Hosts of `segmenthostmappings`, by name. */
export const readMappedHosts = ({ query }: Pick<ReadTransaction, 'query'>): Promise<readonly HostRows[]> =>
  query(sql<HostRows>`select host, count(*) as count from segmenthostmappings group by host order by host`);
