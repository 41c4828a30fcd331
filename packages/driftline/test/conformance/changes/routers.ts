import { firstUnder, idIn, listUnder, type Step, updateFloatingIp, updateRouter } from './step.ts';

export const routerChanges: readonly Step[] = [
  { name: 'rename a router', run: updateRouter('snat', { name: 'snat-renamed', description: 'other' }) },
  { name: 'bring a router up', run: updateRouter('inner', { admin_state_up: true }) },
  {
    name: 'add a router to a network by a port',
    run: async (api, { routers, networks, subnets }) => {
      const { id } = await api.create('port', {
        network_id: idIn(networks, 'isolated'),
        fixed_ips: [{ subnet_id: idIn(subnets, 'isolated-v4'), ip_address: '10.0.4.77' }],
      });
      await api.act('router', idIn(routers, 'inner'), 'add_router_interface', { port_id: id });
    },
  },
  {
    name: 'remove a router from a network',
    run: (api, { routers, subnets }) =>
      api.act('router', idIn(routers, 'snat'), 'remove_router_interface', { subnet_id: idIn(subnets, 'vlan-v4') }),
  },
  {
    name: 'remove one of the two subnets of a router port',
    run: (api, { routers, subnets }) =>
      api.act('router', idIn(routers, 'zoned'), 'remove_router_interface', {
        subnet_id: idIn(subnets, 'stateless-v6'),
      }),
  },
  {
    name: 'change routes',
    run: updateRouter('snat', {
      routes: [
        { destination: '172.20.0.0/16', nexthop: '10.0.0.10' },
        { destination: '172.21.0.0/16', nexthop: '10.0.0.9' },
        { destination: '2001:db8:21::/48', nexthop: '2001:db8:10::9' },
      ],
    }),
  },
  {
    name: "lift the limit of a router's gateway",
    run: updateRouter('snat', ({ networks }) => ({
      external_gateway_info: { network_id: networks.get('public'), qos_policy_id: null },
    })),
  },
  {
    name: 'clear a gateway and set it again, with another network',
    run: async (api, deployment) => {
      await updateRouter('zoned', { external_gateway_info: {} })(api, deployment);
      await updateRouter('zoned', ({ networks }) => ({
        external_gateway_info: { network_id: networks.get('public-vlan'), enable_snat: true },
      }))(api, deployment);
    },
  },
  {
    name: 'switch SNAT off',
    run: updateRouter('snat', ({ networks }) => ({
      external_gateway_info: { network_id: networks.get('public'), enable_snat: false },
    })),
  },
  {
    name: 'switch SNAT on',
    run: updateRouter('no-snat', ({ networks }) => ({
      external_gateway_info: { network_id: networks.get('public-vlan'), enable_snat: true },
    })),
  },
  {
    name: "change a gateway's address",
    run: updateRouter('snat', ({ networks, subnets }) => ({
      external_gateway_info: {
        network_id: networks.get('public'),
        external_fixed_ips: [{ subnet_id: subnets.get('public-v4'), ip_address: '198.18.7.7' }],
      },
    })),
  },
  {
    name: 'create a router with all, and delete it',
    run: async (api, { networks, subnets }) => {
      const { id } = await api.create('router', {
        name: 'short-lived',
        external_gateway_info: { network_id: networks.get('public') },
      });
      const subnet_id = idIn(subnets, 'vlan-v4');
      await api.act('router', id, 'add_router_interface', { subnet_id });
      await api.act('router', id, 'remove_router_interface', { subnet_id });
      await api.delete('router', id);
    },
  },
];

export const floatingIpChanges: readonly Step[] = [
  {
    name: 'associate a floating IP',
    run: updateFloatingIp(5, ({ ports }) => ({ port_id: ports.get('stateful-named') })),
  },
  { name: 'move a floating IP', run: updateFloatingIp(0, ({ ports }) => ({ port_id: ports.get('slaac-limited') })) },
  { name: 'disassociate a floating IP', run: updateFloatingIp(3, () => ({ port_id: null })) },
  { name: 'describe a floating IP', run: updateFloatingIp(2, () => ({ description: 'other' })) },
  {
    name: 'limit a floating IP',
    run: updateFloatingIp(2, ({ qosPolicies }) => ({ qos_policy_id: qosPolicies.get('bandwidth') })),
  },
  { name: 'delete a floating IP', run: (api, { floatingIps }) => api.delete('floatingip', floatingIps[1] ?? '') },
  {
    name: 'change, add and delete port forwardings',
    run: async (api, { floatingIps }) => {
      const path = `/floatingips/${floatingIps[6]}/port_forwardings`;
      const first = await firstUnder(api, path, 'port_forwardings');
      const [, second] = await listUnder(api, path, 'port_forwardings');
      await api.request('PUT', `${path}/${first.id}`, { port_forwarding: { external_port: 2022 } });
      await api.request('DELETE', `${path}/${second?.id}`);
      const { internal_port_id, internal_ip_address } = first;
      const added = { internal_port_id, internal_ip_address, protocol: 'tcp', internal_port: 443, external_port: 8443 };
      await api.request('POST', path, { port_forwarding: added });
    },
  },
];
