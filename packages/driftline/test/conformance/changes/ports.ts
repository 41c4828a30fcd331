import type { Attributes } from '../../lab/neutron-api.ts';
import { computeHosts } from '../../lab/populate.ts';
import { idIn, type Step, updatePort } from './step.ts';

export const portChanges: readonly Step[] = [
  { name: 'rename a port', run: updatePort('slaac-plain', { name: 'slaac-plain-renamed', description: 'other' }) },
  { name: 'take a port down', run: updatePort('slaac-grouped', { admin_state_up: false }) },
  { name: 'bring a port up', run: updatePort('slaac-disabled', { admin_state_up: true }) },
  {
    name: 'give a port a further address',
    run: async (api, { ports, subnets }) => {
      const id = idIn(ports, 'vlan-plain');
      const { fixed_ips } = await api.show('port', id);
      const addresses = [...(fixed_ips as Attributes[]), { subnet_id: idIn(subnets, 'vlan-v4') }];
      await api.update('port', id, { fixed_ips: addresses });
    },
  },
  {
    name: 'take a port one of two addresses',
    run: async (api, { ports }) => {
      const id = idIn(ports, 'two-addresses');
      const { fixed_ips } = await api.show('port', id);
      await api.update('port', id, { fixed_ips: (fixed_ips as Attributes[]).slice(0, 1) });
    },
  },
  { name: 'take a port all addresses', run: updatePort('v6-only', { fixed_ips: [] }) },
  {
    name: 'give a port without addresses one',
    run: updatePort('no-address', ({ subnets }) => ({ fixed_ips: [{ subnet_id: subnets.get('slaac-v4') }] })),
  },
  {
    name: 'allow a port another address',
    run: updatePort('slaac-plain', { allowed_address_pairs: [{ ip_address: '10.77.0.0/24' }] }),
  },
  { name: 'allow a port its own address alone', run: updatePort('slaac-pairs', { allowed_address_pairs: [] }) },
  {
    name: 'put a port in another group',
    run: updatePort('slaac-stateless', ({ securityGroups }) => ({ security_groups: [securityGroups.get('database')] })),
  },
  { name: 'take a port out of all groups', run: updatePort('stateless-grouped', { security_groups: [] }) },
  {
    name: 'secure a port',
    run: updatePort('slaac-insecure', ({ securityGroups }) => ({
      port_security_enabled: true,
      security_groups: [securityGroups.get('web')],
    })),
  },
  {
    name: 'unsecure a port',
    run: updatePort('stateless-plain', { port_security_enabled: false, security_groups: [] }),
  },
  {
    name: "change a port's DHCP options",
    run: updatePort('slaac-dhcp', {
      extra_dhcp_opts: [
        { opt_name: 'mtu', opt_value: '1100' },
        { opt_name: 'ntp-server', opt_value: null },
        { opt_name: 'domain-name', opt_value: 'own.example.org' },
      ],
    }),
  },
  {
    name: "remove a port's DHCP options",
    run: updatePort('stateless-dhcp', {
      extra_dhcp_opts: ['mtu', 'ntp-server', '150', 'bootfile-name'].map((opt_name) => ({
        opt_name,
        opt_value: null,
      })),
    }),
  },
  {
    name: 'give a port DHCP again',
    run: updatePort('slaac-no-dhcp', { extra_dhcp_opts: [{ opt_name: 'dhcp_disabled', opt_value: null }] }),
  },
  {
    name: 'limit a port',
    run: updatePort('slaac-plain', ({ qosPolicies }) => ({ qos_policy_id: qosPolicies.get('both') })),
  },
  { name: "lift a port's limit", run: updatePort('stateless-limited', { qos_policy_id: null }) },
  { name: "change a port's DNS name", run: updatePort('slaac-named', { dns_name: 'renamed' }) },
  { name: "clear a port's DNS name", run: updatePort('stateless-named', { dns_name: '' }) },
  { name: 'give a port a DNS name', run: updatePort('slaac-plain', { dns_name: 'plain' }) },
  { name: "change a port's MAC", run: updatePort('in-disabled', { mac_address: 'fa:16:3e:00:be:ee' }) },
  {
    name: 'bind a port',
    run: updatePort('isolated', { 'binding:host_id': computeHosts[1], device_owner: 'compute:nova', device_id: 'new' }),
  },
  { name: 'move a port to another host', run: updatePort('slaac-limited', { 'binding:host_id': computeHosts[1] }) },
  {
    name: 'unbind a port',
    run: updatePort('stateful-dhcp', { 'binding:host_id': '', device_owner: '', device_id: '' }),
  },
  {
    name: 'delete ports',
    run: async (api, { ports }) => {
      for (const name of ['slaac-marked', 'stateless-pairs', 'vlan-sriov', 'own-mac', 'foreign-dhcp']) {
        await api.delete('port', idIn(ports, name));
      }
    },
  },
];
