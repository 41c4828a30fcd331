/** The one binding of a virtual port, as Neutron's ML2 plug-in writes it when its parent is seen on another host. */
import { sql } from 'kysely';
import type { WriteTransaction } from './connect.ts';

export interface VirtualHost {
  /** Until 2026.1 the host of the binding; since, '' . */
  readonly host: string;
  /** Since 2026.2, in the details. */
  readonly parentHostname?: string;
}

/** Answers 0 where the port has no binding: then it is gone. */
export async function bindVirtualPort(
  { change }: Pick<WriteTransaction, 'change'>,
  portId: string,
  { host, parentHostname }: VirtualHost,
): Promise<number> {
  const gone = await change(sql`delete from ml2_port_bindings where port_id = ${portId}`);
  if (gone === 0) return 0;
  const details = parentHostname === undefined ? '' : JSON.stringify({ parent_hostname: parentHostname });
  await change(sql`
    insert into ml2_port_bindings (port_id, host, vif_type, vnic_type, profile, vif_details, status)
    values (${portId}, ${host}, 'unbound', 'normal', '', ${details}, 'ACTIVE')`);
  return 1;
}
