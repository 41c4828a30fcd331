/**
 * The central scenarios of upstream's functional tests of its maintenance: Neutron committed to SQL and could not write to
 * OVN, and the worker makes up for it. The state before is what Neutron itself wrote, harmed; the state after is compared
 * to what Neutron itself wrote, row by row.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Operation, op, type ReplicaRow } from '@driftline/ovsdb';
import { comparePictures, type Picture } from '../campaigns/picture.ts';
import { put, TaskBench } from '../tasks/task-bench.ts';
import { ids, lose, maintain } from './maintain.ts';

interface Life {
  /** Of the resource, as `ovn_revision_numbers` spells it. */
  readonly type: string;
  /** SQL: the id of one in the golden deployment. */
  readonly one: string;
  /** Its rows in OVN, which are lost with all that hangs on them. */
  readonly table: string;
  readonly isOf: (row: ReplicaRow, id: string) => boolean;
  /** How a row was before the last update, but for the revision that it carries. */
  readonly older?: (row: ReplicaRow) => readonly Operation[];
  /** SQL, with :id; as Neutron deletes the resource, and before it what Neutron wants deleted first. */
  readonly remove: readonly string[];
  /** Rows of OVN that go with all that, counted by table. */
  readonly gone: Readonly<Record<string, number>>;
}

const attributesOf = (table: string, where: string): string =>
  `DELETE FROM standardattributes WHERE id IN (SELECT standard_attr_id FROM ${table} WHERE ${where})`;
const portsOf = (network: string): readonly string[] => [
  attributesOf('floatingips', `fixed_port_id IN (SELECT id FROM ports WHERE network_id = ${network})`),
  attributesOf('ports', `network_id = ${network}`),
];

