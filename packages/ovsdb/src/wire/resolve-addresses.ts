import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { describeCause, OvsdbError } from '../errors.ts';
import { type Endpoint, formatEndpoint } from './endpoint.ts';

/** The addresses of a host, IPv4 or IPv6, in any order. Rejects when it has none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

const systemLookup: Lookup = async (host) => {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
};

/** An endpoint as it is connected to: with one address in the place of a host's name. */
export interface Target {
  readonly endpoint: Endpoint;
  /** Undefined for a path, and where the endpoint names an address itself. */
  readonly address: string | undefined;
}

/**
 * Where an endpoint leads: a host's name may stand for several servers, as a headless service's does, of which only
 * one is the leader. So each address is a server to try.
 *
 * Rejects with OvsdbError `connect-failed` when the name leads nowhere, or when the signal is aborted first.
 */
export async function resolveAddresses(
  endpoint: Endpoint,
  signal: AbortSignal,
  find: Lookup = systemLookup,
): Promise<readonly Target[]> {
  if (endpoint.kind === 'unix' || isIP(endpoint.host) !== 0) return [{ endpoint, address: undefined }];
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    const addresses = [...new Set(await Promise.race([find(endpoint.host), over]))];
    const stranger = addresses.find((address) => isIP(address) === 0);
    if (stranger !== undefined) throw new Error(`"${stranger}" is not an address`);
    if (addresses.length === 0) throw new Error('it has no address');
    return addresses.map((address) => ({ endpoint, address }));
  } catch (cause) {
    const message = `cannot find the address of ${endpoint.host} for ${formatEndpoint(endpoint)}: ${describeCause(cause)}`;
    throw new OvsdbError('connect-failed', message, { cause });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
