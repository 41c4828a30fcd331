import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Attributes,
  type NeutronApi,
  NeutronApiError,
  type Resource,
  type ResourceKind,
} from '../lab/neutron-api.ts';
import { computeHosts, type Deployment } from '../lab/populate.ts';
import { idIn } from './changes/step.ts';

/** Names of what the load creates begin with this. */
export const LOAD_PREFIX = 'load-';
/** Ports of the populated deployment that the load changes all the time. */
export const LOADED_PORTS = ['stateless-plain', 'stateless-grouped', 'stateless-limited', 'stateless-named'];

/** Networks on which the load adds and changes ports. */
export const LOADED_NETWORKS = ['stateless', 'public'];

export interface LoadReport {
  /** Requests answered, by method and what they are about. */
  readonly calls: ReadonlyMap<string, number>;
  readonly errors: readonly NeutronApiError[];
  /** Whole rounds of all clients. */
  readonly rounds: number;
}

/** Several clients at once, each of which creates, changes and deletes things until the signal; then ends its round. */
export async function applyLoad(api: NeutronApi, deployment: Deployment, signal: AbortSignal): Promise<LoadReport> {
  const calls = new Map<string, number>();
  const errors: NeutronApiError[] = [];
  let rounds = 0;
  const client = async (round: Round, number: number): Promise<void> => {
    const counted = new CountingApi(api, calls);
    for (let at = 0; !signal.aborted; at++) {
      try {
        await round(counted, deployment, `${LOAD_PREFIX}${number}-${at}`);
        rounds++;
      } catch (error) {
        if (!(error instanceof NeutronApiError)) throw error;
        errors.push(error);
      }
    }
  };
  const clients = [...everyRound, ownNetwork, ownSecurityGroup];
  await Promise.all(clients.map((round, number) => sleep(number * 150).then(() => client(round, number))));
  return { calls, errors, rounds };
}

/** What the clients do, once and in order; the first error ends it. Answers how many requests that took. */
export async function runEveryRound(api: NeutronApi, deployment: Deployment): Promise<number> {
  const calls = new Map<string, number>();
  for (const round of everyRound) await round(new CountingApi(api, calls), deployment, `${LOAD_PREFIX}once`);
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}

type Round = (api: CountingApi, deployment: Deployment, name: string) => Promise<void>;

/** Attributes of ports that others have. */
const changePorts: Round = async (api, { ports, securityGroups, qosPolicies }, name) => {
  for (const port of LOADED_PORTS) {
    const id = idIn(ports, port);
    await api.update('port', id, { description: name, admin_state_up: false });
    await api.update('port', id, { admin_state_up: true, allowed_address_pairs: [{ ip_address: '10.99.9.9' }] });
    await api.update('port', id, {
      allowed_address_pairs: [],
      security_groups: [securityGroups.get('web')],
      extra_dhcp_opts: [{ opt_name: 'mtu', opt_value: '1234' }],
    });
    await api.update('port', id, {
      qos_policy_id: qosPolicies.get('bandwidth'),
      extra_dhcp_opts: [{ opt_name: 'mtu', opt_value: null }],
    });
    await api.update('port', id, { qos_policy_id: null, security_groups: [securityGroups.get('database')] });
  }
};

const ownNetwork: Round = async (api, { securityGroups }, name) => {
  const network = await api.create('network', { name });
  const v4 = await api.create('subnet', { network_id: network.id, ip_version: 4, cidr: '10.50.0.0/24' });
  await api.create('subnet', {
    network_id: network.id,
    ip_version: 6,
    cidr: '2001:db8:50::/64',
    ipv6_address_mode: 'dhcpv6-stateful',
    ipv6_ra_mode: 'dhcpv6-stateful',
  });
  const ports: Resource[] = [];
  for (const host of computeHosts) {
    const groups = [securityGroups.get('web')];
    const instance = { 'binding:host_id': host, device_owner: 'compute:nova', security_groups: groups };
    ports.push(await api.create('port', { name, network_id: network.id, dns_name: `h${ports.length}`, ...instance }));
  }
  for (const { id } of ports) {
    await api.update('port', id, { name: `${name}-renamed`, fixed_ips: [{ subnet_id: v4.id }, { subnet_id: v4.id }] });
  }
  await api.update('subnet', v4.id, { dns_nameservers: ['192.0.2.53'] });
  await api.update('network', network.id, { name: `${name}-renamed`, mtu: 1400 });
  for (const { id } of ports) await api.delete('port', id);
  await api.delete('network', network.id);
};

const ownSecurityGroup: Round = async (api, _deployment, name) => {
  const group = await api.create('security_group', { name });
  const rules: Resource[] = [];
  for (const port of [80, 443, 8080]) {
    rules.push(
      await api.create('security_group_rule', {
        security_group_id: group.id,
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'tcp',
        port_range_min: port,
        port_range_max: port,
        remote_ip_prefix: '192.0.2.0/24',
      }),
    );
  }
  await api.update('security_group', group.id, { name: `${name}-renamed` });
  for (const { id } of rules) await api.delete('security_group_rule', id);
  await api.delete('security_group', group.id);
};

const ownRouter: Round = async (api, { networks }, name) => {
  const outside = { network_id: idIn(networks, 'public') };
  const network = await api.create('network', { name });
  const subnet = await api.create('subnet', { network_id: network.id, ip_version: 4, cidr: '10.60.0.0/24' });
  const router = await api.create('router', { name, external_gateway_info: outside });
  await api.act('router', router.id, 'add_router_interface', { subnet_id: subnet.id });
  const [first, second] = [
    await api.create('port', { name, network_id: network.id }),
    await api.create('port', { name, network_id: network.id }),
  ];
  const floating = await api.create('floatingip', { floating_network_id: outside.network_id, port_id: first.id });
  await api.update('floatingip', floating.id, { port_id: second.id });
  await api.update('router', router.id, { routes: [{ destination: '172.30.0.0/16', nexthop: '10.60.0.9' }] });
  await api.update('floatingip', floating.id, { port_id: null });
  await api.delete('floatingip', floating.id);
  await api.update('router', router.id, { routes: [] });
  for (const { id } of [first, second]) await api.delete('port', id);
  await api.act('router', router.id, 'remove_router_interface', { subnet_id: subnet.id });
  await api.update('router', router.id, { external_gateway_info: {}, name: `${name}-renamed` });
  await api.delete('router', router.id);
  await api.delete('network', network.id);
};

const everyRound: readonly Round[] = [changePorts, ownNetwork, ownSecurityGroup, ownRouter];

/** The same calls, counted. */
class CountingApi {
  readonly #api: NeutronApi;
  readonly #calls: Map<string, number>;

  constructor(api: NeutronApi, calls: Map<string, number>) {
    this.#api = api;
    this.#calls = calls;
  }

  create(kind: ResourceKind, attributes: Attributes): Promise<Resource> {
    this.#count(`create ${kind}`);
    return this.#api.create(kind, attributes);
  }

  update(kind: ResourceKind, id: string, attributes: Attributes): Promise<Resource> {
    this.#count(`update ${kind}`);
    return this.#api.update(kind, id, attributes);
  }

  act(kind: ResourceKind, id: string, action: string, attributes: Attributes): Promise<Attributes> {
    this.#count(action);
    return this.#api.act(kind, id, action, attributes);
  }

  delete(kind: ResourceKind, id: string): Promise<void> {
    this.#count(`delete ${kind}`);
    return this.#api.delete(kind, id);
  }

  #count(what: string): void {
    this.#calls.set(what, (this.#calls.get(what) ?? 0) + 1);
  }
}
