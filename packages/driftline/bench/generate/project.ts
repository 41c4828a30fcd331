import type { External, Network, World } from './world.ts';

const PORTS_PER_NETWORK = 50;
const GROUPS = 3;
const RULES_PER_GROUP = 12;

/** One in so many ports has it. */
const FLOATING_IP = 10;
const SECOND_GROUP = 4;
const DNS_NAME = 3;
const ADDRESS_PAIR = 30;
const DHCP_OPTION = 100;
const BANDWIDTH_LIMIT = 50;
const UNBOUND = 10;

/** And so many networks. */
const SECOND_SUBNET = 10;

interface Router {
  readonly id: string;
  readonly external: External;
}

export function generateProject(world: World, index: number, portCount: number): void {
  const project = world.uuid().replaceAll('-', '');
  const groups = addSecurityGroups(world, project);
  const policy = index % 5 === 0 ? addBandwidthPolicy(world, project) : undefined;
  const router = addRouter(world, project);
  for (let left = portCount, number = 0; left > 0; number++) {
    // From a quarter to almost twice as many as on average.
    const count = Math.min(left, (PORTS_PER_NETWORK >> 2) + world.random.below((PORTS_PER_NETWORK * 3) >> 1));
    const network = addNetwork(world, project, index, number, router);
    for (let host = 0; host < count; host++)
      addInstancePort(world, project, network, host + 10, { groups, policy, router });
    left -= count;
  }
}

