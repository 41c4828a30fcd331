/** Upstream's tests of its table of revision numbers: what SQL, the table and the row in OVN say of each resource agrees. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { op, type ReplicaRow } from '@driftline/ovsdb';
import { comparePictures } from '../campaigns/picture.ts';
import { put, TaskBench } from '../tasks/task-bench.ts';
import { ids, lose, maintain } from './maintain.ts';

/** Where a row says its resource, by type; security groups and rules have no revision in OVN. */
const ROWS: Readonly<Record<string, readonly [table: string, idOf: (row: ReplicaRow) => string | undefined]>> = {
  networks: ['Logical_Switch', ({ name }) => String(name).replace('neutron-', '')],
  ports: ['Logical_Switch_Port', ({ name }) => String(name)],
  routers: ['Logical_Router', ({ name }) => String(name).replace('neutron-', '')],
  router_ports: ['Logical_Router_Port', ({ name }) => String(name).replace('lrp-', '')],
  subnets: ['DHCP_Options', (row) => (ids(row).has('port_id') ? undefined : ids(row).get('subnet_id'))],
  floatingips: ['NAT', (row) => ids(row).get('neutron:fip_id')],
  address_groups: ['Address_Set', (row) => ids(row).get('neutron:address_group_id')],
};

/** What the three places say of each resource of a type that OVN has a row of. */
function revisionsOf(bench: TaskBench, type: string): readonly string[] {
  const [table, idOf] = ROWS[type] ?? ['', () => undefined];
  const noted = bench.bench.revisions();
  const attributes = new Map(
    bench.sqlite
      .prepare(
        `SELECT r.resource_uuid AS id, s.revision_number AS revision FROM ovn_revision_numbers r
         JOIN standardattributes s ON s.id = r.standard_attr_id WHERE r.resource_type = ?`,
      )
      .all(type)
      .map(({ id, revision }) => [String(id), Number(revision)]),
  );
  return bench.rows(table).flatMap((row) => {
    const id = idOf(row);
    const held = ids(row).get('neutron:revision_number');
    if (id === undefined || held === undefined) return [];
    return `${attributes.get(id)} ${noted.get(`${type} ${id}`)} ${held}`;
  });
}
const agree = (revisions: readonly string[]): boolean =>
  revisions.length > 0 && revisions.every((each) => new Set(each.split(' ')).size === 1);

describe('the revision of a resource', () => {
  let bench: TaskBench;
  before(async () => {
    bench = await TaskBench.open('2026.1');
  });
  after(() => bench[Symbol.asyncDispose]());

  for (const type of ['networks', 'ports', 'routers', 'router_ports', 'subnets', 'floatingips', 'address_groups']) {
    it(`${type}: is the same in SQL, in OVN and in what is noted, once it was written and after each change`, async () => {
      const [table, idOf] = ROWS[type] ?? ['', () => undefined];
      const owned = () =>
        bench.rows(table, (row) => idOf(row) !== undefined && ids(row).has('neutron:revision_number'));
      assert.ok(agree(revisionsOf(bench, type)), 'Neutron left it so');
      const [one, ...others] = owned();
      assert.ok(one);
      await bench.change(lose(bench, table, [others.at(-1) ?? one]));
      bench.sqlite.prepare('UPDATE ovn_revision_numbers SET revision_number = -1 WHERE resource_type = ?').run(type);
      await maintain(bench);
      assert.ok(agree(revisionsOf(bench, type)), revisionsOf(bench, type).join(', '));
      // Neutron changed something of it that is no concern of OVN's.
      bench.sqlite
        .prepare(
          `UPDATE standardattributes SET revision_number = revision_number + 3 WHERE id IN
             (SELECT standard_attr_id FROM ovn_revision_numbers WHERE resource_type = ?)`,
        )
        .run(type);
      assert.equal(agree(revisionsOf(bench, type)), false);
      await maintain(bench);
      assert.ok(agree(revisionsOf(bench, type)), revisionsOf(bench, type).join(', '));
    });
  }

  it('is right again of all, from a table and a Northbound that forgot it', async () => {
    const written = bench.bench.picture();
    bench.sqlite.exec('UPDATE ovn_revision_numbers SET revision_number = -1');
    await bench.change(
      Object.values(ROWS).flatMap(([table]) =>
        bench
          .rows(table, (row) => ids(row).has('neutron:revision_number'))
          .map((row) => put(row, table, 'external_ids', { 'neutron:revision_number': '0' })),
      ),
    );
    await maintain(bench);
    const wrong = bench.sqlite
      .prepare(
        `SELECT r.resource_type, r.resource_uuid FROM ovn_revision_numbers r
         JOIN standardattributes s ON s.id = r.standard_attr_id WHERE r.revision_number <> s.revision_number`,
      )
      .all();
    assert.deepEqual(wrong, []);
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
  });

  it('is never lowered, not even by what OVN and the table hold beyond it', async () => {
    const row = bench.row('Logical_Switch', ({ name }) => String(name).startsWith('neutron-'));
    const id = String(row.name).replace('neutron-', '');
    bench.sqlite.prepare('UPDATE ovn_revision_numbers SET revision_number = 124 WHERE resource_uuid = ?').run(id);
    await bench.change([
      op.update('Logical_Switch_Port', (row.ports as readonly string[])[0] ?? '', { enabled: false }),
    ]);
    await maintain(bench);
    assert.equal(bench.bench.revisions().get(`networks ${id}`), 124);
  });
});
