import type { OvsdbClient, ReplicaRow } from '@driftline/ovsdb';
import { databaseName, type NeutronLab } from '../lab/neutron-lab.ts';

/**
 * Where the three places that hold a revision disagree: Neutron's resource, what it noted as written, and the row in
 * OVN. In words; none means that none was lost. Read without the code under test.
 */
export async function readLostRevisions(lab: NeutronLab, northbound: OvsdbClient): Promise<readonly string[]> {
  const noted = await lab.database.query(
    databaseName,
    `SELECT r.resource_type, r.resource_uuid, r.revision_number, coalesce(s.revision_number, -2)
     FROM ovn_revision_numbers r LEFT JOIN standardattributes s ON s.id = r.standard_attr_id`,
  );
  await northbound.sync();
  const inOvn = readRevisions(northbound);
  const lost: string[] = [];
  for (const line of noted.trim().split('\n')) {
    const [type = '', uuid = '', written = '', wanted = ''] = line.split('\t');
    if (written !== wanted) lost.push(`${type} ${uuid}: noted ${written}, Neutron has ${wanted}`);
    const found = inOvn.get(`${type} ${uuid}`);
    if (found !== undefined && found !== wanted) lost.push(`${type} ${uuid}: OVN has ${found}, Neutron ${wanted}`);
  }
  return lost;
}

/** By resource type and id, as far as its row carries one: security groups and rules have no place for it. */
function readRevisions({ replica }: OvsdbClient): ReadonlyMap<string, string> {
  const revisions = new Map<string, string>();
  const read = (table: string, nameOf: (row: ReplicaRow, ids: ReadonlyMap<string, string>) => string | undefined) => {
    for (const row of replica.table(table).rows.values()) {
      const ids = row.external_ids as ReadonlyMap<string, string>;
      const name = nameOf(row, ids);
      const revision = ids.get('neutron:revision_number');
      if (name !== undefined && revision !== undefined) revisions.set(name, revision);
    }
  };
  read('Logical_Switch', ({ name }) => `networks ${String(name).replace('neutron-', '')}`);
  read('Logical_Switch_Port', ({ name }) => `ports ${name}`);
  read('Logical_Router', ({ name }) => `routers ${String(name).replace('neutron-', '')}`);
  read('Logical_Router_Port', ({ name }) => `router_ports ${String(name).replace('lrp-', '')}`);
  read('NAT', (_, ids) => (ids.has('neutron:fip_id') ? `floatingips ${ids.get('neutron:fip_id')}` : undefined));
  read('DHCP_Options', (_, ids) => (ids.has('port_id') ? undefined : `subnets ${ids.get('subnet_id')}`));
  return revisions;
}
