import { idIn, listUnder, type Step, updateSubnet } from './step.ts';

export const deletions: readonly Step[] = [
  { name: "take a subnet's gateway", run: updateSubnet('vlan-v4', { gateway_ip: null }) },
  {
    name: 'delete a network with all that is on it',
    run: async (api, { networks, routers, subnets }) => {
      const network = idIn(networks, 'disabled');
      await api.act('router', idIn(routers, 'inner'), 'remove_router_interface', {
        subnet_id: idIn(subnets, 'disabled-v4'),
      });
      for (const { id } of await api.list('port', { network_id: network, device_owner: '' }))
        await api.delete('port', id);
      await api.delete('network', network);
    },
  },
  {
    name: 'delete a group with rules of all shapes',
    run: async (api, { securityGroups }) => {
      const fast = idIn(securityGroups, 'fast');
      for (const port of await api.list('port')) {
        const groups = port.security_groups as readonly string[];
        if (!groups.includes(fast)) continue;
        await api.update('port', port.id, { security_groups: groups.filter((group) => group !== fast) });
      }
      await api.delete('security_group', fast);
    },
  },
  {
    name: 'delete a floating IP with port forwardings',
    run: async (api, { floatingIps }) => {
      const path = `/floatingips/${floatingIps[6]}`;
      for (const { id } of await listUnder(api, `${path}/port_forwardings`, 'port_forwardings')) {
        await api.request('DELETE', `${path}/port_forwardings/${id}`);
      }
      await api.request('DELETE', path);
    },
  },
  {
    name: 'delete a trunk',
    run: async (api) => {
      for (const { id } of await api.list('trunk')) await api.delete('trunk', id);
    },
  },
];
