import type { NeutronApi } from './neutron-api.ts';
import type { Deployment } from './populate.ts';

type Context = Pick<Deployment, 'networks' | 'subnets' | 'qosPolicies'>;

export async function populateRouters(api: NeutronApi, context: Context): Promise<Deployment['routers']> {
  const { networks, subnets, qosPolicies } = context;
  const publicGateway = { network_id: networks.get('public') };
  const shapes = [
    {
      router: {
        name: 'snat',
        external_gateway_info: { ...publicGateway, qos_policy_id: qosPolicies.get('bandwidth') },
      },
      interfaces: ['slaac-v4', 'slaac-v6', 'vlan-v4'],
    },
    {
      router: {
        name: 'no-snat',
        external_gateway_info: { network_id: networks.get('public-vlan'), enable_snat: false },
      },
      interfaces: ['stateful-v4', 'stateful-v6'],
    },
    {
      router: { name: 'zoned', external_gateway_info: publicGateway, availability_zone_hints: ['az-1'] },
      interfaces: ['stateless-v4', 'stateless-v6'],
    },
    { router: { name: 'inner', admin_state_up: false }, interfaces: ['disabled-v4'] },
  ];
  const routers = new Map<string, string>();
  for (const { router, interfaces } of shapes) {
    const { id } = await api.create('router', router);
    routers.set(router.name, id);
    for (const name of interfaces)
      await api.act('router', id, 'add_router_interface', { subnet_id: subnets.get(name) });
  }
  await api.update('router', routers.get('snat') ?? '', {
    routes: [
      { destination: '172.20.0.0/16', nexthop: '10.0.0.9' },
      { destination: '2001:db8:20::/48', nexthop: '2001:db8:10::9' },
    ],
  });
  return routers;
}
