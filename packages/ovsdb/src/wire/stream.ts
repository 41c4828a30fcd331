import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { describeCause, OvsdbError } from '../errors.ts';
import { readStoredCa, storeCa } from './bootstrap-ca.ts';
import { formatEndpoint } from './endpoint.ts';
import type { Target } from './resolve-addresses.ts';

export interface TlsFiles {
  /**
   * PEM file of the authorities that may vouch for the server. As in Open vSwitch, a server they vouch for is
   * trusted whatever name its certificate carries, unless `verifyHostName`. Without it, the system's authorities
   * count, and the name must match.
   */
  readonly ca?: string;
  /**
   * In the place of `ca`: where the authority's certificate is to be kept. While there is no such file, the first server
   * is trusted unseen, and the authority that it sends is stored; from then on, and for ever, it is as `ca`. Whoever can
   * answer in the place of the first server will be trusted too: for the first step in a network that is trusted.
   */
  readonly bootstrapCa?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly verifyHostName?: boolean;
}

const keepAliveDelayMs = 30_000;

/**
 * Opens a connected stream. The TLS files are read anew each time, so that renewed ones are taken up. TLS 1.2 or later
 * only. Rejects with OvsdbError `connect-failed`, or `bad-option` for a file.
 */
export async function openStream({ endpoint, address }: Target, tls: TlsFiles, signal: AbortSignal): Promise<Socket> {
  const name = formatEndpoint(endpoint) + (address === undefined ? '' : ` (${address})`);
  if (endpoint.kind === 'unix') return whenOpen(connect({ path: endpoint.path }), 'connect', name, signal);
  const { host, port } = endpoint;
  const options = {
    host: address ?? host,
    port,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveDelayMs,
    noDelay: true,
  };
  if (endpoint.kind === 'tcp') return whenOpen(connect(options), 'connect', name, signal);
  const secure = { ...options, ...(isIP(host) === 0 && { servername: host }), minVersion: 'TLSv1.2' } as const;
  return await openTls(secure, tls, name, signal);
}

async function openTls(options: ConnectionOptions, tls: TlsFiles, name: string, signal: AbortSignal): Promise<Socket> {
  const { bootstrapCa } = tls;
  if (bootstrapCa !== undefined && tls.ca !== undefined) {
    throw new OvsdbError('bad-option', 'tls.ca and tls.bootstrapCa exclude each other');
  }
  const [ca, cert, key] = await Promise.all([
    bootstrapCa === undefined ? readTlsFile('ca', tls.ca) : readStoredCa(bootstrapCa),
    readTlsFile('certificate', tls.certificate),
    readTlsFile('key', tls.key),
  ]);
  if (signal.aborted)
    throw new OvsdbError('connect-failed', `cannot connect to ${name}: ${describeCause(signal.reason)}`);
  const own = { ...options, ...(cert && { cert }), ...(key && { key }) };
  if (bootstrapCa !== undefined && ca === undefined) {
    // Without authorities of our own, lest one that the server did not send end the chain.
    const unverified = connectTls({ ...own, ca: [], rejectUnauthorized: false });
    const socket = (await whenOpen(unverified, 'secureConnect', name, signal)) as TLSSocket;
    socket.on('error', () => {});
    await storeCa(socket, bootstrapCa, name).finally(() => socket.destroy());
    return await openTls(options, tls, name, signal);
  }
  const trustsAnyName = ca !== undefined && tls.verifyHostName !== true;
  const socket = connectTls({
    ...own,
    ...(ca && { ca }),
    ...(trustsAnyName && { checkServerIdentity: () => undefined }),
  });
  return await whenOpen(socket, 'secureConnect', name, signal);
}

async function readTlsFile(what: keyof TlsFiles, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new OvsdbError('bad-option', `tls.${what} ${path} cannot be read: ${describeCause(cause)}`, { cause });
  }
}

function whenOpen(socket: Socket, event: string, name: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      settle();
      // A destroyed socket may still emit an error; it has no listener any more and must not end the process.
      socket.on('error', () => {});
      socket.destroy();
      reject(new OvsdbError('connect-failed', `cannot connect to ${name}: ${describeCause(cause)}`, { cause }));
    };
    const abort = () => fail(signal.reason);
    const close = () => fail(new Error('the server closed the connection'));
    const open = () => {
      settle();
      resolve(socket);
    };
    const settle = () => {
      socket.off(event, open).off('error', fail).off('close', close);
      signal.removeEventListener('abort', abort);
    };
    socket.once(event, open).once('error', fail).once('close', close);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
