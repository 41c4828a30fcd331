import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { OvsdbClient, op } from '@driftline/ovsdb';
import type { NeutronSnapshot } from '../../src/neutron/model/snapshot.ts';
import type { Verdict } from '../../src/reconcile/judge.ts';
import { look } from '../../src/reconcile/reconcile.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';
import type { GoldenRelease } from '../lab/golden.ts';

/** A deployment that has lost a port from the Northbound, looked at. */
async function openDamaged(release: GoldenRelease) {
  await using opened = new AsyncDisposableStack();
  const { golden, deployment } = opened.use(await openGoldenDeployment(release));
  const sqlite = opened.adopt(new DatabaseSync(golden.databaseUrl.replace('sqlite:///', '')), (open) => open.close());
  await using client = await OvsdbClient.connect({
    database: 'OVN_Northbound',
    endpoints: golden.northbound.endpoint,
  });
  const sound = await look(deployment);
  const [lost] = [...sound.snapshot.ports.values()].filter(({ deviceOwner }) => deviceOwner.startsWith('compute:'));
  assert.ok(lost);
  const row = [...client.replica.table('Logical_Switch_Port').rows.values()].find(({ name }) => name === lost.id);
  const parent = [...client.replica.table('Logical_Switch').rows.values()].find(({ ports }) =>
    (ports as readonly string[]).includes(String(row?._uuid)),
  );
  assert.ok(row && parent);
  await client.transact([op.mutate('Logical_Switch', parent._uuid, [['ports', 'delete', [row._uuid]]])]);
  const first = await look(deployment);
  assert.ok(first.drift.some(({ resource }) => resource.id === lost.id));
  const again = (): Promise<Verdict> =>
    look(deployment, { earlier: { wish: first.wish, changes: first.drift.filter(isOf(lost.id)) } });
  const resources = opened.move();
  return {
    deployment,
    first,
    lost,
    again,
    change: (sql: string) => sqlite.exec(sql),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const isOf =
  (id: string) =>
  ({ resource }: { readonly resource: { readonly type: string; readonly id: string } }): boolean =>
    resource.type === 'ports' && resource.id === id;

const contentOf = ({ readAtMs: _, ...content }: NeutronSnapshot): object => content;

async function assertAsWhole(scene: Awaited<ReturnType<typeof openDamaged>>): Promise<void> {
  const second = await scene.again();
  const whole = await look(scene.deployment);
  assert.deepEqual(contentOf(second.snapshot), contentOf(whole.snapshot));
  assert.deepEqual(second.drift, whole.drift);
}

describe('looking again shortly after', () => {
  it('sees what Neutron changed meanwhile elsewhere', async () => {
    await using scene = await openDamaged('2026.1');
    const [network] = scene.first.snapshot.networks.values();
    assert.ok(network);
    scene.change(`
      update networks set name = 'renamed meanwhile' where id = '${network.id}';
      update standardattributes set revision_number = revision_number + 1 where id = ${network.attributes.id};`);
    await assertAsWhole(scene);
  });

  it('sees the resources at issue as they are, whatever their revisions say', async () => {
    await using scene = await openDamaged('2026.1');
    scene.change(`
      update ports set name = 'renamed behind' where id = '${scene.lost.id}';
      update ovn_revision_numbers set revision_number = -1 where resource_uuid = '${scene.lost.id}';`);
    await assertAsWhole(scene);
    assert.equal((await scene.again()).snapshot.ports.get(scene.lost.id)?.name, 'renamed behind');
  });

  it('wants nothing of a resource that Neutron has deleted meanwhile', async () => {
    await using scene = await openDamaged('2026.1');
    scene.change(`pragma foreign_keys = on; delete from ports where id = '${scene.lost.id}';`);
    await assertAsWhole(scene);
    assert.ok(
      !(await scene.again()).drift.some(
        ({ action, resource }) => action === 'create' && isOf(scene.lost.id)({ resource }),
      ),
    );
  });

  it('reads everything where a private VLAN may have changed, which no revision tells', async () => {
    await using scene = await openDamaged('2026.2-dev');
    const network = scene.first.snapshot.networks.get(scene.lost.networkId);
    assert.ok(network);
    scene.change(
      `insert or replace into networkpvlan (network_id, pvlan) values ('${network.id}', ${network.pvlan ? 0 : 1})`,
    );
    await assertAsWhole(scene);
  });

  it('translates again only where Neutron wants something else', async () => {
    await using scene = await openDamaged('2026.1');
    assert.equal((await scene.again()).desired, scene.first.desired);
    scene.change(`update ports set name = 'renamed' where id = '${scene.lost.id}'`);
    assert.notEqual((await scene.again()).desired, scene.first.desired);
  });
});
