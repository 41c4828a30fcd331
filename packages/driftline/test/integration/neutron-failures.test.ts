import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { connectOptionsOf, openNeutron, openWritable } from '../../src/neutron/connect.ts';
import type { NeutronReadErrorCode } from '../../src/neutron/read-error.ts';
import { readSnapshot } from '../../src/neutron/read-snapshot.ts';
import { type Databases, engines, execute, startDatabases } from './neutron-databases.ts';

let databases: Databases;
before(async () => {
  databases = await startDatabases();
});
after(() => databases[Symbol.asyncDispose]());

test('a port where nobody listens is told as unreachable', async () => {
  const port = await freePort();
  for (const scheme of ['mysql+pymysql', 'postgresql']) {
    await fails('unreachable', openNeutron(parseDatabaseUrl(`${scheme}://u:hunter2@127.0.0.1:${port}/neutron`)));
  }
});

test('a server that takes the connection and says nothing is given up after the deadline', async () => {
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    for (const scheme of ['mysql+pymysql', 'postgresql']) {
      const url = parseDatabaseUrl(`${scheme}://u:hunter2@127.0.0.1:${address.port}/neutron`);
      await fails(['timeout', 'unreachable'], openNeutron(url, { connectTimeoutMs: 200 }));
    }
  } finally {
    silent.close();
  }
});

test('a server that does not answer yet is asked again, as often as max_retries says', async () => {
  const port = await freePort();
  const told: string[] = [];
  const patience = { attempts: 3, retryIntervalMs: 1, onRefused: (_: string, why: string) => void told.push(why) };
  await fails('unreachable', openNeutron(parseDatabaseUrl(`postgresql://u@127.0.0.1:${port}/neutron`), patience));
  assert.equal(told.length, 2, 'the last one is thrown');
  await fails('no-database', openNeutron(parseDatabaseUrl(`sqlite:///${join(databases.folder, 'none')}`), patience));
  assert.equal(told.length, 2, 'what no waiting can mend is told at once');

  const database = await databases.load('2026.1', 'mariadb');
  assert.ok(database.engine === 'mysql' && database.socketPath !== undefined);
  const socketPath = join(databases.folder, 'later.sock');
  const target = database.socketPath;
  let refusals = 0;
  await using _connection = await openNeutron(
    { ...database, socketPath },
    {
      attempts: -1,
      retryIntervalMs: 1,
      onRefused: () => {
        if (++refusals === 5) symlinkSync(target, socketPath);
      },
    },
  );
  assert.equal(refusals, 5);
});

test('a session waits for the other nodes of a Galera cluster as mysql_wsrep_sync_wait says, by default for what it reads', async () => {
  const database = await databases.load('2026.1', 'mariadb');
  for (const [mysqlWsrepSyncWait, expected] of [
    [undefined, 1],
    [0, 0],
    [7, 7],
  ] as const) {
    const settings = { url: database, maskedUrl: '', maxRetries: 1, retryIntervalS: 0, mysqlWsrepSyncWait };
    await using connection = await openNeutron(database, connectOptionsOf(settings));
    const [row] = await connection.read(({ query }) =>
      query(sql<{ waits: number }>`select @@session.wsrep_sync_wait as waits`),
    );
    assert.equal(Number(row?.waits), expected);
  }
});

test('a wrong password is told as such, and not repeated', async () => {
  await databases.mariadb.query(
    'mysql',
    `CREATE USER 'reader'@'localhost' IDENTIFIED BY 'secret'; GRANT SELECT ON *.* TO 'reader'@'localhost'`,
  );
  const url = databases.mariadb.url('mysql').replace('root@', 'reader:hunter2@');
  await fails('auth', openNeutron(parseDatabaseUrl(url)));
});

test('an account that may only read is enough for a snapshot', async () => {
  const database = await databases.load('2026.1', 'mariadb');
  assert.ok(database.engine === 'mysql');
  await databases.mariadb.query(
    'mysql',
    `CREATE USER 'looker'@'localhost' IDENTIFIED BY 'secret'; GRANT SELECT ON *.* TO 'looker'@'localhost'`,
  );
  await using connection = await openNeutron({ ...database, user: 'looker', password: 'secret' });
  assert.ok((await readSnapshot(connection)).ports.size > 0);
});

test('a database that does not exist is told as such', async () => {
  await fails('no-database', openNeutron(parseDatabaseUrl(databases.mariadb.url('missing'))));
  await fails('no-database', openNeutron(parseDatabaseUrl(databases.postgresql.url('missing'))));
  await fails('no-database', openNeutron(parseDatabaseUrl(`sqlite:///${join(databases.folder, 'missing.sqlite')}`)));
});

test('a database of somebody else is not taken for an empty Neutron', async () => {
  await databases.mariadb.createDatabase('other');
  await databases.postgresql.createDatabase('other');
  const file = join(databases.folder, 'other.sqlite');
  new DatabaseSync(file).exec('create table t (id integer)');
  const text = join(databases.folder, 'text.sqlite');
  await writeFile(text, 'this is a text, and a text is no database\n'.repeat(100));
  for (const url of [
    databases.mariadb.url('other'),
    databases.postgresql.url('other'),
    `sqlite:///${file}`,
    `sqlite:///${text}`,
  ]) {
    await fails('not-neutron', openNeutron(parseDatabaseUrl(url)));
  }
});

