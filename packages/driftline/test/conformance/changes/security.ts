import type { NeutronApi } from '../../lab/neutron-api.ts';
import type { Deployment } from '../../lab/populate.ts';
import { idIn, type Step } from './step.ts';

/** Of the rules that OVN cannot tell apart, the one that was created first: their ACL has its id. */
export const OLDER_TWIN = '10.20.30.40/24';
export const YOUNGER_TWIN = '10.20.30.50/24';

export async function findTwin(api: NeutronApi, { securityGroups }: Deployment, prefix: string): Promise<string> {
  const rules = await api.list('security_group_rule', { security_group_id: idIn(securityGroups, 'web') });
  const twin = rules.find(({ remote_ip_prefix }) => remote_ip_prefix === prefix);
  if (twin === undefined) throw new Error(`the populated deployment has no rule for ${prefix}`);
  return twin.id;
}

export const securityChanges: readonly Step[] = [
  {
    name: 'add and delete rules',
    run: async (api, { securityGroups }) => {
      const group = idIn(securityGroups, 'web');
      for (const { id, protocol, remote_ip_prefix } of await api.list('security_group_rule', {
        security_group_id: group,
      })) {
        const isOlderTwin = remote_ip_prefix === OLDER_TWIN;
        if (isOlderTwin || ['112', 'gre', 'sctp'].includes(String(protocol)))
          await api.delete('security_group_rule', id);
      }
      await api.createAll('security_group_rule', [
        {
          security_group_id: group,
          direction: 'ingress',
          ethertype: 'IPv4',
          protocol: 'tcp',
          port_range_min: 5432,
          port_range_max: 5432,
        },
        {
          security_group_id: group,
          direction: 'egress',
          ethertype: 'IPv6',
          protocol: 'udp',
          remote_ip_prefix: '2001:db8:77::/48',
        },
        {
          security_group_id: group,
          direction: 'ingress',
          ethertype: 'IPv4',
          remote_group_id: idIn(securityGroups, 'fast'),
        },
      ]);
    },
  },
  {
    name: 'rename a group',
    run: (api, { securityGroups }) =>
      api.update('security_group', idIn(securityGroups, 'web'), { name: 'web-renamed', description: 'other' }),
  },
  {
    name: 'make a group stateless',
    run: (api, { securityGroups }) => api.update('security_group', idIn(securityGroups, 'unused'), { stateful: false }),
  },
  {
    name: 'create and delete a group',
    run: async (api) => {
      const { id } = await api.create('security_group', { name: 'short-lived' });
      await api.delete('security_group', id);
      await api.create('security_group', { name: 'late' });
    },
  },
  {
    name: "change an address group's addresses",
    run: async (api, { addressGroups }) => {
      const id = idIn(addressGroups, 'offices');
      const change = (action: string, addresses: readonly string[]) =>
        api.act('address_group', id, action, { addresses });
      await change('add_addresses', ['198.51.100.7/32', '2001:db8:2::/48']);
      await change('remove_addresses', ['192.0.2.7/32']);
      await api.update('address_group', id, { name: 'offices-renamed' });
    },
  },
  {
    name: 'create an address group, and delete another',
    run: async (api) => {
      const { id } = await api.create('address_group', { name: 'short-lived', addresses: ['192.0.2.1/32'] });
      await api.create('address_group', { name: 'empty' });
      await api.delete('address_group', id);
    },
  },
];
