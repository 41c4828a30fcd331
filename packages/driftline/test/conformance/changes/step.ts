import type { Attributes, NeutronApi, Resource } from '../../lab/neutron-api.ts';
import type { Deployment, Ids } from '../../lab/populate.ts';

/** A change of a populated deployment through the API. */
export interface Step {
  /** What it does, for whoever reads why it failed. */
  readonly name: string;
  readonly run: (api: NeutronApi, deployment: Deployment) => Promise<unknown>;
}

export function idIn(ids: Ids, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`the populated deployment has no ${name}`);
  return id;
}

type Wanted = Attributes | ((deployment: Deployment) => Attributes);

const updateOf =
  (kind: 'network' | 'subnet' | 'port' | 'router', all: 'networks' | 'subnets' | 'ports' | 'routers') =>
  (name: string, wanted: Wanted): Step['run'] =>
  (api, deployment) =>
    api.update(kind, idIn(deployment[all], name), typeof wanted === 'function' ? wanted(deployment) : wanted);

export const updateNetwork = updateOf('network', 'networks');
export const updateSubnet = updateOf('subnet', 'subnets');
export const updatePort = updateOf('port', 'ports');
export const updateRouter = updateOf('router', 'routers');

export const updateFloatingIp =
  (at: number, attributes: (deployment: Deployment) => Attributes): Step['run'] =>
  (api, deployment) =>
    api.update('floatingip', deployment.floatingIps[at] ?? '', attributes(deployment));

/** What lives under another resource, such as the rules of a policy. */
export const listUnder = async (api: NeutronApi, path: string, name: string): Promise<readonly Resource[]> =>
  ((await api.request('GET', path)) as Readonly<Record<string, readonly Resource[]>>)[name] ?? [];

export async function firstUnder(api: NeutronApi, path: string, name: string): Promise<Resource> {
  const [first] = await listUnder(api, path, name);
  if (first === undefined) throw new Error(`Neutron lists no ${name} at ${path}`);
  return first;
}