test('the reading handle cannot write, though the account could', async () => {
  for (const engine of engines) {
    await using connection = await openNeutron(await databases.load('2026.1', engine));
    for (const statement of [`update ports set name = 'x'`, 'delete from ports', 'create table t (id integer)']) {
      await assert.rejects(
        connection.read((transaction) => transaction.query(sql.raw(statement))),
        { name: 'NeutronReadError' },
      );
    }
    const { ports } = await readSnapshot(connection);
    assert.ok(ports.size > 0 && ports.values().every(({ name }) => name !== 'x'));
  }
});

test('a statement that hangs is given up, and the handle goes on with another session', async () => {
  for (const engine of ['mariadb', 'postgresql'] as const) {
    const database = await databases.load('2026.1', engine);
    await using connection = await openNeutron(database, { queryTimeoutMs: 1000 });
    const slow = engine === 'mariadb' ? 'select sleep(30)' : 'select pg_sleep(30)';
    await fails(
      'timeout',
      connection.read((transaction) => transaction.query(sql.raw(slow))),
    );
    const answer = await connection.read(({ query }) => query(sql<{ one: number }>`select 1 as one`));
    assert.deepEqual(
      answer.map(({ one }) => one),
      [1],
    );
  }
});

test('a read that is called off ends at once, also in the middle of a statement', async () => {
  for (const engine of ['mariadb', 'postgresql'] as const) {
    await using connection = await openNeutron(await databases.load('2026.1', engine));
    const stop = new AbortController();
    const slow = engine === 'mariadb' ? 'select sleep(600)' : 'select pg_sleep(600)';
    const reading = connection.read(
      async (transaction) => {
        setTimeout(() => stop.abort(), 50);
        await transaction.query(sql.raw(slow));
      },
      { signal: stop.signal },
    );
    await fails('closed', reading);
    await fails('closed', readSnapshot(connection, { signal: AbortSignal.abort() }));
  }
});

test('a handle that is closed while it reads ends that read, and takes no more', async () => {
  for (const engine of ['mariadb', 'postgresql'] as const) {
    const connection = await openNeutron(await databases.load('2026.1', engine));
    const slow = engine === 'mariadb' ? 'select sleep(600)' : 'select pg_sleep(600)';
    const reading = connection.read(async (transaction) => {
      setTimeout(() => void connection[Symbol.asyncDispose](), 50);
      await transaction.query(sql.raw(slow));
    });
    await fails('closed', reading);
    await fails('closed', readSnapshot(connection));
  }
});

test('sessions that the server ended are replaced by the next read', async () => {
  for (const engine of ['mariadb', 'postgresql'] as const) {
    await using connection = await openNeutron(await databases.load('2026.1', engine));
    await readSnapshot(connection);
    await endSessions(engine);
    // The end of an idle session is noticed when its socket says so: that may be a moment later.
    await readSnapshot(connection).catch((error) => assert.equal(error.code, 'unreachable'));
    assert.ok((await readSnapshot(connection)).ports.size > 0);
  }
});

test('a session that ends in the middle of a read is told as unreachable', async () => {
  for (const engine of ['mariadb', 'postgresql'] as const) {
    await using connection = await openNeutron(await databases.load('2026.1', engine));
    const slow = engine === 'mariadb' ? 'select sleep(600)' : 'select pg_sleep(600)';
    const reading = connection.read(async (transaction) => {
      setTimeout(() => void endSessions(engine), 50);
      await transaction.query(sql.raw(slow));
    });
    await fails('unreachable', reading);
  }
});

test('a table that is altered under a snapshot of MariaDB has the snapshot begin anew', async () => {
  const database = await databases.load('2026.1', 'mariadb');
  await using connection = await openNeutron(database);
  let attempts = 0;
  const names = await connection.read(async (transaction) => {
    if (++attempts === 1) await execute(database, 'alter table networks add column extra int, algorithm = copy');
    return transaction.query(sql<{ name: string }>`select name from networks`);
  });
  assert.equal(attempts, 2);
  assert.ok(names.length > 0);
});

test('a transaction that fails leaves nothing behind', async () => {
  for (const engine of engines) {
    const database = await databases.load('2026.1', engine);
    await using connection = await openNeutron(database);
    const before = await readSnapshot(connection);
    await using writer = openWritable(database);
    const failure = new Error('changed my mind');
    await assert.rejects(
      writer.write(async (transaction) => {
        await transaction.change(sql`update ports set name = 'half'`);
        throw failure;
      }),
      failure,
    );
    assert.deepEqual((await readSnapshot(connection)).ports, before.ports);
  }
});

async function fails(
  code: NeutronReadErrorCode | readonly NeutronReadErrorCode[],
  attempt: Promise<unknown>,
): Promise<void> {
  const codes = typeof code === 'string' ? [code] : code;
  await assert.rejects(attempt, (error: Error & { code: NeutronReadErrorCode }) => {
    assert.equal(error.name, 'NeutronReadError', error.stack);
    assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
    assert.doesNotMatch(error.message, /hunter2/);
    assert.match(error.message, /neutron|sqlite|database/);
    return true;
  });
}

async function endSessions(engine: 'mariadb' | 'postgresql'): Promise<void> {
  if (engine === 'postgresql') {
    await databases.postgresql.query(
      'postgres',
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = $$client backend$$',
    );
    return;
  }
  const ids = await databases.mariadb.query(
    'mysql',
    `select id from information_schema.processlist where id <> connection_id() and command <> 'Daemon' and user = 'root'`,
  );
  for (const id of ids.trim().split('\n').filter(Boolean)) {
    // It may have gone by itself.
    await databases.mariadb.query('mysql', `kill ${id}`).catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  await new Promise((resolve) => server.close(resolve));
  return address.port;
}