/** The default group of four rules, and others with rules by prefix and by group. */
function addSecurityGroups(world: World, project: string): readonly string[] {
  const addGroup = (name: string): string => {
    const id = world.uuid();
    const attribute = world.attribute('securitygroups', id, ['security_groups']);
    world.add('securitygroups', { project_id: project, id, name, standard_attr_id: attribute, stateful: 1 });
    return id;
  };
  const addRule = (group: string, rule: Partial<Rule> & Pick<Rule, 'direction' | 'ethertype'>): void => {
    const id = world.uuid();
    world.add('securitygrouprules', {
      project_id: project,
      id,
      security_group_id: group,
      remote_group_id: rule.remoteGroup ?? null,
      direction: rule.direction,
      ethertype: rule.ethertype,
      protocol: rule.protocol ?? null,
      port_range_min: rule.port ?? null,
      port_range_max: rule.port ?? null,
      remote_ip_prefix: rule.prefix ?? null,
      standard_attr_id: world.attribute('securitygrouprules', id, ['security_group_rules']),
      remote_address_group_id: null,
    });
  };
  const byDefault = addGroup('default');
  world.add('default_security_group', { project_id: project, security_group_id: byDefault });
  const groups = [byDefault];
  for (const ethertype of ['IPv4', 'IPv6'] as const) {
    addRule(byDefault, { direction: 'egress', ethertype });
    addRule(byDefault, { direction: 'ingress', ethertype, remoteGroup: byDefault });
  }
  for (let number = 0; number < GROUPS; number++) {
    const group = addGroup(`group-${number}`);
    groups.push(group);
    for (const ethertype of ['IPv4', 'IPv6'] as const) addRule(group, { direction: 'egress', ethertype });
    for (let rule = 2; rule < RULES_PER_GROUP; rule++) {
      const remote = rule % 4 === 0 ? { remoteGroup: world.random.pick(groups) } : { prefix: `10.${rule}.0.0/16` };
      addRule(group, { direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp', port: 1000 + rule, ...remote });
    }
  }
  return groups;
}

interface Rule {
  readonly direction: 'ingress' | 'egress';
  readonly ethertype: 'IPv4' | 'IPv6';
  readonly protocol: string;
  readonly port: number;
  readonly prefix: string;
  readonly remoteGroup: string;
}

function addBandwidthPolicy(world: World, project: string): string {
  const id = world.uuid();
  const attribute = world.attribute('qos_policies', id);
  world.add('qos_policies', { id, name: 'limited', project_id: project, standard_attr_id: attribute });
  for (const direction of ['egress', 'ingress']) {
    const rule = { id: world.uuid(), qos_policy_id: id, max_kbps: 100_000, max_burst_kbps: 80_000, direction };
    world.add('qos_bandwidth_limit_rules', rule);
  }
  return id;
}

function addRouter(world: World, project: string): Router {
  const id = world.uuid();
  const external = world.random.pick(world.externals);
  const gateway = world.port(external, {
    project: '',
    deviceId: id,
    deviceOwner: 'network:router_gateway',
    addresses: external.subnets.map((subnet) => ({ subnet, address: external.nextAddress() })),
    securityGroups: [],
  });
  world.add('routers', {
    project_id: project,
    id,
    name: 'router',
    status: 'ACTIVE',
    admin_state_up: 1,
    gw_port_id: gateway,
    enable_snat: 1,
    standard_attr_id: world.attribute('routers', id, ['routers']),
    flavor_id: null,
  });
  world.add('routerports', { router_id: id, port_id: gateway, port_type: 'network:router_gateway' });
  return { id, external };
}

function addNetwork(world: World, project: string, projectIndex: number, number: number, router: Router): Network {
  const bare = world.network(project, `network-${number}`, 1442, { type: 'geneve', physical: null });
  const prefix = `10.${projectIndex & 255}.${number}`;
  const subnets = [world.subnet(project, bare.id, 4, prefix, 24)];
  if (world.isOneIn(SECOND_SUBNET)) {
    subnets.push(world.subnet(project, bare.id, 6, `fd00:${projectIndex.toString(16)}:${number.toString(16)}`, 64));
  }
  const network = { ...bare, subnets };
  world.port(network, {
    project,
    deviceId: `ovnmeta-${network.id}`,
    deviceOwner: 'network:distributed',
    addresses: subnets.slice(0, 1).map((subnet) => ({ subnet, address: subnet.addressOf(2) })),
    securityGroups: [],
  });
  for (const subnet of subnets) {
    const port = world.port(network, {
      project,
      deviceId: router.id,
      deviceOwner: 'network:router_interface',
      addresses: [{ subnet, address: subnet.addressOf(1) }],
      securityGroups: [],
    });
    world.add('routerports', { router_id: router.id, port_id: port, port_type: 'network:router_interface' });
  }
  return network;
}

interface PortChoices {
  readonly groups: readonly string[];
  readonly policy: string | undefined;
  readonly router: Router;
}

function addInstancePort(world: World, project: string, network: Network, host: number, choices: PortChoices): void {
  const addresses = network.subnets.map((subnet) => ({ subnet, address: subnet.addressOf(host) }));
  const group = world.random.pick(choices.groups);
  const groups = world.isOneIn(SECOND_GROUP) ? new Set([group, world.random.pick(choices.groups)]) : [group];
  const name = `instance-${host}`;
  const port = world.port(network, {
    project,
    name,
    deviceId: world.uuid(),
    deviceOwner: 'compute:nova',
    host: world.isOneIn(UNBOUND) ? undefined : world.random.pick(world.hosts),
    addresses,
    securityGroups: [...groups],
  });
  if (world.isOneIn(DNS_NAME)) {
    const none = { current_dns_name: '', current_dns_domain: '', previous_dns_name: '', previous_dns_domain: '' };
    world.add('portdnses', { port_id: port, ...none, dns_name: name, dns_domain: '' });
  }
  if (world.isOneIn(ADDRESS_PAIR)) {
    world.add('allowedaddresspairs', { port_id: port, mac_address: world.mac(), ip_address: `172.16.0.${host}` });
  }
  if (world.isOneIn(DHCP_OPTION)) {
    const option = { opt_name: 'bootfile-name', opt_value: 'pxelinux.0', ip_version: 4 };
    world.add('extradhcpopts', { id: world.uuid(), port_id: port, ...option });
  }
  if (choices.policy !== undefined && world.isOneIn(BANDWIDTH_LIMIT)) {
    world.add('qos_port_policy_bindings', { policy_id: choices.policy, port_id: port });
  }
  const fixed = addresses[0]?.address;
  if (fixed !== undefined && world.isOneIn(FLOATING_IP)) addFloatingIp(world, project, port, fixed, choices.router);
}

function addFloatingIp(world: World, project: string, fixedPort: string, fixedAddress: string, router: Router): void {
  const id = world.uuid();
  const { external } = router;
  const address = external.nextAddress();
  const port = world.port(external, {
    project: '',
    deviceId: id,
    deviceOwner: 'network:floatingip',
    addresses: external.subnets.map((subnet) => ({ subnet, address })),
    securityGroups: [],
  });
  world.add('floatingips', {
    project_id: project,
    id,
    floating_ip_address: address,
    floating_network_id: external.id,
    floating_port_id: port,
    fixed_port_id: fixedPort,
    fixed_ip_address: fixedAddress,
    router_id: router.id,
    last_known_router_id: null,
    status: 'ACTIVE',
    standard_attr_id: world.attribute('floatingips', id, ['floatingips']),
  });
}
