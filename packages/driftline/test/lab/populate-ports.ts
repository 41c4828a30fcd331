import type { Attributes, NeutronApi } from './neutron-api.ts';
import { computeHosts, type Deployment, type Ids } from './populate.ts';

type Context = Pick<Deployment, 'networks' | 'subnets' | 'securityGroups' | 'qosPolicies'>;

const instanceNetworks = ['slaac', 'vlan', 'stateful', 'stateless'];

export async function populatePorts(
  api: NeutronApi,
  context: Context,
): Promise<Pick<Deployment, 'ports' | 'floatingIps'>> {
  const ports = new Map<string, string>();
  // One request each: 21.0.0 cannot choose the MAC of a port with a SLAAC address in a list.
  const create = async (shapes: readonly Attributes[]) => {
    for (const shape of shapes) ports.set(String(shape.name), (await api.create('port', shape)).id);
  };
  // Neutron has two workers: side by side the networks take less time.
  const hostOf = (index: number) => computeHosts[index % computeHosts.length] ?? '';
  await Promise.all([
    ...instanceNetworks.map((name, index) => create(instances(name, context, hostOf(index)))),
    create(oddPorts(context)),
  ]);
  await addVirtualPort(api, ports, context);
  await addTrunk(api, ports);
  return { ports, floatingIps: await populateFloatingIps(api, ports, context) };
}

/** One port of each shape that an instance's can have. */
function instances(network: string, { networks, securityGroups, qosPolicies }: Context, host: string): Attributes[] {
  const groups = (...names: string[]) => names.map((name) => securityGroups.get(name));
  const shapes: (Attributes & { readonly name: string })[] = [
    { name: 'plain' },
    { name: 'grouped', security_groups: groups('web', 'database'), description: 'two groups' },
    { name: 'stateless', security_groups: groups('fast') },
    {
      name: 'pairs',
      allowed_address_pairs: [
        { ip_address: '10.99.0.1' },
        { ip_address: '192.168.77.0/24', mac_address: '00:00:5e:00:01:07' },
      ],
    },
    { name: 'insecure', port_security_enabled: false, security_groups: [] },
    {
      name: 'dhcp',
      extra_dhcp_opts: [
        { opt_name: 'mtu', opt_value: '1200' },
        { opt_name: 'ntp-server', opt_value: '192.0.2.123' },
        { opt_name: '150', opt_value: '192.0.2.5' },
        { opt_name: 'bootfile-name', opt_value: 'pxelinux.0' },
      ],
    },
    { name: 'no-dhcp', extra_dhcp_opts: [{ opt_name: 'dhcp_disabled', opt_value: 'true' }] },
    { name: 'limited', qos_policy_id: qosPolicies.get('bandwidth') },
    { name: 'marked', qos_policy_id: qosPolicies.get('both') },
    { name: 'named', dns_name: `host-${network}` },
    { name: 'sriov', 'binding:vnic_type': 'direct' },
    { name: 'offloaded', 'binding:vnic_type': 'direct', 'binding:profile': { capabilities: ['switchdev'] } },
    { name: 'disabled', admin_state_up: false },
    { name: 'unbound', 'binding:host_id': '', device_owner: '', device_id: '' },
  ];
  const possible = shapes.filter((shape) => isWanted(network, shape.name));
  return possible.map((shape) => ({
    network_id: networks.get(network),
    'binding:host_id': host,
    device_owner: 'compute:nova',
    device_id: `instance-of-${shape.name}`,
    ...shape,
    name: `${network}-${shape.name}`,
  }));
}

/** Two networks get every shape, two those in which they differ: each port costs Neutron half a second. */
function isWanted(network: string, shape: string): boolean {
  switch (network) {
    case 'vlan':
      return ['plain', 'limited', 'dhcp', 'sriov', 'offloaded', 'unbound'].includes(shape);
    case 'stateful':
      return ['plain', 'stateless', 'dhcp', 'named', 'unbound'].includes(shape);
    case 'stateless':
      // Neutron refuses direct ports on a network whose QoS policy marks packets.
      return shape !== 'sriov' && shape !== 'offloaded';
    default:
      // Ten attempts to bind, all in vain: one such port is enough.
      return shape !== 'sriov';
  }
}

