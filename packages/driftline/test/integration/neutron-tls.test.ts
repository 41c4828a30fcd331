import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { answersOn } from '../../src/demo/ovsdb-server.ts';
import { startProcess, waitUntilReady } from '../../src/demo/process.ts';
import { openNeutron } from '../../src/neutron/connect.ts';
import { startPatienceMs } from '../lab/mariadb.ts';

const run = promisify(execFile);

interface TlsServer extends AsyncDisposable {
  /** With the name or address to connect to, and the URL's query. */
  url(host: string, query: string): string;
  /** Serves with a certificate for this, such as `IP:127.0.0.1`. */
  use(subjectAltName: string): Promise<void>;
  readonly authority: string;
  readonly otherAuthority: string;
}

let server: TlsServer;
before(async () => {
  server = await startTlsMariadb();
});
after(() => server[Symbol.asyncDispose]());

test('a server whose certificate the authority signed for its name is talked to, encrypted', async () => {
  await server.use('DNS:localhost');
  assert.equal(await cipherOf(server.url('localhost', `ssl_ca=${server.authority}`)), true);
  assert.equal(await cipherOf(server.url('localhost', 'ssl_disabled=true')), false);
});

test('a certificate of another authority is refused', async () => {
  await server.use('DNS:localhost');
  await assert.rejects(cipherOf(server.url('localhost', `ssl_ca=${server.otherAuthority}`)), { code: 'auth' });
});

test('a server that is named by its address must have a certificate for that address', async () => {
  const url = server.url('127.0.0.1', `ssl_ca=${server.authority}`);
  await server.use('DNS:localhost');
  await assert.rejects(cipherOf(url), { code: 'auth', message: /altnames/ });
  assert.equal(await cipherOf(`${url}&ssl_verify_identity=false`), true);
  await server.use('IP:127.0.0.1');
  assert.equal(await cipherOf(url), true);
});

test('an authority whose file cannot be read is named', async () => {
  const url = server.url('localhost', 'ssl_ca=/nowhere/ca.pem');
  await assert.rejects(cipherOf(url), { code: 'auth', message: /\/nowhere\/ca\.pem/ });
});

/** Whether the session is encrypted. */
async function cipherOf(url: string): Promise<boolean> {
  await using connection = await openNeutron(parseDatabaseUrl(url));
  const [row] = await connection.read((transaction) =>
    transaction.query(sql<{ Value: string }>`show session status like 'Ssl_cipher'`),
  );
  return row?.Value !== '';
}

async function startTlsMariadb(): Promise<TlsServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'driftline-tls-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  const openssl = (command: string) => run('openssl', command.split(' '), { cwd: folder });

  for (const name of ['ca', 'other']) {
    await openssl(`req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ${name}.key -out ${name}.pem -subj /CN=${name}`);
  }
  await openssl('req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=database');
  const sign = async (subjectAltName: string) => {
    await writeFile(path('extensions'), `subjectAltName = ${subjectAltName}\n`);
    await openssl(
      'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out server.pem',
    );
  };
  await sign('DNS:localhost');

  const account = process.getuid?.() === 0 ? ['--user=root'] : [];
  const small = ['--innodb-log-file-size=8M', '--innodb-flush-method=nosync', `--tmpdir=${folder}`];
  const install = ['--no-defaults', `--datadir=${path('data')}`, '--auth-root-authentication-method=normal'];
  await run('mariadb-install-db', [...install, '--skip-test-db', ...account, ...small]);
  const port = await freePort();
  const socket = path('mariadb.sock');
  const mariadb = stack.use(
    startProcess({
      command: 'mariadbd',
      args: [
        '--no-defaults',
        `--datadir=${path('data')}`,
        `--socket=${socket}`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        `--ssl-ca=${path('ca.pem')}`,
        `--ssl-cert=${path('server.pem')}`,
        `--ssl-key=${path('server.key')}`,
        ...account,
        ...small,
      ],
      logFile: path('mariadb.log'),
      stopSignal: 'SIGKILL', // Its folder goes with it.
    }),
  );
  await waitUntilReady(mariadb, () => answersOn(socket), startPatienceMs);
  const execute = (statement: string) =>
    run('mariadb', ['--no-defaults', `--socket=${socket}`, '--user=root', '--execute', statement]);
  await execute(`CREATE DATABASE neutron; CREATE TABLE neutron.alembic_version (version_num varchar(32));
    CREATE USER u@'localhost' IDENTIFIED BY 'secret'; GRANT SELECT ON neutron.* TO u@'localhost'`);

  const resources = stack.move();
  return {
    url: (host, query) => `mysql+pymysql://u:secret@${host}:${port}/neutron?${query}`,
    use: async (subjectAltName) => {
      await sign(subjectAltName);
      await execute('FLUSH SSL');
    },
    authority: path('ca.pem'),
    otherAuthority: path('other.pem'),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}
