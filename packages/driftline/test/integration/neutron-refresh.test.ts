import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { openNeutron } from '../../src/neutron/connect.ts';
import { countResources } from '../../src/neutron/model/resource-set.ts';
import type { NeutronSnapshot } from '../../src/neutron/model/snapshot.ts';
import { readChanges } from '../../src/neutron/read-changes.ts';
import { readResources } from '../../src/neutron/read-resources.ts';
import { readSnapshot } from '../../src/neutron/read-snapshot.ts';
import { type Databases, engines, execute, startDatabases } from './neutron-databases.ts';

let databases: Databases;
before(async () => {
  databases = await startDatabases();
});
after(() => databases[Symbol.asyncDispose]());

for (const engine of engines) {
  test(`after random changes in ${engine}, what is said to have changed and is read again makes a full snapshot`, async () => {
    const database = await databases.load('2026.1', engine);
    await using connection = await openNeutron(database);
    let snapshot = await readSnapshot(connection);
    let found = 0;
    const changes = fc.array(fc.record({ kind: fc.constantFrom(...Object.keys(mutations)), pick: fc.nat() }), {
      minLength: 1,
      maxLength: 8,
    });
    for (const round of fc.sample(changes, { seed: 20261122, numRuns: engine === 'sqlite' ? 100 : 25 })) {
      for (const { kind, pick } of round) {
        const statements = mutations[kind]?.(snapshot, pick) ?? [];
        // A foreign key may forbid the change: then there is none.
        await execute(database, ...statements).catch((error) => assert.equal(error.code, 'refused', error.message));
      }
      const changed = await readChanges(connection, snapshot);
      found += countResources(changed);
      const refreshed = await readResources(connection, snapshot, changed);
      snapshot = await readSnapshot(connection);
      assertSame(refreshed, snapshot);
      assert.deepEqual(await readChanges(connection, refreshed), {});
    }
    assert.ok(found > 100, `only ${found} changes were found`);
  });
}

test('nothing has changed in a snapshot that was just read', async () => {
  for (const engine of engines) {
    await using connection = await openNeutron(await databases.load('zed', engine));
    assert.deepEqual(await readChanges(connection, await readSnapshot(connection)), {});
  }
});

test('a standard attribute that no resource has is not taken for a change', async () => {
  const database = await databases.load('2026.1', 'sqlite');
  await using connection = await openNeutron(database);
  const snapshot = await readSnapshot(connection);
  await execute(
    database,
    `insert into standardattributes (id, resource_type, revision_number) values (100000, 'ports', 3)`,
  );
  assert.deepEqual(await readChanges(connection, snapshot), {});
  await execute(database, raise(portOf(snapshot, 0)));
  assert.deepEqual(await readChanges(connection, snapshot), { ports: new Set([portOf(snapshot, 0).id]) });
});

test('a change stays named until the snapshot has it', async () => {
  const database = await databases.load('2026.1', 'sqlite');
  await using connection = await openNeutron(database);
  const snapshot = await readSnapshot(connection);
  await execute(database, raise(portOf(snapshot, 0)));
  const changed = await readChanges(connection, snapshot);
  assert.equal(countResources(changed), 1);
  assert.deepEqual(await readChanges(connection, snapshot), changed);
});

test('reading again shares what was not named with the snapshot it started from', async () => {
  const database = await databases.load('2026.1', 'sqlite');
  await using connection = await openNeutron(database);
  const snapshot = await readSnapshot(connection);
  const [first, second] = snapshot.ports.keys();
  await execute(database, `update ports set name = 'renamed' where id = '${first}'`);
  const refreshed = await readResources(connection, snapshot, { ports: new Set([String(first)]) });
  assert.equal(refreshed.networks, snapshot.networks);
  assert.equal(refreshed.ports.get(String(second)), snapshot.ports.get(String(second)));
  assert.equal(refreshed.ports.get(String(first))?.name, 'renamed');
  assert.notEqual(snapshot.ports.get(String(first))?.name, 'renamed');
  assert.equal(await readResources(connection, snapshot, {}), snapshot);
});

