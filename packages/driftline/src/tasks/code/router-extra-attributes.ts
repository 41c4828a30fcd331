import { sql } from 'kysely';
import type { CodeWork } from '../task.ts';

/** Routers of long ago have no row of attributes (LP#1995974); the columns' defaults are what such a router means. */
export const createRouterExtraAttributes: CodeWork = {
  is: 'code',
  firstRelease: 'zed',
  look: ({ deployment, signal }) =>
    deployment.neutron.read(
      async ({ query }) => {
        const rows = await query(sql<{ id: string }>`
          select r.id from routers r left join router_extra_attributes a on a.router_id = r.id
          where a.router_id is null order by r.id`);
        return rows.map(({ id }) => ({
          id,
          what: `router_extra_attributes of router ${id}`,
          wouldBe: 'created with defaults',
        }));
      },
      { signal },
    ),
  mend: (findings, { neutron, signal }) =>
    neutron.write(
      (transaction) =>
        transaction.change(sql`
          insert into router_extra_attributes (router_id)
          select r.id from routers r left join router_extra_attributes a on a.router_id = r.id
          where a.router_id is null and r.id in (${sql.join(findings.map(({ id }) => id))})`),
      { signal },
    ),
};
