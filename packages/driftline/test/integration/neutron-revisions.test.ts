import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { openNeutron, openWritable } from '../../src/neutron/connect.ts';
import type { NeutronDatabase } from '../../src/neutron/database.ts';
import type { OvnRevision } from '../../src/neutron/model/revision.ts';
import type { NeutronSnapshot } from '../../src/neutron/model/snapshot.ts';
import { readSnapshot } from '../../src/neutron/read-snapshot.ts';
import { bumpRevisions, deleteRevisions, type RevisionEntry } from '../../src/neutron/revisions.ts';
import { type Databases, engines, execute, startDatabases } from './neutron-databases.ts';

let databases: Databases;
before(async () => {
  databases = await startDatabases();
});
after(() => databases[Symbol.asyncDispose]());

for (const engine of engines) {
  test(`in ${engine} a revision is raised and never lowered`, async () => {
    const database = await databases.load('2026.1', engine);
    await using writer = openWritable(database);
    const entries = await livingPorts(database);
    const at = (revision: number) => entries.map((entry) => ({ ...entry, revision }));
    await bumpRevisions(writer, at(1000));
    assert.deepEqual(await bumpRevisions(writer, at(999)), { raised: 0, inserted: 0 });
    assert.deepEqual(await bumpRevisions(writer, at(1000)), { raised: 0, inserted: 0 });
    assert.deepEqual(numbersOf(await revisionsOf(database), entries), new Set([1000]));
    assert.deepEqual(await bumpRevisions(writer, at(1001)), { raised: entries.length, inserted: 0 });
    assert.deepEqual(numbersOf(await revisionsOf(database), entries), new Set([1001]));
  });

  test(`in ${engine} only the rows that are named change, and they say when`, async () => {
    const database = await databases.load('2026.1', engine);
    const before = await revisionsOf(database);
    const [entry] = await livingPorts(database);
    assert.ok(entry !== undefined);
    await using writer = openWritable(database);
    const startedMs = Math.floor(Date.now() / 1000) * 1000;
    await bumpRevisions(writer, [{ ...entry, revision: 77 }]);
    const changed = (await revisionsOf(database)).filter((row, index) => !isSame(row, before[index]));
    assert.equal(changed.length, 1);
    assert.equal(changed[0]?.resourceUuid, entry.resourceUuid);
    assert.equal(changed[0]?.revisionNumber, 77);
    assert.ok((changed[0]?.updatedAtMs ?? 0) >= startedMs);
  });

  test(`in ${engine} a missing row is inserted, but not of a resource that is gone`, async () => {
    const database = await databases.load('2026.1', engine);
    const entries = await livingPorts(database);
    const [missing, gone] = entries;
    assert.ok(missing !== undefined && gone !== undefined);
    await execute(
      database,
      `delete from ovn_revision_numbers where resource_uuid in ('${missing.resourceUuid}', '${gone.resourceUuid}')`,
    );
    await using writer = openWritable(database);
    const outcome = await bumpRevisions(writer, [
      { ...missing, revision: 5 },
      { ...gone, standardAttrId: 999_999, revision: 5 },
    ]);
    assert.deepEqual(outcome, { raised: 0, inserted: 1 });
    const rows = (await revisionsOf(database)).filter(({ resourceUuid }) => resourceUuid === missing.resourceUuid);
    assert.equal(rows.length, 1);
    assert.equal(rows[0]?.revisionNumber, 5);
    assert.equal(rows[0]?.standardAttrId, missing.standardAttrId);
  });

  test(`in ${engine} the row of a deleted resource is neither raised nor kept, that of a living one is`, async () => {
    const database = await databases.load('2026.1', engine);
    const [deleted, living] = await ordinaryPorts(database);
    assert.ok(deleted !== undefined && living !== undefined);
    await execute(database, ...deletionOf(deleted));
    await using writer = openWritable(database);
    assert.deepEqual(await bumpRevisions(writer, [{ ...deleted, revision: 5000 }]), { raised: 0, inserted: 0 });
    const lost = [deleted, living].map((entry) => ({ ...entry, lost: 'resource' }) as const);
    assert.equal(await deleteRevisions(writer, lost), 1);
    const left = await revisionsOf(database);
    assert.ok(left.some(({ resourceUuid }) => resourceUuid === living.resourceUuid));
    assert.ok(!left.some(({ resourceUuid }) => resourceUuid === deleted.resourceUuid));
  });

  test(`in ${engine} the row of a living resource stays though it says that Neutron deleted it, and is put right`, async () => {
    const database = await databases.load('2026.1', engine);
    const [living, other] = await livingPorts(database);
    assert.ok(living !== undefined && other !== undefined);
    const linksOf = async () =>
      (await revisionsOf(database)).filter(({ resourceUuid }) => resourceUuid === living.resourceUuid)[0];
    await using writer = openWritable(database);
    for (const wrong of ['null', other.standardAttrId]) {
      await execute(database, `update ovn_revision_numbers set standard_attr_id = ${wrong} where ${isRow(living)}`);
      assert.equal(await deleteRevisions(writer, [{ ...living, lost: 'resource' }]), 0);
      await bumpRevisions(writer, [living]);
      assert.equal((await linksOf())?.standardAttrId, living.standardAttrId);
    }
  });

  test(`in ${engine} a row that was written a moment ago stays for as long as it is told to`, async () => {
    const database = await databases.load('2026.1', engine);
    const [young, old] = await ordinaryPorts(database);
    assert.ok(young !== undefined && old !== undefined);
    await execute(database, ...deletionOf(young), ...deletionOf(old));
    const [longAgo, now] = ["'2020-01-01 00:00:00'", engine === 'postgresql' ? 'localtimestamp' : 'current_timestamp'];
    await execute(database, `update ovn_revision_numbers set updated_at = ${now} where ${isRow(young)}`);
    await execute(database, `update ovn_revision_numbers set updated_at = ${longAgo} where ${isRow(old)}`);
    await using writer = openWritable(database);
    const lost = [young, old].map((entry) => ({ ...entry, lost: 'resource', untouchedForS: 3600 }) as const);
    assert.equal(await deleteRevisions(writer, lost), 1);
    const left = await revisionsOf(database);
    assert.ok(left.some(({ resourceUuid }) => resourceUuid === young.resourceUuid));
    assert.ok(!left.some(({ resourceUuid }) => resourceUuid === old.resourceUuid));
  });

  test(`in ${engine} the row of a role goes with the role`, async () => {
    const database = await databases.load('2026.1', engine);
    const snapshot = await snapshotOf(database);
    const routed = snapshot.floatingIps.values().find(({ routerId }) => routerId !== undefined);
    const attached = snapshot.ports.values().find(({ deviceOwner }) => deviceOwner === 'network:router_interface');
    assert.ok(routed !== undefined && attached !== undefined);
    const rows = [
      { resourceType: 'floatingips', resourceUuid: routed.id, lost: 'role' },
      { resourceType: 'router_ports', resourceUuid: attached.id, lost: 'role' },
    ] as const;
    await using writer = openWritable(database);
    assert.equal(await deleteRevisions(writer, rows), 0, 'both have it');
    await execute(
      database,
      `update floatingips set router_id = null where id = '${routed.id}'`,
      `update ports set device_owner = '' where id = '${attached.id}'`,
    );
    assert.equal(await deleteRevisions(writer, rows), 2);
    const left = (await revisionsOf(database)).filter(({ resourceUuid }) => resourceUuid === attached.id);
    assert.deepEqual(
      left.map(({ resourceType }) => resourceType),
      ['ports'],
    );
  });

  test(`in ${engine} many writers at once end with the highest number everywhere`, async () => {
    const database = await databases.load('2026.1', engine);
    const entries = await livingPorts(database);
    await execute(database, `delete from ovn_revision_numbers where resource_type = 'ports'`);
    await Promise.all(
      [3, 9, 1, 7, 5].map(async (revision) => {
        await using writer = openWritable(database);
        // Each in another order, as Neutron's workers do.
        const shuffled = entries.toSorted((a, b) => hash(a, revision) - hash(b, revision));
        for (const entry of shuffled) await bumpRevisions(writer, [{ ...entry, revision }]);
      }),
    );
    assert.deepEqual(numbersOf(await revisionsOf(database), entries), new Set([9]));
  });
}

