import { RESOURCE_KINDS, type ResourceKind, type ResourceSet } from './model/resource-set.ts';
import type { NeutronSnapshot } from './model/snapshot.ts';

/** What `readChanges` would have named between two snapshots: created, changed or deleted, as revisions tell. Pure. */
export function changesBetween(before: NeutronSnapshot, after: NeutronSnapshot): ResourceSet {
  const changed: { [K in ResourceKind]?: ReadonlySet<string> } = {};
  for (const kind of RESOURCE_KINDS) {
    const ids = new Set<string>();
    const [old, now]: readonly ReadonlyMap<string, { readonly attributes?: Numbered }>[] = [before[kind], after[kind]];
    if (old === now || old === undefined || now === undefined) continue;
    for (const [id, { attributes }] of now) {
      const known = old.get(id);
      if (known === undefined || known.attributes?.revision !== attributes?.revision) ids.add(id);
    }
    for (const id of old.keys()) if (!now.has(id)) ids.add(id);
    if (ids.size > 0) changed[kind] = ids;
  }
  return changed;
}

interface Numbered {
  readonly revision: number;
}