test('a resource that is gone from SQL is gone from what is read again, with those that belonged to it', async () => {
  const database = await databases.load('2026.1', 'sqlite');
  await using connection = await openNeutron(database);
  const snapshot = await readSnapshot(connection);
  const [floatingIp] = snapshot.portForwardings.values().map(({ floatingIpId }) => floatingIpId);
  assert.ok(floatingIp !== undefined);
  await execute(database, `delete from floatingips where id = '${floatingIp}'`);
  const refreshed = await readResources(connection, snapshot, { floatingIps: new Set([floatingIp]) });
  assert.equal(refreshed.floatingIps.has(floatingIp), false);
  assert.ok(!refreshed.portForwardings.values().some(({ floatingIpId }) => floatingIpId === floatingIp));
});

function assertSame(actual: NeutronSnapshot, expected: NeutronSnapshot): void {
  assert.deepEqual({ ...actual, readAtMs: 0 }, { ...expected, readAtMs: 0 });
  for (const kind of ['ports', 'securityGroupRules', 'networks'] as const) {
    assert.deepEqual([...actual[kind].keys()], [...expected[kind].keys()]);
  }
}

interface Revised {
  readonly id: string;
  readonly attributes: { readonly id: number };
}

function raise({ attributes }: Revised): string {
  return `update standardattributes set revision_number = revision_number + 1 where id = ${attributes.id}`;
}

function pickFrom<T>(values: ReadonlyMap<string, T>, pick: number): T {
  const value = [...values.values()][pick % values.size];
  assert.ok(value !== undefined);
  return value;
}

const portOf = (snapshot: NeutronSnapshot, pick: number) => pickFrom(snapshot.ports, pick);

