import { sql } from 'kysely';
import type { CodeWork } from '../task.ts';

/** What the API shows as `distributed` follows the configuration; a router of a flavour is not OVN's. */
export const updateDistributedFlag: CodeWork = {
  is: 'code',
  firstRelease: '2024.1',
  look: ({ deployment, signal }) => {
    const wanted = deployment.config.ovn.enableDistributedFloatingIp;
    return deployment.neutron.read(
      async ({ query }) => {
        const rows = await query(sql<{ id: string }>`
          select r.id from routers r join router_extra_attributes a on a.router_id = r.id
          where r.flavor_id is null and a.distributed <> ${sql.lit(wanted)} order by r.id`);
        return rows.map(({ id }) => ({
          id,
          what: `router_extra_attributes.distributed of router ${id}`,
          wouldBe: String(wanted),
        }));
      },
      { signal },
    );
  },
  mend: (findings, { deployment, neutron, signal }) => {
    const wanted = deployment.config.ovn.enableDistributedFloatingIp;
    return neutron.write(
      (transaction) =>
        transaction.change(sql`
          update router_extra_attributes set distributed = ${sql.lit(wanted)}
          where distributed <> ${sql.lit(wanted)} and router_id in (${sql.join(findings.map(({ id }) => id))})`),
      { signal },
    );
  },
};