function oddPorts({ networks, subnets }: Context): Attributes[] {
  const slaac = networks.get('slaac');
  const v4 = subnets.get('slaac-v4');
  const v6 = subnets.get('stateful-v6');
  return [
    { name: 'no-address', network_id: slaac, fixed_ips: [] },
    { name: 'two-addresses', network_id: slaac, fixed_ips: [{ subnet_id: v4 }, { subnet_id: v4 }] },
    { name: 'v6-only', network_id: networks.get('stateful'), fixed_ips: [{ subnet_id: v6 }] },
    { name: 'isolated', network_id: networks.get('isolated') },
    { name: 'own-mac', network_id: networks.get('isolated'), mac_address: 'fa:16:3e:00:be:ef' },
    { name: 'in-disabled', network_id: networks.get('disabled') },
    { name: 'bare', network_id: networks.get('bare') },
    { name: 'foreign-dhcp', network_id: slaac, device_owner: 'network:dhcp', device_id: 'agent' },
  ];
}

/** An address that two instances share: named in their allowed pairs, it becomes a virtual port. */
async function addVirtualPort(api: NeutronApi, ports: Map<string, string>, { networks }: Context): Promise<void> {
  const vip = await api.create('port', { name: 'vip', network_id: networks.get('slaac') });
  ports.set('vip', vip.id);
  const [address] = vip.fixed_ips as readonly { readonly ip_address: string }[];
  for (const name of ['slaac-grouped', 'slaac-limited']) {
    await api.update('port', ports.get(name) ?? '', { allowed_address_pairs: [{ ip_address: address?.ip_address }] });
  }
}

/** A port that is bound already cannot become a parent; this one is bound afterwards, and its subports with it. */
async function addTrunk(api: NeutronApi, ports: Ids): Promise<void> {
  const parent = ports.get('vlan-unbound') ?? '';
  await api.create('trunk', {
    name: 'trunk',
    port_id: parent,
    sub_ports: [
      { port_id: ports.get('slaac-unbound'), segmentation_type: 'vlan', segmentation_id: 101 },
      { port_id: ports.get('stateful-unbound'), segmentation_type: 'vlan', segmentation_id: 102 },
    ],
  });
  await api.update('port', parent, { 'binding:host_id': computeHosts[0], device_owner: 'compute:nova' });
}

async function populateFloatingIps(api: NeutronApi, ports: Ids, { networks, qosPolicies }: Context): Promise<string[]> {
  const outside = { floating_network_id: networks.get('public') };
  const shapes: Attributes[] = [
    { ...outside, port_id: ports.get('slaac-grouped'), qos_policy_id: qosPolicies.get('bandwidth') },
    { ...outside, port_id: ports.get('slaac-offloaded') },
    { ...outside, port_id: ports.get('vip'), description: 'of a virtual port' },
    { ...outside, port_id: ports.get('slaac-disabled') },
    { floating_network_id: networks.get('public-vlan'), port_id: ports.get('stateful-plain') },
    { floating_network_id: networks.get('public-vlan') },
  ];
  const ids: string[] = [];
  for (const shape of shapes) ids.push((await api.create('floatingip', shape)).id);

  const forwarding = await api.create('floatingip', outside);
  ids.push(forwarding.id);
  const target = await api.show('port', ports.get('slaac-named') ?? '');
  const addresses = target.fixed_ips as readonly { readonly ip_address: string }[];
  const internal = {
    internal_port_id: target.id,
    internal_ip_address: addresses.find(({ ip_address }) => ip_address.includes('.'))?.ip_address,
  };
  for (const [protocol, internal_port, external_port] of [
    ['tcp', 22, 2222],
    ['tcp', 80, 8080],
    ['udp', 53, 5353],
  ]) {
    const attributes = { ...internal, protocol, internal_port, external_port };
    await api.createUnder('floatingip', forwarding.id, 'port_forwardings', 'port_forwarding', attributes);
  }
  return ids;
}
