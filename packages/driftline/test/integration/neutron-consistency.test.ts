import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { openNeutron, openWritable } from '../../src/neutron/connect.ts';
import type { NeutronDatabase } from '../../src/neutron/database.ts';
import { readSnapshot } from '../../src/neutron/read-snapshot.ts';
import { type Databases, engines, startDatabases } from './neutron-databases.ts';

let databases: Databases;
before(async () => {
  databases = await startDatabases();
});
after(() => databases[Symbol.asyncDispose]());

for (const engine of engines) {
  test(`a snapshot from ${engine} is of one moment while another writes without pause`, async () => {
    const database = await databases.load('zed-6000', engine);
    await using connection = await openNeutron(database);
    await stamp(database, 0);
    const stop = new AbortController();
    const writing = writeUntil(database, stop.signal);
    const moments = new Set<string>();
    for (let count = 0; count < 6; count++) {
      const { networks, subnets, ports, routers, securityGroups, floatingIps } = await readSnapshot(connection);
      const stamps = new Set(
        [networks, subnets, ports, routers, securityGroups].flatMap((resources) => [
          ...resources.values().map(({ name }) => name),
        ]),
      );
      assert.equal(stamps.size, 1, `names of several moments: ${[...stamps]}`);
      const addresses = new Set(floatingIps.values().map(({ status }) => status));
      assert.deepEqual(addresses, stamps);
      for (const one of stamps) moments.add(one);
    }
    stop.abort();
    const written = await writing;
    assert.ok(written > 0 && moments.size > 1, `${written} writes, snapshots of ${moments.size} moments`);
  });
}

test('a SQLite file in rollback mode that another is writing is read, and the writer gets its turn', async () => {
  const database = await databases.load('2026.1', 'sqlite');
  assert.ok(database.engine === 'sqlite');
  using file = new DatabaseSync(database.path);
  file.exec('PRAGMA journal_mode = DELETE');
  file.close();
  await using connection = await openNeutron(database);
  await stamp(database, 0);
  const stop = new AbortController();
  const writing = writeUntil(database, stop.signal);
  for (let count = 0; count < 10; count++) {
    const { networks, ports } = await readSnapshot(connection);
    const stamps = [networks, ports].flatMap((resources) => [...resources.values().map(({ name }) => name)]);
    assert.equal(new Set(stamps).size, 1);
  }
  stop.abort();
  assert.ok((await writing) > 0);
});

const stamped = ['networks', 'subnets', 'ports', 'routers', 'securitygroups'];

/** One transaction that gives every resource the same name, the last table first: opposite to the reader's order. */
async function stamp(database: NeutronDatabase, number: number): Promise<void> {
  await using connection = openWritable(database);
  await connection.write(async (transaction) => {
    await transaction.change(sql`update floatingips set status = ${`at ${number}`}`);
    for (const table of stamped.toReversed()) {
      await transaction.change(sql`update ${sql.table(table)} set name = ${`at ${number}`}`);
    }
  });
}

async function writeUntil(database: NeutronDatabase, signal: AbortSignal): Promise<number> {
  let written = 0;
  while (!signal.aborted) await stamp(database, ++written);
  return written;
}