test('a role that comes back while its row is being taken away keeps the row', async () => {
  const waiting = {
    mariadb: `select count(*) as count from information_schema.innodb_trx where trx_state = 'LOCK WAIT'`,
    postgresql: `select count(*) as count from pg_stat_activity where wait_event_type = 'Lock'`,
  };
  for (const engine of ['mariadb', 'postgresql'] as const) {
    const database = await databases.load('2026.1', engine);
    const routed = (await snapshotOf(database)).floatingIps.values().find(({ routerId }) => routerId !== undefined);
    assert.ok(routed !== undefined);
    const row = { resourceType: 'floatingips', resourceUuid: routed.id } as const;
    await execute(database, `update floatingips set router_id = null where id = '${routed.id}'`);
    await using neutron = openWritable(database);
    await using ours = openWritable(database);
    await using watcher = openWritable(database);
    const isHeld = Promise.withResolvers<void>();
    const isAwaited = Promise.withResolvers<void>();
    // As Neutron associates it again: the row is made, or set back, in the transaction that names the router.
    const associating = neutron.write(async (transaction) => {
      await transaction.change(
        sql`update ovn_revision_numbers set revision_number = -1 where resource_uuid = ${routed.id}`,
      );
      await transaction.change(sql`update floatingips set router_id = ${routed.routerId} where id = ${routed.id}`);
      isHeld.resolve();
      await isAwaited.promise;
    });
    await isHeld.promise;
    let isTaken = false;
    const taking = deleteRevisions(ours, [{ ...row, lost: 'role' }]).finally(() => {
      isTaken = true;
    });
    const isWaiting = async (): Promise<boolean> => {
      const [found] = await watcher.write((transaction) =>
        transaction.query(sql<{ count: number | string }>`${sql.raw(waiting[engine])}`),
      );
      return Number(found?.count) > 0;
    };
    while (!isTaken && !(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 20));
    isAwaited.resolve();
    await associating;
    assert.equal(await taking, 0, engine);
    assert.ok((await revisionsOf(database)).some(({ resourceUuid }) => resourceUuid === routed.id));
  }
});

