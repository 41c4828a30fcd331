/** The report by revision, held against the two queries of Neutron's maintenance. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ConsistencyReport, OLDER_THAN_S } from '../../src/consistency/report.ts';
import { whyOf } from '../../src/tasks/attempt.ts';
import type { Engine } from '../lab/golden.ts';
import { first, idOf, isNote, Scene } from './scene.ts';

/** `get_inconsistent_resources` and `get_deleted_resources` of ovn_revision_numbers_db.py; the order is 26.0.0's. */
const ORDER = [
  'networks',
  'security_groups',
  'subnets',
  'routers',
  'ports',
  'router_ports',
  'floatingips',
  'address_groups',
  'security_group_rules',
];

const priority = (order: readonly string[]): string =>
  `case ${order.map((type, index) => `when r.resource_type = '${type}' then ${index}`).join(' ')} end, r.resource_uuid`;

const sqlTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

async function askAsUpstream(scene: Scene): Promise<{ inconsistent: readonly string[]; deleted: readonly string[] }> {
  const before = sqlTime(Date.now() - OLDER_THAN_S * 1000);
  const ask = async (query: string): Promise<readonly string[]> =>
    (await scene.query<{ type: string; id: string }>(query)).map(({ type, id }) => `${type} ${id}`);
  const columns = 'select r.resource_type as type, r.resource_uuid as id from ovn_revision_numbers r';
  return {
    inconsistent: await ask(
      `${columns} join standardattributes s on r.standard_attr_id = s.id
       where s.created_at < '${before}' and r.revision_number <> s.revision_number order by ${priority(ORDER)}`,
    ),
    deleted: await ask(`${columns} where r.standard_attr_id is null order by ${priority(ORDER.toReversed())}`),
  };
}

/** What Neutron's queries can see of the report. */
const asUpstream = ({ inconsistent, deleted }: ConsistencyReport) => ({
  inconsistent: inconsistent
    .filter(({ why }) => why === 'unwritten' || why === 'behind' || why === 'ahead')
    .map(({ type, id }) => `${type} ${id}`),
  deleted: deleted.filter(({ why }) => why === 'deleted').map(({ type, id }) => `${type} ${id}`),
});

