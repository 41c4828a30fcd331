/** Where Neutron takes ports for bound. Only read: a binding is more than its host, and mechanism drivers make it. */
import { sql } from 'kysely';
import type { ReadTransaction } from './connect.ts';

export interface PortHost {
  readonly portId: string;
  readonly deviceOwner: string;
  readonly status: string;
  /** Of the active binding; '' while unbound. */
  readonly host: string;
}

/** Of those of the ports that exist; at most some hundred at once. */
export async function readPortHosts(
  { query }: Pick<ReadTransaction, 'query'>,
  portIds: readonly string[],
): Promise<readonly PortHost[]> {
  if (portIds.length === 0) return [];
  const rows = await query(sql<{ id: string; device_owner: string; status: string; host: string | null }>`
    select p.id, p.device_owner, p.status, b.host
    from ports p left join ml2_port_bindings b on b.port_id = p.id and b.status = 'ACTIVE'
    where p.id in (${sql.join(portIds)})`);
  return rows.map((row) => ({
    portId: row.id,
    deviceOwner: row.device_owner,
    status: row.status,
    host: row.host ?? '',
  }));
}
