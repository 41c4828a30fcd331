import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { openWritable, type WritableNeutronConnection } from '../../src/neutron/connect.ts';
import { type ReportedStatus, settlePortStatuses } from '../../src/neutron/port-status.ts';
import { settleSegmentHosts } from '../../src/neutron/segment-hosts.ts';
import { type Databases, engines, execute, startDatabases } from '../integration/neutron-databases.ts';

let databases: Databases;
before(async () => {
  databases = await startDatabases();
});
after(() => databases[Symbol.asyncDispose]());

for (const engine of engines) {
  describe(`what is written for events, on ${engine}`, () => {
    let connection: WritableNeutronConnection;
    let other: WritableNeutronConnection;
    let run: (...statements: readonly string[]) => Promise<void>;
    before(async () => {
      const database = await databases.load('zed', engine);
      connection = openWritable(database);
      other = openWritable(database);
      run = (...statements) => execute(database, ...statements);
    });
    after(async () => {
      await connection[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    });

    const ask = (statement: string) =>
      connection.write(({ query }) => query(sql.raw<Record<string, unknown>>(statement)));
    const settle = async (portId: string, status: ReportedStatus, by = connection, write = true) => {
      const wanted = new Map([[portId, status]]);
      const [outcome] = await by.write((transaction) => settlePortStatuses(transaction, wanted, { write }));
      return outcome?.is;
    };
    /** Status, blocks that wait for OVN, and revision. */
    const stateOf = async (portId: string) => {
      const [row] =
        await ask(`select p.status, s.revision_number as revision, (select count(*) from provisioningblocks k
        where k.standard_attr_id = s.id and k.entity = 'L2') as blocks
        from ports p join standardattributes s on s.id = p.standard_attr_id where p.id = '${portId}'`);
      return { status: row?.status, blocks: Number(row?.blocks), revision: Number(row?.revision) };
    };
    const boundPort = async () => {
      const [row] = await ask(`select p.id from ports p
        join ml2_port_bindings b on b.port_id = p.id and b.status = 'ACTIVE' and b.vif_type = 'ovs'
        where p.status = 'DOWN' and p.device_owner like 'compute:%' order by p.id limit 1`);
      return String(row?.id);
    };
    const attributeOf = (portId: string) => `(select standard_attr_id from ports where id = '${portId}')`;

    it('a port becomes active with its revision raised and its block gone, once whoever comes second', async () => {
      const portId = await boundPort();
      const { revision } = await stateOf(portId);
      assert.equal(await settle(portId, 'ACTIVE', connection, false), 'differs');
      const both = await Promise.all([settle(portId, 'ACTIVE'), settle(portId, 'ACTIVE', other)]);
      assert.deepEqual(both.sort(), ['mended', 'right']);
      assert.deepEqual(await stateOf(portId), { status: 'ACTIVE', blocks: 0, revision: revision + 1 });
    });

    it('a port goes down with a block that waits for OVN, and only one', async () => {
      const portId = await boundPort();
      await settle(portId, 'ACTIVE');
      const { revision } = await stateOf(portId);
      assert.equal(await settle(portId, 'DOWN'), 'mended');
      assert.equal(await settle(portId, 'DOWN'), 'right');
      await run(`update ports set status = 'BUILD' where id = '${portId}'`);
      assert.equal(await settle(portId, 'DOWN'), 'mended');
      assert.deepEqual(await stateOf(portId), { status: 'DOWN', blocks: 1, revision: revision + 2 });
    });

    it('a port that Neutron would not believe to be up is left alone', async () => {
      const portId = await boundPort();
      const before = await stateOf(portId);
      const disabled = engine === 'postgresql' ? ['false', 'true'] : ['0', '1'];
      await run(`update ports set admin_state_up = ${disabled[0]} where id = '${portId}'`);
      assert.equal(await settle(portId, 'ACTIVE'), 'left');
      await run(`update ports set admin_state_up = ${disabled[1]} where id = '${portId}'`);
      await run(`insert into provisioningblocks (standard_attr_id, entity) values (${attributeOf(portId)}, 'DHCP')`);
      assert.equal(await settle(portId, 'ACTIVE'), 'left');
      await run("delete from provisioningblocks where entity = 'DHCP'");
      await run(`update ml2_port_bindings set vif_type = 'unbound' where port_id = '${portId}'`);
      assert.equal(await settle(portId, 'ACTIVE'), 'left');
      await run(`update ml2_port_bindings set vif_type = 'ovs' where port_id = '${portId}'`);
      assert.equal(await settle('no-such-port', 'ACTIVE'), 'left');
      assert.deepEqual(await stateOf(portId), before);
    });

    it('a port that Nova may be waiting for is left to who tells Nova, and no longer than Nova waits', async () => {
      const portId = await boundPort();
      const settleWith = async (novaWaitMs: number, status: ReportedStatus = 'ACTIVE') => {
        const [outcome] = await connection.write((transaction) =>
          settlePortStatuses(transaction, new Map([[portId, status]]), { write: true, novaWaitMs }),
        );
        return outcome;
      };
      const updated = (time: string) =>
        run(`update standardattributes set updated_at = ${time} where id = ${attributeOf(portId)}`);
      await updated('current_timestamp');
      const before = await stateOf(portId);
      const waits = (await settleWith(3_600_000))?.novaWaitsMs ?? 0;
      assert.ok(waits > 0 && waits <= 3_600_000, `${waits} ms`);
      assert.deepEqual(await stateOf(portId), before);
      await run(`update ports set device_owner = 'network:distributed' where id = '${portId}'`);
      assert.equal((await settleWith(3_600_000))?.is, 'mended', 'Nova knows only its own');
      await run(`update ports set device_owner = 'compute:nova' where id = '${portId}'`);
      assert.equal((await settleWith(3_600_000, 'DOWN'))?.is, 'mended', 'Nova waits for no port to go down');
      await updated("'2020-01-01 00:00:00'");
      assert.equal((await settleWith(3_600_000))?.is, 'mended', 'it has given up');
    });

    it("a router's interface needs no binding", async () => {
      const [row] = await ask("select id from ports where device_owner = 'network:router_interface' limit 1");
      const portId = String(row?.id);
      await settle(portId, 'DOWN');
      assert.equal(await settle(portId, 'ACTIVE'), 'mended');
    });

    it('a host is mapped to the flat and VLAN segments of its networks, and to no others', async () => {
      const networks = (
        await ask(`select distinct physical_network as name from networksegments
          where physical_network is not null and network_type in ('flat', 'vlan')`)
      ).map(({ name }) => String(name));
      const wanted = new Map([['new-host', networks]]);
      const settleHosts = (hosts: ReadonlyMap<string, readonly string[]>, write: boolean) =>
        connection.write((transaction) => settleSegmentHosts(transaction, hosts, { write }));
      const mapped = async () =>
        (
          await ask(`select s.network_type from segmenthostmappings m join networksegments s on s.id = m.segment_id
            where m.host = 'new-host'`)
        ).map(({ network_type }) => network_type);
      const [others] = await ask("select count(*) as count from segmenthostmappings where host <> 'new-host'");

      const [seen] = await settleHosts(wanted, false);
      assert.ok(seen !== undefined && seen.missing.length > 0);
      assert.equal((await mapped()).length, 0);
      await settleHosts(wanted, true);
      assert.equal((await mapped()).length, seen.missing.length);
      assert.ok((await mapped()).every((type) => type === 'flat' || type === 'vlan'));
      assert.deepEqual(await settleHosts(wanted, true), [{ host: 'new-host', missing: [], stale: [] }]);
      const [gone] = await settleHosts(new Map([['new-host', []]]), true);
      assert.deepEqual(gone?.stale, seen.missing);
      assert.equal((await mapped()).length, 0);
      assert.deepEqual(await ask("select count(*) as count from segmenthostmappings where host <> 'new-host'"), [
        others,
      ]);
    });
  });
}