test('two transactions that lock the same rows in opposite order both end well', async () => {
  for (const engine of ['mariadb', 'postgresql'] as const) {
    const database = await databases.load('2026.1', engine);
    const [a, b] = await livingPorts(database);
    assert.ok(a !== undefined && b !== undefined);
    await using first = openWritable(database);
    await using second = openWritable(database);
    let attempts = 0;
    const bothHold = Promise.withResolvers<void>();
    let holders = 0;
    const lock = (writer: typeof first, rows: readonly RevisionEntry[]) =>
      writer.write(async (transaction) => {
        attempts++;
        for (const [index, row] of rows.entries()) {
          await transaction.change(
            sql`update ovn_revision_numbers set revision_number = revision_number + 1
                where resource_uuid = ${row.resourceUuid} and resource_type = ${row.resourceType}`,
          );
          if (index === 0 && ++holders >= 2) bothHold.resolve();
          if (index === 0) await bothHold.promise;
        }
      });
    const before = await revisionsOf(database);
    await Promise.all([lock(first, [a, b]), lock(second, [b, a])]);
    assert.ok(attempts > 2, 'one was sent back by the server and tried again');
    const raised = (await revisionsOf(database)).filter((row, index) => !isSame(row, before[index]));
    assert.deepEqual(
      raised.map(({ revisionNumber, resourceUuid }) => revisionNumber - numberOf(before, resourceUuid)),
      [2, 2],
    );
  }
});