describe('the report by revision', () => {
  for (const engine of ['sqlite', 'mariadb', 'postgresql'] as const satisfies readonly Engine[]) {
    describe(`on ${engine}`, () => {
      let scene: Scene;
      let ahead: string;
      let highest: number;
      before(async () => {
        scene = await Scene.open('2026.1', { engine });
        const { ports } = await scene.snapshot();
        ahead = first(ports.values(), ({ deviceOwner }) => deviceOwner.startsWith('compute:')).id;
        const [row] = await scene.query<{ most: number }>(
          'select max(revision_number) as most from ovn_revision_numbers',
        );
        highest = Number(row?.most);
      });
      after(() => scene[Symbol.asyncDispose]());

      it("lists what Neutron's maintenance would, in its order", async () => {
        const startsWith = (digits: string): string =>
          `(${[...digits].map((digit) => `resource_uuid like '${digit}%'`).join(' or ')})`;
        await scene.sql(
          `update ovn_revision_numbers set revision_number = -1 where ${startsWith('0246')}`,
          `update ovn_revision_numbers set revision_number = revision_number - 1
           where revision_number > 0 and ${startsWith('1357')}`,
        );
        await scene.setNote('ports', ahead, highest + 10);
        for (const [index, type] of ORDER.entries()) {
          await scene.addLostNote(type as 'networks', `00000000-dead-4000-8000-00000000000${index}`);
        }
        const report = await scene.report();
        const upstream = await askAsUpstream(scene);
        assert.deepEqual(asUpstream(report), upstream);
        assert.ok(upstream.inconsistent.length > 30 && new Set(report.inconsistent.map(({ type }) => type)).size > 6);
        assert.equal(upstream.deleted.length, ORDER.length);
        // Only notes were harmed: OVN is right, whatever they say.
        assert.deepEqual(new Set(report.inconsistent.map(({ content }) => content)), new Set(['right']));
        assert.deepEqual(new Set(report.deleted.map(({ rows }) => rows)), new Set([0]));
      });

      it('has the notes follow OVN, none lowered, until Neutron would find no more than what is ahead', async () => {
        const [lost, deleted] = (await scene.snapshot()).securityGroupRules.values();
        assert.ok(lost !== undefined && deleted !== undefined);
        const aclsOf = ({ id }: typeof deleted) =>
          scene.rows('ACL', (row) => idOf(row, 'neutron:security_group_rule_id') === id).length;
        assert.equal(aclsOf(deleted), 1);
        await scene.sql(`update ovn_revision_numbers set revision_number = -1 where resource_type = 'networks'`);
        await scene.dropNote('security_group_rules', lost.id);
        // The server's own foreign keys take the rule along, and the link of its note.
        await scene.delete('security_group_rules', deleted);
        assert.equal((await scene.note('security_group_rules', deleted.id))?.standardAttrId, undefined);
        assert.equal((await scene.run()).is, 'observed');
        const upstream = await askAsUpstream(scene);
        assert.deepEqual(upstream, { inconsistent: [`ports ${ahead}`], deleted: [] });
        assert.equal((await scene.note('ports', ahead))?.revisionNumber, highest + 10);
        const note = await scene.note('security_group_rules', lost.id);
        assert.deepEqual([note?.revisionNumber, note?.standardAttrId], [lost.attributes.revision, lost.attributes.id]);
        assert.equal(aclsOf(deleted), 0);
        assert.equal(await scene.note('security_group_rules', deleted.id), undefined);
        assert.equal(scene.journal.entries(9).length, 1, 'of all others OVN was right all the time');
        const details = scene.ledgerLine?.details.join('\n') ?? '';
        assert.match(details, /^networks: \d+ inconsistent \(\d+ unwritten\): noted as OVN holds them$/m);
        assert.match(details, /^ports: \d+ inconsistent \(.*1 ahead.*\)/m);
        assert.match(details, /^security_group_rules: \d+ inconsistent \(.*1 unnoted.*\)/m);
        assert.match(details, /^routers: 1 deleted: forgotten$/m);
      });
    });
  }

  it('leaves out what Neutron made in the last minute, and takes what is older than Neutron tells for old', async () => {
    await using scene = await Scene.open('2026.1');
    const [young, ageless] = [...(await scene.snapshot()).ports.values()].filter(({ deviceOwner }) =>
      deviceOwner.startsWith('compute:'),
    );
    assert.ok(young !== undefined && ageless !== undefined);
    const idsOf = async () => (await scene.report()).inconsistent.map(({ id }) => id);
    await scene.setNote('ports', young.id, -1);
    assert.deepEqual(await idsOf(), [young.id]);
    const made = (ms: number, { attributes }: typeof young) =>
      scene.sql(`update standardattributes set created_at = '${sqlTime(ms)}' where id = ${attributes.id}`);
    // Ahead of the clock: however long the test takes, it stays young.
    await made(Date.now() + OLDER_THAN_S * 1000, young);
    assert.deepEqual(await idsOf(), []);
    await made(Date.now() - (OLDER_THAN_S + 1) * 1000, young);
    assert.deepEqual(await idsOf(), [young.id]);

    // Neutron's query compares with NULL here, and finds such a resource never.
    await scene.setNote('ports', ageless.id, -1);
    await scene.sql(`update standardattributes set created_at = null where id = ${ageless.attributes.id}`);
    assert.ok((await idsOf()).includes(ageless.id));
  });

  it('forgets what is deleted only when its note has been left alone for a minute', async () => {
    await using scene = await Scene.open('2026.1');
    const id = '00000000-dead-4000-8000-000000000000';
    await scene.addLostNote('ports', id);
    const touch = (ms: number) =>
      scene.sql(`update ovn_revision_numbers set updated_at = '${sqlTime(ms)}' where ${isNote('ports', id)}`);
    await touch(Date.now() + OLDER_THAN_S * 1000);
    assert.deepEqual((await scene.report()).deleted.length, 1, 'Neutron’s maintenance waits for nothing');
    const ran = await scene.run();
    assert.deepEqual([ran.is, whyOf(ran)], ['pending', 'still so: ports: 1 deleted: forgotten']);
    assert.ok(await scene.note('ports', id));
    await touch(Date.now() - (OLDER_THAN_S + 1) * 1000);
    assert.equal((await scene.run()).is, 'done');
    assert.equal(await scene.note('ports', id), undefined);
  });

  it('finds nothing in a deployment that nobody harmed: what never has a note is not missed', async () => {
    for (const release of ['2026.1', '2026.2-dev'] as const) {
      await using scene = await Scene.open(release);
      assert.deepEqual(await scene.report(), { inconsistent: [], deleted: [], ahead: [] });
    }
    // Zed's Neutron notes neither address groups nor the rules that a group is made with.
    await using zed = await Scene.open('zed');
    const { inconsistent, deleted } = await zed.report();
    assert.deepEqual([inconsistent.map(({ type, why }) => `${type} ${why}`), deleted], [['networks behind'], []]);
  });

  it('misses no note of routers that another provider serves, nor of their ports and floating IPs', async () => {
    await using scene = await Scene.open('2026.1');
    const { routers, ports, floatingIps } = await scene.snapshot();
    const { id: routerId } = first(routers.values(), (router) =>
      floatingIps.values().some((floatingIp) => floatingIp.routerId === router.id),
    );
    const attached = [...ports.values()].filter(({ deviceId }) => deviceId === routerId);
    const routed = [...floatingIps.values()].filter((floatingIp) => floatingIp.routerId === routerId);
    await scene.dropNote('routers', routerId);
    for (const { id } of attached) await scene.dropNote('router_ports', id);
    for (const { id } of routed) await scene.dropNote('floatingips', id);
    assert.equal((await scene.report()).inconsistent.length, 1 + attached.length + routed.length);
    await scene.sql(
      `insert into flavors (id, name, enabled, service_type) values ('other', 'other', true, 'L3_ROUTER_NAT')`,
      `update routers set flavor_id = 'other' where id = '${routerId}'`,
    );
    assert.deepEqual((await scene.report()).inconsistent, []);
  });

  it('tells a note that names no standard attribute of a living resource, where Neutron sees one to delete', async () => {
    await using scene = await Scene.open('2026.1');
    const port = first((await scene.snapshot()).ports.values(), ({ deviceOwner }) =>
      deviceOwner.startsWith('compute:'),
    );
    await scene.sql(`update ovn_revision_numbers set standard_attr_id = null where ${isNote('ports', port.id)}`);
    assert.deepEqual((await askAsUpstream(scene)).deleted, [`ports ${port.id}`]);
    const { inconsistent, deleted } = await scene.report();
    assert.deepEqual([inconsistent.map(({ id, why }) => [id, why]), deleted], [[[port.id, 'unlinked']], []]);
    assert.equal((await scene.run()).is, 'done');
    assert.equal((await scene.note('ports', port.id))?.standardAttrId, port.attributes.id);
    assert.ok(scene.row('Logical_Switch_Port', ({ name }) => name === port.id));
  });
});
