import type { Resource } from '../neutron/model/standard-attributes.ts';
import { type Choice, choice } from '../northbound/desired.ts';

/** The map key that holds a resource's revision, in the external_ids of the row that the guard of Neutron looks at. */
export const REVISION_KEY = 'neutron:revision_number';

export const revisionKey = (resource: Resource): string => String(resource.attributes.revision);

/**
 * For rows that Neutron writes with the revision of the day and does not touch when it grows: any number that the
 * resource has had. A higher one is never right.
 */
export function revisionAtMost(resource: Resource): Choice<string | number> {
  const newest = resource.attributes.revision;
  return choice<string | number>(
    `a revision that the resource has had, up to ${newest}`,
    (found) => typeof found === 'string' && isRevision(found) && Number(found) <= newest,
    () => String(newest),
  );
}

/** As Neutron prints it; -1 is never written to a row. */
const isRevision = (text: string): boolean => /^(0|[1-9][0-9]*)$/.test(text);
