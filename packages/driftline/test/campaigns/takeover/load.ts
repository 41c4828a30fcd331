/** Somebody who uses Neutron's API while its ground shakes: requests may fail, and are tried in the next round. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LOAD_PREFIX, LOADED_PORTS } from '../../conformance/api-load.ts';
import { type NeutronApi, NeutronApiError, type Resource } from '../../lab/neutron-api.ts';
import type { Deployment } from '../../lab/populate.ts';

export interface Load {
  calls: number;
  failures: number;
}

const PAUSE_MS = 600;

/** A port made, changed and deleted, and one of another's changed; again and again. Nothing is left of it. */
export async function applyLightLoad(api: NeutronApi, deployment: Deployment, end: AbortSignal): Promise<Load> {
  const load: Load = { calls: 0, failures: 0 };
  const ours: Resource[] = [];
  const attempt = async <T>(request: () => Promise<T>): Promise<T | undefined> => {
    load.calls++;
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof NeutronApiError)) throw error;
      load.failures++;
      return undefined;
    } finally {
      await sleep(PAUSE_MS, undefined, { signal: end }).catch(() => undefined);
    }
  };
  const network_id = deployment.networks.get('stateless');
  for (let round = 0; !end.aborted; round++) {
    const name = `${LOAD_PREFIX}takeover-${round}`;
    const port = await attempt(() => api.create('port', { name, network_id }));
    if (port !== undefined) ours.push(port);
    const others = deployment.ports.get(LOADED_PORTS[round % LOADED_PORTS.length] ?? '') ?? '';
    await attempt(() => api.update('port', others, { description: name }));
    for (const { id } of ours.splice(0)) await attempt(() => api.update('port', id, { name: `${name}-renamed` }));
    for (const { id } of await ofLoad(api, attempt)) await attempt(() => api.delete('port', id));
  }
  return load;
}

/** Also those of requests that failed on the way back. */
async function ofLoad(
  api: NeutronApi,
  attempt: <T>(request: () => Promise<T>) => Promise<T | undefined>,
): Promise<readonly Resource[]> {
  const all = (await attempt(() => api.list('port'))) ?? [];
  return all.filter(({ name }) => String(name).startsWith(LOAD_PREFIX));
}
