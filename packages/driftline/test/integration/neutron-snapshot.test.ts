import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { type NeutronConnection, openNeutron } from '../../src/neutron/connect.ts';
import { looksEmpty } from '../../src/neutron/looks-empty.ts';
import type { NeutronSnapshot } from '../../src/neutron/model/snapshot.ts';
import { readSnapshot } from '../../src/neutron/read-snapshot.ts';
import { pageSize } from '../../src/neutron/read-table.ts';
import { readRelease } from '../../src/neutron/release.ts';
import type { Release } from '../../src/neutron/release-name.ts';
import { type Databases, engines, execute, startDatabases } from './neutron-databases.ts';

const goldens = [
  ['zed', 'zed'],
  ['2026.1', '2026.1'],
  ['2026.2-dev', '2026.2'],
] as const satisfies readonly (readonly [string, Release])[];

let databases: Databases;
before(async () => {
  databases = await startDatabases();
});
after(() => databases[Symbol.asyncDispose]());

for (const [golden, release] of goldens) {
  test(`${golden} is found to be of ${release} and read from each engine as the same snapshot`, async () => {
    const snapshots = [];
    for (const engine of engines) {
      await using connection = await openNeutron(await databases.load(golden, engine));
      const found = await readRelease(connection);
      assert.deepEqual([found.release, found.foundBy, found.warnings], [release, 'head', []]);
      snapshots.push(await readSnapshot(connection));
    }
    const [first, ...others] = snapshots.map((snapshot) => ({ ...snapshot, readAtMs: 0 }));
    assert.ok(first !== undefined);
    for (const other of others) assert.deepEqual(other, first);
    for (const map of Object.values(first).filter((value) => value instanceof Map)) {
      assert.deepEqual([...map.keys()], [...map.keys()].toSorted());
    }
    assert.equal(looksEmpty(first), false);
  });

  test(`a snapshot of ${golden} holds as many of everything as SQL counts`, async () => {
    await using connection = await openNeutron(await databases.load(golden, 'mariadb'));
    const snapshot = await readSnapshot(connection);
    for (const [table, inSnapshot] of Object.entries(countRows(snapshot))) {
      assert.equal(inSnapshot, await countTable(connection, table), table);
    }
  });
}

test('the large deployment is read in several pages, and nothing is lost between them', async () => {
  for (const engine of engines) {
    await using connection = await openNeutron(await databases.load('zed-6000', engine));
    const progress: number[] = [];
    const snapshot = await readSnapshot(connection, { onProgress: ({ rowsRead }) => progress.push(rowsRead) });
    assert.ok(snapshot.ports.size > pageSize);
    assert.ok(progress.length > 1 && progress.every((rows, index) => rows > (progress[index - 1] ?? 0)));
    for (const [table, inSnapshot] of Object.entries(countRows(snapshot))) {
      assert.equal(inSnapshot, await countTable(connection, table), `${engine}: ${table}`);
    }
  }
});

test('addresses of a port come in the order of Neutron, which is that of text', async () => {
  for (const engine of engines) {
    const database = await databases.load('2026.1', engine);
    await using connection = await openNeutron(database);
    const before = await readSnapshot(connection);
    const port = before.ports.values().find(({ fixedIps }) => fixedIps.length === 1);
    const subnetId = port?.fixedIps[0]?.subnetId;
    assert.ok(port !== undefined && subnetId !== undefined);
    for (const address of ['10.0.0.9', '10.0.0.10', '2001:db8::9']) {
      await execute(
        database,
        `insert into ipallocations (port_id, ip_address, subnet_id, network_id)
         values ('${port.id}', '${address}', '${subnetId}', '${port.networkId}')`,
      );
    }
    const addresses = (await readSnapshot(connection)).ports.get(port.id)?.fixedIps.map(({ ipAddress }) => ipAddress);
    assert.deepEqual(addresses, addresses?.toSorted());
    assert.equal(addresses?.length, 4);
  }
});

test('an option sets the release, whatever the database says', async () => {
  await using connection = await openNeutron(await databases.load('zed', 'sqlite'));
  assert.equal((await readSnapshot(connection, { release: '2023.1' })).release, '2023.1');
});

