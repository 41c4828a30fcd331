import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OvsdbServer } from '../src/testing/index.ts';
import { stringifyJson } from '../src/wire/json-value.ts';
import { MessageDecoder } from '../src/wire/message-decoder.ts';

export interface OldServer extends AsyncDisposable {
  readonly endpoint: string;
}

/**
 * Makes a server look older than it is: requests with these methods are answered with `unknown method`, as by an
 * ovsdb-server from before they were there; all else goes through.
 */
export async function startOldServer(server: OvsdbServer, lacks: readonly string[]): Promise<OldServer> {
  const path = join(tmpdir(), `ovsdb-old-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const upstream = connect({ path: server.endpoint.replace(/^unix:/, '') });
    const end = () => {
      for (const socket of [client, upstream]) sockets.delete(socket.destroy());
    };
    for (const socket of [client, upstream]) sockets.add(socket.on('error', end).on('close', end));
    const decoder = new MessageDecoder({
      onMessage: (message) => {
        const isLacking = typeof message.method === 'string' && lacks.includes(message.method);
        if (isLacking) client.write(stringifyJson({ id: message.id, result: null, error: 'unknown method' }));
        else upstream.write(stringifyJson(message));
      },
    });
    client.on('data', (chunk: Buffer) => decoder.push(chunk));
    upstream.on('data', (chunk: Buffer) => client.write(chunk));
  });
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(path, resolve));
  return {
    endpoint: `unix:${path}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
      await rm(path, { force: true });
    },
  };
}
