/** Address groups: one OVN address set for each IP version, empty where the group has no such addresses. */
import { type DesiredRow, exact, keys } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { ipVersionOf, normalCidr } from '../ip.ts';
import { addressSetName } from '../names.ts';
import { REVISION_KEY, revisionKey } from '../revision.ts';

export function* addressSetRows(ctx: TranslationContext): Iterable<DesiredRow> {
  const { features } = ctx;
  if (!features.has('addressGroupsInAcls') && !features.maybe('addressGroupsInAcls')) return;
  for (const group of ctx.snapshot.addressGroups.values()) {
    const resource = { type: 'address_groups', id: group.id } as const;
    const addresses: Record<4 | 6, string[]> = { 4: [], 6: [] };
    for (const address of group.addresses) {
      const cidr = normalCidr(address);
      if (cidr === undefined)
        ctx.faults.push({ resource, message: `address group ${group.id}: ${address} is no network` });
      else addresses[ipVersionOf(cidr)].push(cidr);
    }
    for (const version of [4, 6] as const) {
      const name = addressSetName(group.id, `ip${version}`);
      yield {
        table: 'Address_Set',
        key: name,
        resource,
        cells: {
          name: exact(name),
          addresses: exact(addresses[version]),
          external_ids: keys({ 'neutron:address_group_id': group.id, [REVISION_KEY]: revisionKey(group) }),
        },
        listedIn: [],
        feature: 'addressGroupsInAcls',
        presence: features.has('addressGroupsInAcls') ? 'required' : 'tolerated',
      };
    }
  }
}