test('a migration that nobody knows is refused, until the release is set', async () => {
  for (const engine of engines) {
    const database = await databases.load('2026.2-dev', engine);
    await using connection = await openNeutron(database);
    await execute(
      database,
      `update alembic_version set version_num = 'feedfacecafe' where version_num = 'a1b2c3d4e5f6'`,
    );
    await assert.rejects(readSnapshot(connection), { name: 'NeutronReadError', code: 'unknown-release' });
    assert.equal((await readSnapshot(connection, { release: '2026.2' })).release, '2026.2');
    assert.equal((await readRelease(connection, '2026.2')).beyondKnown, true);
  }
});

test('a column that a migration adds while we are connected is read from then on', async () => {
  for (const engine of engines) {
    const database = await databases.load('zed', engine);
    await using connection = await openNeutron(database);
    const [before] = (await readSnapshot(connection)).networks.values();
    assert.equal(before?.qinq, false);
    const yes = engine === 'postgresql' ? 'true' : '1';
    await execute(database, `alter table networks add column qinq ${engine === 'postgresql' ? 'boolean' : 'tinyint'}`);
    await execute(database, `update networks set qinq = ${yes}`);
    await execute(
      database,
      `update alembic_version set version_num = 'ad80a9f07c5c' where version_num = '5881373af7f5'`,
    );
    const snapshot = await readSnapshot(connection);
    assert.equal(snapshot.release, '2025.1');
    assert.ok(snapshot.networks.values().every(({ qinq }) => qinq));
  }
});

function countRows(snapshot: NeutronSnapshot): Record<string, number> {
  const ports = [...snapshot.ports.values()];
  const sum = <T>(all: Iterable<T>, count: (one: T) => number) =>
    [...all].reduce((total, one) => total + count(one), 0);
  return {
    networks: snapshot.networks.size,
    externalnetworks: sum(snapshot.networks.values(), ({ external }) => Number(external)),
    networksegments: snapshot.segments.size,
    subnets: snapshot.subnets.size,
    dnsnameservers: sum(snapshot.subnets.values(), ({ dnsNameservers }) => dnsNameservers.length),
    subnetroutes: sum(snapshot.subnets.values(), ({ hostRoutes }) => hostRoutes.length),
    ports: ports.length,
    ipallocations: sum(ports, ({ fixedIps }) => fixedIps.length),
    ml2_port_bindings: sum(ports, ({ bindings }) => bindings.length),
    ml2_port_binding_levels: sum(ports, ({ bindings }) => sum(bindings, ({ levels }) => levels.length)),
    securitygroupportbindings: sum(ports, ({ securityGroupIds }) => securityGroupIds.length),
    allowedaddresspairs: sum(ports, ({ allowedAddressPairs }) => allowedAddressPairs.length),
    extradhcpopts: sum(ports, ({ extraDhcpOptions }) => extraDhcpOptions.length),
    portdnses: ports.filter(({ dns }) => dns !== undefined).length,
    portsecuritybindings: ports.filter(({ portSecurityEnabled }) => portSecurityEnabled !== undefined).length,
    qos_port_policy_bindings: ports.filter(({ qosPolicyId }) => qosPolicyId !== undefined).length,
    trunks: snapshot.trunks.size,
    subports: sum(snapshot.trunks.values(), ({ subports }) => subports.length),
    securitygroups: snapshot.securityGroups.size,
    securitygrouprules: snapshot.securityGroupRules.size,
    address_groups: snapshot.addressGroups.size,
    address_associations: sum(snapshot.addressGroups.values(), ({ addresses }) => addresses.length),
    logs: snapshot.networkLogs.size,
    routers: snapshot.routers.size,
    routerports: sum(snapshot.routers.values(), (router) => router.ports.length),
    routerroutes: sum(snapshot.routers.values(), ({ routes }) => routes.length),
    floatingips: snapshot.floatingIps.size,
    portforwardings: snapshot.portForwardings.size,
    qos_policies: snapshot.qosPolicies.size,
    ovn_revision_numbers: snapshot.revisions.length,
    ovn_hash_ring: snapshot.hashRing.length,
    agents: snapshot.agents.size,
  };
}

async function countTable(connection: NeutronConnection, table: string): Promise<number> {
  const [row] = await connection.read((transaction) =>
    transaction.query(sql<{ rows: number }>`select count(*) as ${sql.ref('rows')} from ${sql.table(table)}`),
  );
  return Number(row?.rows);
}
