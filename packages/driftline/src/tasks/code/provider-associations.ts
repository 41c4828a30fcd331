import { sql } from 'kysely';
import { logicalRouterName } from '../../translate/names.ts';
import type { CodeWork } from '../task.ts';

/** Routers made before 2024.1 name no provider; those that stand in OVN are OVN's. */
export const addProviderAssociations: CodeWork = {
  is: 'code',
  firstRelease: '2024.1',
  look: async ({ verdict }) =>
    [...verdict.snapshot.routers.values()]
      .filter(({ id, provider, flavorId }) => {
        const isOvn = flavorId === undefined && provider === undefined;
        return isOvn && verdict.pairing.observedOf('Logical_Router', logicalRouterName(id)) !== undefined;
      })
      .map(({ id }) => ({ id, what: `providerresourceassociations of router ${id}`, wouldBe: 'ovn' })),
  mend: (findings, { neutron, signal }) =>
    neutron.write(
      ({ change, engine }) =>
        change(sql`
          insert into providerresourceassociations (provider_name, resource_id)
          select ${engine === 'postgresql' ? sql`cast('ovn' as varchar)` : sql`'ovn'`}, r.id
          from routers r left join providerresourceassociations p on p.resource_id = r.id
          where p.resource_id is null and r.id in (${sql.join(findings.map(({ id }) => id))})`),
      { signal },
    ),
};