const LIVES: readonly Life[] = [
  {
    type: 'networks',
    one: "SELECT id FROM networks WHERE name = 's-n2'",
    table: 'Logical_Switch',
    isOf: ({ name }, id) => name === `neutron-${id}`,
    older: (row) => [put(row, 'Logical_Switch', 'external_ids', { 'neutron:network_name': 'formerly' })],
    remove: [...portsOf(':id'), attributesOf('subnets', 'network_id = :id'), attributesOf('networks', 'id = :id')],
    gone: {
      Logical_Switch: 1,
      Logical_Switch_Port: 11,
      Logical_Router_Port: 2,
      DHCP_Options: 3,
      DNS: 1,
      HA_Chassis_Group: 1,
      HA_Chassis: 3,
      NAT: 3,
      QoS: 2,
    },
  },
  {
    type: 'subnets',
    one: "SELECT s.id FROM subnets s JOIN networks n ON n.id = s.network_id WHERE n.name = 's-n2' AND s.ip_version = 4",
    table: 'DHCP_Options',
    isOf: (row, id) => ids(row).get('subnet_id') === id,
    older: (row) => [put(row, 'DHCP_Options', 'options', { mtu: '1300' })],
    remove: [...portsOf('(SELECT network_id FROM subnets WHERE id = :id)'), attributesOf('subnets', 'id = :id')],
    gone: { DHCP_Options: 2, Logical_Switch_Port: 11, Logical_Router_Port: 2, NAT: 3, QoS: 2 },
  },
  {
    type: 'ports',
    one: `SELECT p.id FROM ports p JOIN networks n ON n.id = p.network_id
          WHERE n.name = 's-n2' AND p.device_owner = 'compute:nova' ORDER BY p.id LIMIT 1`,
    table: 'Logical_Switch_Port',
    isOf: ({ name }, id) => name === id,
    older: (row) => [
      put(row, 'Logical_Switch_Port', 'external_ids', { 'neutron:port_name': 'formerly' }),
      op.update('Logical_Switch_Port', row._uuid, { enabled: false }),
    ],
    remove: [attributesOf('ports', 'id = :id')],
    gone: { Logical_Switch_Port: 1 },
  },
  {
    type: 'routers',
    one: "SELECT id FROM routers WHERE name = 's-r0'",
    table: 'Logical_Router',
    isOf: ({ name }, id) => name === `neutron-${id}`,
    older: (row) => [
      put(row, 'Logical_Router', 'external_ids', { 'neutron:router_name': 'formerly' }),
      op.update('Logical_Router', row._uuid, { enabled: false }),
    ],
    remove: [
      attributesOf('floatingips', 'router_id = :id'),
      'UPDATE routers SET gw_port_id = NULL WHERE id = :id',
      attributesOf('ports', 'device_id = :id'),
      attributesOf('routers', 'id = :id'),
    ],
    gone: {
      Logical_Router: 1,
      Logical_Router_Port: 4,
      Logical_Router_Static_Route: 3,
      Gateway_Chassis: 3,
      Load_Balancer: 2,
      Logical_Switch_Port: 4,
      NAT: 5,
      QoS: 4,
    },
  },
  {
    type: 'router_ports',
    one: `SELECT p.id FROM ports p JOIN networks n ON n.id = p.network_id
          WHERE n.name = 's-n2' AND p.device_owner = 'network:router_interface' ORDER BY p.id LIMIT 1`,
    table: 'Logical_Router_Port',
    isOf: ({ name }, id) => name === `lrp-${id}`,
    older: (row) => [op.update('Logical_Router_Port', row._uuid, { networks: ['10.0.2.77/24'] })],
    remove: [
      attributesOf(
        'floatingips',
        'fixed_port_id IN (SELECT id FROM ports WHERE network_id = (SELECT network_id FROM ports WHERE id = :id))',
      ),
      attributesOf('ports', 'id = :id'),
    ],
    gone: { Logical_Router_Port: 1, Logical_Switch_Port: 1, NAT: 2, QoS: 2 },
  },
  {
    type: 'security_groups',
    one: "SELECT id FROM securitygroups WHERE name = 's-sg2'",
    table: 'Port_Group',
    isOf: (row, id) => ids(row).get('neutron:security_group_id') === id,
    remove: [
      attributesOf('securitygrouprules', 'security_group_id = :id OR remote_group_id = :id'),
      'DELETE FROM securitygroupportbindings WHERE security_group_id = :id',
      attributesOf('securitygroups', 'id = :id'),
    ],
    gone: { Port_Group: 1, ACL: 16 },
  },
  {
    type: 'security_group_rules',
    one: 'SELECT id FROM securitygrouprules WHERE port_range_min = 22 ORDER BY id LIMIT 1',
    table: 'ACL',
    isOf: (row, id) => ids(row).get('neutron:security_group_rule_id') === id,
    remove: [attributesOf('securitygrouprules', 'id = :id')],
    gone: { ACL: 1 },
  },
  {
    type: 'address_groups',
    one: 'SELECT id FROM address_groups',
    table: 'Address_Set',
    isOf: (row, id) => ids(row).get('neutron:address_group_id') === id,
    older: (row) => [op.update('Address_Set', row._uuid, { addresses: ['203.0.113.9'] })],
    remove: [
      attributesOf('securitygrouprules', 'remote_address_group_id = :id'),
      attributesOf('address_groups', 'id = :id'),
    ],
    gone: { Address_Set: 2, ACL: 6 },
  },
  {
    type: 'floatingips',
    one: "SELECT id FROM floatingips WHERE floating_ip_address = '198.18.0.163'",
    table: 'NAT',
    isOf: (row, id) => ids(row).get('neutron:fip_id') === id,
    // As it was when another port had the address.
    older: (row) => [op.update('NAT', row._uuid, { logical_ip: '10.0.2.200', logical_port: 'formerly' })],
    remove: [
      attributesOf('ports', "device_id = :id AND device_owner = 'network:floatingip'"),
      attributesOf('floatingips', 'id = :id'),
    ],
    gone: { NAT: 1 },
  },
];

