import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { op, ServerLink } from '../src/index.ts';
import { findFreePort } from '../src/testing/index.ts';
import { connectTo, namesOf, next, refusalBy, startLibrary } from './library.ts';

const hasIpv6 = networkInterfaces().lo?.some(({ family }) => family === 'IPv6') === true;

test('of a name with several addresses, each is tried until one will do', async () => {
  const port = await findFreePort();
  await using server = await startLibrary({ args: [`--remote=ptcp:${port}:127.0.0.3`] });
  const asked: string[] = [];
  const lookup = async (host: string) => {
    asked.push(host);
    return ['127.0.0.2', '127.0.0.3', '127.0.0.2'];
  };
  await using client = await connectTo(`tcp:db.example:${port}`, { lookup });
  assert.deepEqual(client.state, { kind: 'synced', endpoint: `tcp:db.example:${port}` });
  assert.deepEqual(asked, ['db.example']);
  await using link = await ServerLink.open(`tcp:db.example:${port}`, { lookup });
  assert.ok((await link.listDatabases()).includes('Library'));
  const reconnected = next(client, 'reconnected');
  await server.restart();
  await reconnected;
  assert.ok(asked.length > 2, 'the name is looked up anew for each round');
});

test('behind one name, a server that will not do is passed over for another', async () => {
  const port = await findFreePort();
  await using stranger = await startLibrary({ args: [`--remote=ptcp:${port}:127.0.0.2`] });
  await stranger.appctl('ovsdb-server/remove-db', 'Library');
  await using server = await startLibrary({ args: [`--remote=ptcp:${port}:127.0.0.3`] });
  await using writer = await connectTo(server.endpoint);
  await writer.transact([op.insert('Shelf', { name: 'here' })]);
  const lookup = async () => ['127.0.0.2', '127.0.0.3'];
  for (let index = 0; index < 4; index++) {
    await using client = await connectTo(`tcp:db.example:${port}`, { lookup });
    assert.deepEqual(namesOf(client), ['here']);
  }
});

test('a name that leads nowhere is told, and other endpoints are tried', async () => {
  await using server = await startLibrary();
  const lookup = async (host: string) => {
    if (host === 'empty.example') return [];
    throw new Error('no such host');
  };
  const nowhere = await refusalBy('tcp:nowhere.example:1', { lookup });
  assert.match(nowhere.message, /nowhere\.example.*no such host/);
  const empty = await refusalBy('tcp:empty.example:1', { lookup });
  assert.match(empty.message, /empty\.example.*no address/);
  await using client = await connectTo(`tcp:nowhere.example:1,${server.endpoint}`, { lookup });
  assert.equal(client.state.kind, 'synced');
});

test('a name that is looked up for ever is given up at the deadline', async () => {
  await using server = await startLibrary();
  const lookup = () => new Promise<never>(() => {});
  await using client = await connectTo(`tcp:slow.example:1,${server.endpoint}`, { lookup, attemptTimeoutMs: 300 });
  assert.equal(client.state.kind, 'synced');
});

test('a server is reached over IPv6', { skip: !hasIpv6 }, async () => {
  const port = await findFreePort();
  await using _server = await startLibrary({ args: [`--remote=ptcp:${port}:[::1]`] });
  await using client = await connectTo(`tcp:[::1]:${port}`);
  await client.transact([op.insert('Shelf', { name: 'a' })]);
  assert.deepEqual(namesOf(client), ['a']);
  await using named = await connectTo(`tcp:six.example:${port}`, { lookup: async () => ['::1'] });
  assert.deepEqual(namesOf(named), ['a']);
});

test('the kernel keeps an idle TCP connection alive', { skip: process.platform !== 'linux' }, async () => {
  await using server = await startLibrary({ listen: 'tcp' });
  await using _client = await connectTo(server.endpoint);
  const port = Number(server.endpoint.split(':').at(-1)).toString(16).toUpperCase().padStart(4, '0');
  // proc(5), net/tcp: the timer is 2 for keepalive, 0 for none, others while bytes are on their way.
  for (;;) {
    const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
    const connection = lines.find(([, , remote, state]) => remote?.endsWith(`:${port}`) && state === '01');
    assert.ok(connection);
    const timer = connection[5]?.slice(0, 2);
    if (timer === '00' || timer === '02') {
      assert.equal(timer, '02');
      return;
    }
    await delay(5);
  }
});