test('times are in UTC, whatever zone the server keeps', async () => {
  const halfAnHourMs = 1_800_000;
  for (const engine of ['mariadb', 'postgresql'] as const) {
    const database = await databases.load('2026.1', engine);
    const before = await revisionsOf(database);
    if (engine === 'mariadb') await databases.mariadb.query('mysql', `SET GLOBAL time_zone = '+05:00'`);
    else await execute(database, `alter database "${databaseName(database)}" set timezone = 'Asia/Karachi'`);
    assert.deepEqual(await revisionsOf(database), before);

    const [entry] = await livingPorts(database);
    assert.ok(entry !== undefined);
    await execute(database, `delete from ovn_revision_numbers where ${isRow(entry)}`);
    await using writer = openWritable(database);
    await bumpRevisions(writer, [entry]);
    const row = (await revisionsOf(database)).find(
      ({ resourceUuid, resourceType }) => resourceUuid === entry.resourceUuid && resourceType === 'ports',
    );
    for (const time of [row?.createdAtMs, row?.updatedAtMs]) {
      assert.ok(Math.abs((time ?? 0) - Date.now()) < halfAnHourMs, `${engine} wrote ${time}`);
    }
    if (engine === 'mariadb') await databases.mariadb.query('mysql', `SET GLOBAL time_zone = 'SYSTEM'`);
  }
});

/** Whose rows nothing else refers to, but what goes with them. */
async function ordinaryPorts(database: NeutronDatabase): Promise<RevisionEntry[]> {
  const { ports } = await snapshotOf(database);
  return (await livingPorts(database)).filter(({ resourceUuid }) =>
    ports.get(resourceUuid)?.deviceOwner.startsWith('compute:'),
  );
}

/** As Neutron does it: the standard attribute takes the port with it, and its row here loses the link. */
const deletionOf = ({ resourceUuid, standardAttrId, resourceType }: RevisionEntry): readonly string[] => [
  `delete from ports where id = '${resourceUuid}'`,
  // SQLite does not heed foreign keys unless told to.
  `update ovn_revision_numbers set standard_attr_id = null
   where resource_uuid = '${resourceUuid}' and resource_type = '${resourceType}'`,
  `delete from standardattributes where id = ${standardAttrId}`,
];

async function livingPorts(database: NeutronDatabase): Promise<RevisionEntry[]> {
  const { ports, revisions } = await snapshotOf(database);
  return revisions
    .filter(({ resourceType, standardAttrId }) => resourceType === 'ports' && standardAttrId !== undefined)
    .map(({ resourceUuid, standardAttrId = 0 }) => ({
      resourceType: 'ports',
      resourceUuid,
      standardAttrId,
      revision: ports.get(resourceUuid)?.attributes.revision ?? 0,
    }));
}

async function revisionsOf(database: NeutronDatabase): Promise<readonly OvnRevision[]> {
  return (await snapshotOf(database)).revisions;
}

async function snapshotOf(database: NeutronDatabase): Promise<NeutronSnapshot> {
  await using connection = await openNeutron(database);
  return await readSnapshot(connection);
}

function numbersOf(revisions: readonly OvnRevision[], entries: readonly RevisionEntry[]): Set<number> {
  const wanted = new Set(entries.map(({ resourceUuid }) => resourceUuid));
  const rows = revisions.filter((row) => row.resourceType === 'ports' && wanted.has(row.resourceUuid));
  assert.equal(rows.length, entries.length);
  return new Set(rows.map(({ revisionNumber }) => revisionNumber));
}

function numberOf(revisions: readonly OvnRevision[], uuid: string): number {
  return revisions.find((row) => row.resourceUuid === uuid && row.resourceType === 'ports')?.revisionNumber ?? 0;
}

function isSame(a: OvnRevision, b: OvnRevision | undefined): boolean {
  return a.resourceUuid === b?.resourceUuid && a.revisionNumber === b.revisionNumber && a.updatedAtMs === b.updatedAtMs;
}

function databaseName(database: NeutronDatabase): string {
  return database.engine === 'sqlite' ? database.path : database.database;
}

function isRow({ resourceUuid, resourceType }: RevisionEntry): string {
  return `resource_uuid = '${resourceUuid}' and resource_type = '${resourceType}'`;
}

function hash({ resourceUuid }: RevisionEntry, seed: number): number {
  return (Number.parseInt(resourceUuid.slice(0, 8), 16) * (2 * seed + 1)) % 1_000_003;
}
