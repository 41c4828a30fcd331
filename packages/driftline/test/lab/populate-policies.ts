import type { Attributes, NeutronApi } from './neutron-api.ts';
import type { Deployment } from './populate.ts';

type Policies = Pick<Deployment, 'securityGroups' | 'qosPolicies' | 'addressGroups'>;

export async function populatePolicies(api: NeutronApi): Promise<Policies> {
  const offices = await api.create('address_group', {
    name: 'offices',
    addresses: ['192.0.2.7/32', '203.0.113.0/24', '2001:db8:1::/48'],
  });
  const securityGroups = new Map<string, string>();
  const groups = [
    { name: 'web', stateful: true },
    { name: 'database', stateful: true },
    { name: 'fast', stateful: false },
    { name: 'unused', stateful: true },
  ];
  for (const group of groups) securityGroups.set(group.name, (await api.create('security_group', group)).id);
  for (const name of ['web', 'database', 'fast']) {
    const id = securityGroups.get(name);
    const rules = everyShapeOfRule(offices.id, id).map((rule) => ({
      direction: 'ingress',
      ...rule,
      security_group_id: id,
    }));
    await api.createAll('security_group_rule', rules);
  }
  return {
    securityGroups,
    addressGroups: new Map([['offices', offices.id]]),
    qosPolicies: await populateQos(api),
  };
}

function everyShapeOfRule(addressGroup: string, itself: string | undefined): Attributes[] {
  const [v4, v6] = [{ ethertype: 'IPv4' }, { ethertype: 'IPv6' }];
  return [
    { ...v4, protocol: 'tcp', port_range_min: 22, port_range_max: 22, remote_ip_prefix: '10.0.0.0/8' },
    { ...v4, protocol: 'tcp', port_range_min: 8000, port_range_max: 8099 },
    { ...v4, protocol: 'tcp', remote_ip_prefix: '0.0.0.0/0' },
    { ...v4, protocol: 'tcp', port_range_min: 1, port_range_max: 65535, remote_ip_prefix: '198.51.100.0/24' },
    { ...v6, protocol: 'udp', port_range_min: 53, port_range_max: 53, remote_ip_prefix: '2001:db8::/32' },
    { ...v4, protocol: 'icmp', port_range_min: 8, port_range_max: 0 },
    { ...v4, protocol: 'icmp', port_range_min: 3 },
    { ...v6, protocol: 'ipv6-icmp' },
    { ...v4, direction: 'egress', protocol: 'sctp', port_range_min: 5000, port_range_max: 5001 },
    { ...v4, protocol: '112' },
    { ...v4, protocol: 'gre' },
    { ...v4, remote_group_id: itself },
    { ...v6, protocol: 'tcp', port_range_min: 443, port_range_max: 443, remote_group_id: itself },
    { ...v4, protocol: 'udp', remote_address_group_id: addressGroup },
    { ...v6, remote_address_group_id: addressGroup },
    // Two that OVN cannot tell apart once the prefix is normalised.
    { ...v4, protocol: 'tcp', port_range_min: 9000, port_range_max: 9000, remote_ip_prefix: '10.20.30.40/24' },
    { ...v4, protocol: 'tcp', port_range_min: 9000, port_range_max: 9000, remote_ip_prefix: '10.20.30.50/24' },
  ];
}

async function populateQos(api: NeutronApi): Promise<Deployment['qosPolicies']> {
  const rules: readonly [policy: string, kind: string, attributes: Attributes][] = [
    ['bandwidth', 'bandwidth_limit', { max_kbps: 10_000, max_burst_kbps: 8_000, direction: 'egress' }],
    ['bandwidth', 'bandwidth_limit', { max_kbps: 20_000, max_burst_kbps: 16_000, direction: 'ingress' }],
    ['dscp', 'dscp_marking', { dscp_mark: 26 }],
    // On no port: with it 21.0.0 cannot create one.
    ['minimum', 'minimum_bandwidth', { min_kbps: 5_000, direction: 'egress' }],
    ['both', 'bandwidth_limit', { max_kbps: 30_000, direction: 'egress' }],
    ['both', 'dscp_marking', { dscp_mark: 10 }],
  ];
  const policies = new Map<string, string>();
  for (const [name, kind, attributes] of rules) {
    const id = policies.get(name) ?? (await api.create('policy', { name })).id;
    policies.set(name, id);
    await api.createUnder('policy', id, `${kind}_rules`, `${kind}_rule`, attributes);
  }
  return policies;
}
