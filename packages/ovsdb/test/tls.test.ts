import assert from 'node:assert/strict';
import { chmod, copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createServer, type SecureVersion } from 'node:tls';
import { createCertificates, findFreePort, type OvsdbServer, type TestCertificates } from '../src/testing/index.ts';
import { connectTo, next, refusalBy, startLibrary } from './library.ts';

interface Place {
  readonly folder: string;
  readonly certificates: TestCertificates;
}

async function inFolder(run: (place: Place) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ovsdb-tls-'));
  try {
    await run({ folder, certificates: await createCertificates(folder) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A server that listens on TLS with these files, besides its socket. */
async function startTls({ ca, server }: TestCertificates, ...args: string[]) {
  const port = await findFreePort();
  const files = [`--private-key=${server.key}`, `--certificate=${server.certificate}`, `--ca-cert=${ca}`];
  const process = await startLibrary({ args: [`--remote=pssl:${port}:127.0.0.1`, ...files, ...args] });
  return { server: process, endpoint: `ssl:127.0.0.1:${port}` };
}

const own = ({ client }: TestCertificates) => ({ certificate: client.certificate, key: client.key });

test('the authority is taken from the first server, stored once, and demanded ever after', () =>
  inFolder(async ({ folder, certificates }) => {
    const bootstrapCa = join(folder, 'stored.pem');
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const { server, endpoint } = await startTls(certificates, `--peer-ca-cert=${certificates.ca}`);
    await using _server = server;
    const tls = { bootstrapCa, ...own(certificates) };
    await using first = await connectTo(endpoint, { tls });
    assert.equal(first.state.kind, 'synced');
    const pem = (text: string) => text.replaceAll(/\s/g, '');
    assert.equal(pem(await readFile(bootstrapCa, 'utf8')), pem(await readFile(certificates.ca, 'utf8')));
    assert.equal((await stat(bootstrapCa)).mode & 0o777, 0o444);
    assert.match((await warned).message, /trusted from now on.*SHA-256 [0-9A-F:]+.*stored\.pem/);
    await using second = await connectTo(endpoint, { tls });
    assert.equal(second.state.kind, 'synced');

    const strange = join(folder, 'strange');
    await inFolder(async ({ certificates: others }) => {
      await copyFile(others.ca, strange);
      const { server: impostor, endpoint: elsewhere } = await startTls(others, `--peer-ca-cert=${others.ca}`);
      await using _impostor = impostor;
      const reason = await refusalBy(elsewhere, { tls: { bootstrapCa, ...own(others) } });
      assert.equal(reason.code, 'connect-failed');
      assert.match(reason.message, /self-signed certificate|certificate/);
    });
    assert.equal(pem(await readFile(bootstrapCa, 'utf8')), pem(await readFile(certificates.ca, 'utf8')));
  }));

test('a server that does not send its authority gives nothing to store', () =>
  inFolder(async ({ folder, certificates }) => {
    const bootstrapCa = join(folder, 'stored.pem');
    await using server = await startLibrary();
    await using front = await startFront(server, certificates, 'TLSv1.3');
    const { endpoint } = front;
    const reason = await refusalBy(endpoint, { tls: { bootstrapCa, ...own(certificates) } });
    assert.match(reason.message, /did not send the certificate of its authority.*--peer-ca-cert/);
    await assert.rejects(stat(bootstrapCa), { code: 'ENOENT' });
    const both = connectTo(endpoint, { tls: { bootstrapCa, ca: certificates.ca } });
    await assert.rejects(both, { code: 'bad-option', message: /exclude each other/ });
  }));

test('renewed files are taken up with the next connection', () =>
  inFolder(async ({ certificates }) => {
    const { server, endpoint } = await startTls(certificates);
    await using _server = server;
    await using client = await connectTo(endpoint, { tls: { ca: certificates.ca, ...own(certificates) } });
    await inFolder(async ({ certificates: renewed }) => {
      const files = (of: TestCertificates) => [of.ca, ...Object.values(of.server), ...Object.values(of.client)];
      const from = files(renewed);
      for (const [index, file] of files(certificates).entries()) {
        await chmod(file, 0o600);
        await writeFile(file, await readFile(from[index] ?? ''));
      }
    });
    const reconnected = next(client, 'reconnected');
    await server.restart();
    await reconnected;
    assert.equal(client.state.kind, 'synced');
  }));

/** TLS of these versions only, before a server's socket. */
async function startFront(server: OvsdbServer, { server: files }: TestCertificates, version: SecureVersion) {
  const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
  // The machine's own policy may forbid versions as old as these.
  const front = createServer({ cert, key, minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' });
  const versions: (string | null)[] = [];
  front.on('tlsClientError', () => {});
  front.on('secureConnection', (socket) => {
    versions.push(socket.getProtocol());
    const upstream = connect({ path: server.endpoint.replace(/^unix:/, '') });
    const end = () => {
      socket.destroy();
      upstream.destroy();
    };
    for (const side of [socket, upstream]) side.on('error', end).on('close', end);
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    endpoint: `ssl:127.0.0.1:${address.port}`,
    versions,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => front.close(() => resolve())),
  };
}

for (const [version, isTaken] of [
  ['TLSv1.1', false],
  ['TLSv1.2', true],
  ['TLSv1.3', true],
] as const) {
  test(`a server that has no more than ${version} is ${isTaken ? 'talked to' : 'refused'}`, () =>
    inFolder(async ({ certificates }) => {
      await using server = await startLibrary();
      await using front = await startFront(server, certificates, version);
      const tls = { ca: certificates.ca };
      if (isTaken) {
        await using _client = await connectTo(front.endpoint, { tls });
      } else {
        const reason = await refusalBy(front.endpoint, { tls });
        assert.match(reason.message, /version/i);
      }
      assert.deepEqual(front.versions, isTaken ? [version] : []);
    }));
}

test('the name of the host counts when that is asked for', () =>
  inFolder(async ({ certificates }) => {
    await using server = await startLibrary();
    await using front = await startFront(server, certificates, 'TLSv1.3');
    const endpoint = front.endpoint.replace('127.0.0.1', 'db.example');
    const options = { lookup: async () => ['127.0.0.1'] };
    await using _any = await connectTo(endpoint, { ...options, tls: { ca: certificates.ca } });
    const reason = await refusalBy(endpoint, { ...options, tls: { ca: certificates.ca, verifyHostName: true } });
    assert.match(reason.message, /db\.example.*does not match/s);
  }));
