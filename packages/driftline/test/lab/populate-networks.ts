import type { Attributes, NeutronApi } from './neutron-api.ts';
import type { Deployment, Ids } from './populate.ts';

interface NetworkShape {
  readonly name: string;
  readonly network?: Attributes;
  readonly v4?: Attributes;
  readonly v6?: Attributes;
}

const nameservers = ['9.9.9.9', '149.112.112.112'];

function shapes(qosPolicies: Ids): NetworkShape[] {
  const vlan = { 'provider:network_type': 'vlan', 'provider:physical_network': 'physnet1' };
  return [
    {
      name: 'public',
      network: { 'router:external': true, 'provider:network_type': 'flat', 'provider:physical_network': 'publics' },
      v4: { cidr: '198.18.0.0/16', enable_dhcp: false },
      v6: { cidr: '2001:db8:ffff::/64', enable_dhcp: false },
    },
    {
      name: 'public-vlan',
      network: { ...vlan, 'router:external': true },
      v4: { cidr: '198.51.0.0/16', enable_dhcp: false },
    },
    {
      name: 'slaac',
      v4: { cidr: '10.0.0.0/24', host_routes: [{ destination: '172.16.0.0/16', nexthop: '10.0.0.254' }] },
      v6: { cidr: '2001:db8:10::/64', ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' },
    },
    {
      name: 'vlan',
      network: { ...vlan, 'provider:segmentation_id': 1001 },
      v4: { cidr: '10.0.1.0/24', dns_nameservers: nameservers },
    },
    {
      name: 'stateful',
      v4: { cidr: '10.0.2.0/24', allocation_pools: [{ start: '10.0.2.50', end: '10.0.2.99' }] },
      v6: { cidr: '2001:db8:12::/64', ipv6_ra_mode: 'dhcpv6-stateful', ipv6_address_mode: 'dhcpv6-stateful' },
    },
    {
      name: 'stateless',
      network: { mtu: 1300, dns_domain: 'stateless.example.org.', qos_policy_id: qosPolicies.get('dscp') },
      v4: { cidr: '10.0.3.0/24', dns_nameservers: nameservers },
      v6: {
        cidr: '2001:db8:13::/64',
        ipv6_ra_mode: 'dhcpv6-stateless',
        ipv6_address_mode: 'dhcpv6-stateless',
        dns_nameservers: ['2001:db8::53'],
      },
    },
    { name: 'isolated', network: { port_security_enabled: false }, v4: { cidr: '10.0.4.0/24', gateway_ip: null } },
    {
      name: 'disabled',
      network: { admin_state_up: false, description: 'down' },
      v4: { cidr: '10.0.5.0/24', enable_dhcp: false },
    },
    { name: 'bare' },
  ];
}

export async function populateNetworks(
  api: NeutronApi,
  qosPolicies: Ids,
): Promise<Pick<Deployment, 'networks' | 'subnets'>> {
  const networks = new Map<string, string>();
  const subnets = new Map<string, string>();
  for (const { name, network, v4, v6 } of shapes(qosPolicies)) {
    const { id } = await api.create('network', { name, ...network });
    networks.set(name, id);
    for (const [version, subnet] of [
      [4, v4],
      [6, v6],
    ] as const) {
      if (subnet === undefined) continue;
      const attributes = { name: `${name}-v${version}`, network_id: id, ip_version: version, ...subnet };
      subnets.set(attributes.name, (await api.create('subnet', attributes)).id);
    }
  }
  await api.update('network', networks.get('bare') ?? '', { name: 'bare-renamed' });
  return { networks, subnets };
}
