import { sql } from 'kysely';
import type { ReadTransaction } from './connect.ts';
import { pageSize } from './read-table.ts';

/** The tables that make a snapshot long; the others don't matter to an estimate. */
const LARGE_TABLES = [
  'ports',
  'ipallocations',
  'ml2_port_bindings',
  'ml2_port_binding_levels',
  'portsecuritybindings',
  'securitygroupportbindings',
  'securitygrouprules',
  'allowedaddresspairs',
  'extradhcpopts',
  'floatingips',
  'networks',
  'networksegments',
  'subnets',
  'ovn_revision_numbers',
] as const;

/** About how many rows a snapshot reads, for telling people how long it will take. */
export async function estimateRows(transaction: ReadTransaction): Promise<number> {
  const counts = LARGE_TABLES.filter((table) => transaction.shape.has(table)).map(
    (table) => sql`(select count(*) from ${sql.table(table)})`,
  );
  if (counts.length === 0) return 0;
  const [row] = await transaction.query(sql<{ total: number | string }>`select ${sql.join(counts, sql` + `)} as total`);
  return Math.max(Number(row?.total ?? 0), pageSize);
}