/** As Neutron changes its tables: children with a new revision of their parent, deletes with the standard attribute. */
const mutations: Readonly<Record<string, (snapshot: NeutronSnapshot, pick: number) => readonly string[]>> = {
  rename: (snapshot, pick) => {
    const [table, values] = pickFrom<readonly [string, ReadonlyMap<string, Revised>]>(
      new Map([
        ['0', ['networks', snapshot.networks]],
        ['1', ['subnets', snapshot.subnets]],
        ['2', ['ports', snapshot.ports]],
        ['3', ['routers', snapshot.routers]],
        ['4', ['securitygroups', snapshot.securityGroups]],
        ['5', ['qos_policies', snapshot.qosPolicies]],
        ['6', ['logs', snapshot.networkLogs]],
      ]),
      pick,
    );
    const resource = pickFrom(values, pick >> 3);
    return [`update ${table} set name = 'renamed ${pick}' where id = '${resource.id}'`, raise(resource)];
  },
  createRule: (snapshot, pick) => {
    const group = pickFrom(snapshot.securityGroups, pick);
    return [
      `insert into standardattributes (id, resource_type, revision_number)
       select max(id) + 1, 'securitygrouprules', 0 from standardattributes`,
      `insert into securitygrouprules (id, project_id, security_group_id, direction, ethertype, standard_attr_id)
       select '${uuid(pick)}', 'p', '${group.id}', 'egress', 'IPv4', max(id) from standardattributes`,
      raise(group),
    ];
  },
  deleteRule: (snapshot, pick) => {
    const rule = pickFrom(snapshot.securityGroupRules, pick);
    const group = snapshot.securityGroups.get(rule.securityGroupId);
    return [
      `delete from securitygrouprules where id = '${rule.id}'`,
      `delete from standardattributes where id = ${rule.attributes.id}`,
      ...(group === undefined ? [] : [raise(group)]),
    ];
  },
  deletePort: (snapshot, pick) => {
    const port = portOf(snapshot, pick);
    const routers = [...snapshot.routers.values()].filter(({ ports }) =>
      ports.some(({ portId }) => portId === port.id),
    );
    const trunks = [...snapshot.trunks.values()].filter(({ subports }) =>
      subports.some(({ portId }) => portId === port.id),
    );
    return [
      `delete from ports where id = '${port.id}'`,
      `delete from standardattributes where id = ${port.attributes.id}`,
      ...[...routers, ...trunks].map(raise),
    ];
  },
  deleteGroup: (snapshot, pick) => {
    // Its rules go by the database's own cascade, and leave their standard attributes behind. Neutron refuses to delete
    // a group that a port is in.
    const group = pickFrom(snapshot.securityGroups, pick);
    return [
      `delete from securitygroups where id = '${group.id}'
       and not exists (select 1 from securitygroupportbindings where security_group_id = '${group.id}')`,
      `delete from standardattributes where id = ${group.attributes.id}
       and not exists (select 1 from securitygroups where id = '${group.id}')`,
    ];
  },
  addAddress: (snapshot, pick) => {
    const port = portOf(snapshot, pick);
    const subnet = pickFrom(snapshot.subnets, pick);
    return [
      `insert into ipallocations (port_id, ip_address, subnet_id, network_id)
       values ('${port.id}', '10.99.${(pick >> 8) % 256}.${pick % 256}', '${subnet.id}', '${port.networkId}')`,
      raise(port),
    ];
  },
  joinGroup: (snapshot, pick) => {
    const port = portOf(snapshot, pick);
    const group = pickFrom(snapshot.securityGroups, pick >> 4);
    return [
      `delete from securitygroupportbindings where port_id = '${port.id}' and security_group_id = '${group.id}'`,
      `insert into securitygroupportbindings (port_id, security_group_id) values ('${port.id}', '${group.id}')`,
      raise(port),
    ];
  },
  leaveGroups: (snapshot, pick) => {
    const port = portOf(snapshot, pick);
    return [`delete from securitygroupportbindings where port_id = '${port.id}'`, raise(port)];
  },
  rebind: (snapshot, pick) => {
    const port = portOf(snapshot, pick);
    return [
      `update ml2_port_bindings set profile = '{"pick": ${pick}}', vif_type = 'unbound' where port_id = '${port.id}'`,
      raise(port),
    ];
  },
  changeNameservers: (snapshot, pick) => {
    const subnet = pickFrom(snapshot.subnets, pick);
    return [
      `delete from dnsnameservers where subnet_id = '${subnet.id}'`,
      `insert into dnsnameservers (address, subnet_id) values ('192.0.2.${pick % 256}', '${subnet.id}')`,
      raise(subnet),
    ];
  },
  changeRoutes: (snapshot, pick) => {
    const router = pickFrom(snapshot.routers, pick);
    return [
      `delete from routerroutes where router_id = '${router.id}' and nexthop <> '10.0.0.9'`,
      `insert into routerroutes (destination, nexthop, router_id)
       values ('172.30.${pick % 256}.0/24', '10.0.0.8', '${router.id}')`,
      raise(router),
    ];
  },
  freeFloatingIp: (snapshot, pick) => {
    const floatingIp = pickFrom(snapshot.floatingIps, pick);
    return [
      `update floatingips set fixed_port_id = null, fixed_ip_address = null, router_id = null
       where id = '${floatingIp.id}'`,
      raise(floatingIp),
    ];
  },
  renumberSegment: (snapshot, pick) => {
    const segment = pickFrom(snapshot.segments, pick);
    assert.ok(segment.attributes !== undefined);
    return [
      `update networksegments set segmentation_id = ${1 + (pick % 4000)} where id = '${segment.id}'`,
      raise({ id: segment.id, attributes: segment.attributes }),
    ];
  },
};

function uuid(pick: number): string {
  return `00000000-0000-4000-8000-${pick.toString(16).padStart(12, '0')}`;
}