describe('what Neutron committed and could not write', () => {
  for (const { type, one, table, isOf, older, remove, gone } of LIVES) {
    it(`${type}: is written when it was created, written anew when it was changed, and goes when it was deleted`, async () => {
      await using bench = await TaskBench.open('2026.1');
      const id = String(bench.sqlite.prepare(one).get()?.id);
      const rows = () => bench.rows(table, (row) => isOf(row, id));
      const noted = () => bench.bench.revisions().get(`${type} ${id}`);
      const foreign = bench.foreignPicture();
      const written = bench.bench.picture();
      const revision = noted();
      assert.ok(rows().length > 0 && revision !== undefined);

      await bench.change(lose(bench, table, rows()));
      assert.equal(rows().length, 0);
      note(bench, type, id, -1);
      await maintain(bench);
      assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
      assert.equal(noted(), revision);

      if (older !== undefined) {
        await bench.change(rows().flatMap((row) => [...older(row), lowered(row, table)]));
        note(bench, type, id, revision - 1);
        assert.notDeepEqual(comparePictures(written, bench.bench.picture()), []);
        await maintain(bench);
        assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
        assert.equal(noted(), revision);
      }

      for (const statement of remove) bench.sqlite.prepare(statement).run(statement.includes(':id') ? { id } : {});
      assert.equal(noted(), revision, 'deleted in Neutron, and not noted as gone');
      await maintain(bench);
      // What is noted of resources that hung on it goes with the next whole look.
      await maintain(bench);
      assert.equal(rows().length, 0);
      assert.deepEqual(goneSince(written, bench.bench.picture()), gone);
      assert.equal(noted(), undefined);
      assert.deepEqual(bench.harmedSince(foreign), []);
    });
  }

  it('a subnet loses its DHCP options when DHCP was switched off, and has them again when it is on again', async () => {
    await using bench = await TaskBench.open('2026.1');
    const written = bench.bench.picture();
    const [row] = bench.rows('DHCP_Options', (each) => ids(each).has('port_id') && each.cidr === '10.0.2.0/24');
    assert.ok(row, 'a port has DHCP options of its own in that subnet');
    const id = ids(row).get('subnet_id') ?? '';
    const hasDhcp = () => bench.rows('DHCP_Options', (each) => ids(each).get('subnet_id') === id).length > 0;
    const served = () => bench.rows('Logical_Switch_Port', ({ dhcpv4_options }) => dhcpv4_options !== undefined).length;
    const before = served();
    switchDhcp(bench, id, false);
    await maintain(bench);
    assert.equal(hasDhcp(), false);
    assert.ok(served() < before);
    switchDhcp(bench, id, true);
    await maintain(bench);
    assert.equal(served(), before);
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
  });

  it('port forwardings are in OVN what they are in Neutron when they were created, changed and deleted', async () => {
    await using bench = await TaskBench.open('2026.1');
    const written = bench.bench.picture();
    const { id } = bench.sqlite.prepare('SELECT floatingip_id AS id FROM portforwardings').get() ?? {};
    const balancers = () => bench.rows('Load_Balancer', (row) => ids(row).get('neutron:fip_id') === id);
    assert.deepEqual(
      balancers().map(({ protocol }) => protocol),
      ['tcp', 'udp'],
    );
    await bench.change(lose(bench, 'Load_Balancer', balancers()));
    await maintain(bench);
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
    await bench.change(
      balancers().map((row) =>
        op.update('Load_Balancer', row._uuid, { vips: new Map([['203.0.113.9:2222', '10.0.0.9:22']]) }),
      ),
    );
    await maintain(bench);
    assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
    bench.sqlite.prepare("DELETE FROM portforwardings WHERE protocol = 'udp'").run();
    await maintain(bench);
    assert.deepEqual(goneSince(written, bench.bench.picture()), { Load_Balancer: 1 });
    bench.sqlite.prepare('DELETE FROM portforwardings').run();
    await maintain(bench);
    assert.deepEqual(goneSince(written, bench.bench.picture()), { Load_Balancer: 2 });
  });
});

function switchDhcp({ sqlite }: TaskBench, id: string, on: boolean): void {
  sqlite.prepare('UPDATE subnets SET enable_dhcp = ? WHERE id = ?').run(on ? 1 : 0, id);
}

function note({ sqlite }: TaskBench, type: string, id: string, revision: number): void {
  sqlite
    .prepare('UPDATE ovn_revision_numbers SET revision_number = ? WHERE resource_type = ? AND resource_uuid = ?')
    .run(revision, type, id);
}

const lowered = (row: ReplicaRow, table: string): Operation =>
  put(row, table, 'external_ids', {
    'neutron:revision_number': String(Number(ids(row).get('neutron:revision_number')) - 1),
  });

/** Rows that are gone, counted by table. */
function goneSince(before: Picture, after: Picture): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of before.keys()) {
    if (after.has(name)) continue;
    const [table = ''] = name.split(' ');
    counts[table] = (counts[table] ?? 0) + 1;
  }
  return counts;
}
