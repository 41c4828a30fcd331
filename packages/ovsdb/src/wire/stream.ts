import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describeCause, OvsdbError } from '../errors.ts';
import { type Endpoint, formatEndpoint } from './endpoint.ts';

export interface TlsFiles {
  /**
   * PEM file of the authorities that may vouch for the server. As in Open vSwitch, a server they vouch for is
   * trusted whatever name its certificate carries, unless `verifyHostName`. Without it, the system's authorities
   * count, and the name must match.
   */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly verifyHostName?: boolean;
}

const keepAliveDelayMs = 30_000;

/** Opens a connected stream. The TLS files are read anew each time, so that renewed ones are taken up. */
export async function openStream(endpoint: Endpoint, tls: TlsFiles, signal: AbortSignal): Promise<Socket> {
  const name = formatEndpoint(endpoint);
  if (endpoint.kind === 'unix') return whenOpen(connect({ path: endpoint.path }), 'connect', name, signal);
  const { host, port } = endpoint;
  const options = { host, port, keepAlive: true, keepAliveInitialDelay: keepAliveDelayMs, noDelay: true };
  if (endpoint.kind === 'tcp') return whenOpen(connect(options), 'connect', name, signal);
  const [ca, cert, key] = await Promise.all([
    readTlsFile('ca', tls.ca),
    readTlsFile('certificate', tls.certificate),
    readTlsFile('key', tls.key),
  ]);
  signal.throwIfAborted();
  const trustsAnyName = ca !== undefined && tls.verifyHostName !== true;
  const socket = connectTls({
    ...options,
    minVersion: 'TLSv1.2',
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(trustsAnyName && { checkServerIdentity: () => undefined }),
  });
  return whenOpen(socket, 'secureConnect', name, signal);
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
