/** Every type of resource that Neutron notes, through what may happen between its SQL and OVN. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Operation, op } from '@driftline/ovsdb';
import type { RevisedType } from '../../src/neutron/model/revision.ts';
import type { NeutronSnapshot } from '../../src/neutron/model/snapshot.ts';
import type { Resource } from '../../src/neutron/model/standard-attributes.ts';
import { whyOf } from '../../src/tasks/attempt.ts';
import { idOf, type Row, Scene } from './scene.ts';

const GONE = '00000000-dead-4000-8000-000000000000';

interface TypeCase {
  readonly type: RevisedType;
  /** Resources with rows of their own in OVN. */
  readonly resources: (snapshot: NeutronSnapshot) => readonly Resource[];
  readonly table: string;
  /** The rows of one resource. */
  readonly isOf: (id: string) => (row: Row) => boolean;
  /** What OVN holds of a resource that Neutron has deleted. */
  readonly leftover: (scene: Scene) => readonly Operation[];
}

const ids = (entries: Readonly<Record<string, string>>) => new Map(Object.entries(entries));
const put = (table: string, row: Readonly<Record<string, unknown>>, name = 'left') =>
  op.insert(table, row as never, { namedUuid: name });
const list = (holder: Row, table: string, column: string, name = 'left') =>
  op.mutate(table, holder._uuid, [[column, 'insert', [{ ref: name }]]]);
const isNeutrons = (row: Row): boolean => String(row.name).startsWith('neutron-');

const CASES: readonly TypeCase[] = [
  {
    type: 'networks',
    resources: ({ networks }) => [...networks.values()],
    table: 'Logical_Switch',
    isOf:
      (id) =>
      ({ name }) =>
        name === `neutron-${id}`,
    leftover: () => [
      put('Logical_Switch_Port', { name: `provnet-${GONE}`, type: 'localnet' }, 'net'),
      put('Logical_Switch', {
        name: `neutron-${GONE}`,
        ports: [{ ref: 'net' }],
        external_ids: ids({ 'neutron:network_name': 'gone', 'neutron:revision_number': '3' }),
      }),
      put('DNS', { external_ids: ids({ ls_name: `neutron-${GONE}` }) }, 'dns'),
    ],
  },
  {
    type: 'subnets',
    resources: ({ subnets }) => [...subnets.values()].filter((subnet) => subnet.enableDhcp && subnet.ipVersion === 4),
    table: 'DHCP_Options',
    isOf: (id) => (row) => idOf(row, 'subnet_id') === id && idOf(row, 'port_id') === undefined,
    leftover: () => [
      put('DHCP_Options', {
        cidr: '192.0.2.0/24',
        external_ids: ids({ subnet_id: GONE, 'neutron:revision_number': '3' }),
      }),
    ],
  },
  {
    type: 'ports',
    resources: ({ ports }) => [...ports.values()].filter(({ deviceOwner }) => deviceOwner.startsWith('compute:')),
    table: 'Logical_Switch_Port',
    isOf:
      (id) =>
      ({ name }) =>
        name === id,
    leftover: (scene) => [
      put('Logical_Switch_Port', {
        name: GONE,
        external_ids: ids({ 'neutron:port_name': '', 'neutron:revision_number': '3' }),
      }),
      list(scene.row('Logical_Switch', isNeutrons), 'Logical_Switch', 'ports'),
    ],
  },
  {
    type: 'routers',
    resources: ({ routers }) => [...routers.values()],
    table: 'Logical_Router',
    isOf:
      (id) =>
      ({ name }) =>
        name === `neutron-${id}`,
    leftover: () => [
      put('Logical_Router', {
        name: `neutron-${GONE}`,
        external_ids: ids({ 'neutron:router_name': 'gone', 'neutron:revision_number': '3' }),
      }),
    ],
  },
  {
    type: 'router_ports',
    resources: ({ ports }) =>
      [...ports.values()].filter(({ deviceOwner }) => deviceOwner === 'network:router_interface'),
    table: 'Logical_Router_Port',
    isOf:
      (id) =>
      ({ name }) =>
        name === `lrp-${id}`,
    leftover: (scene) => [
      put('Logical_Router_Port', {
        name: `lrp-${GONE}`,
        mac: 'fa:16:3e:00:00:99',
        networks: ['192.0.2.1/24'],
        external_ids: ids({ 'neutron:router_name': 'neutron-x', 'neutron:revision_number': '3' }),
      }),
      list(scene.row('Logical_Router', isNeutrons), 'Logical_Router', 'ports'),
    ],
  },
  {
    type: 'floatingips',
    resources: ({ floatingIps }) => [...floatingIps.values()].filter(({ fixedPortId }) => fixedPortId !== undefined),
    table: 'NAT',
    isOf: (id) => (row) => idOf(row, 'neutron:fip_id') === id,
    leftover: (scene) => [
      put('NAT', {
        type: 'dnat_and_snat',
        external_ip: '198.51.100.9',
        logical_ip: '192.0.2.9',
        external_ids: ids({ 'neutron:fip_id': GONE, 'neutron:revision_number': '3' }),
      }),
      list(scene.row('Logical_Router', isNeutrons), 'Logical_Router', 'nat'),
    ],
  },
  {
    // Port forwardings have no notes of their own: they go with their floating IP's.
    type: 'floatingips',
    resources: ({ floatingIps, portForwardings }) =>
      [...floatingIps.values()].filter(({ id }) =>
        portForwardings.values().some(({ floatingIpId }) => floatingIpId === id),
      ),
    table: 'Load_Balancer',
    isOf: (id) => (row) => idOf(row, 'neutron:fip_id') === id,
    leftover: () =>
      ['tcp', 'udp-5000'].map((end, index) =>
        put(
          'Load_Balancer',
          {
            name: `pf-floatingip-${GONE}-${end}`,
            vips: ids({ '198.51.100.9:80': '192.0.2.9:80' }),
            external_ids: ids({ 'neutron:device_owner': 'port_forwarding_plugin', 'neutron:fip_id': GONE }),
          },
          `left${index}`,
        ),
      ),
  },
  {
    type: 'security_groups',
    resources: ({ securityGroups }) => [...securityGroups.values()],
    table: 'Port_Group',
    isOf: (id) => (row) => idOf(row, 'neutron:security_group_id') === id,
    leftover: () => [
      put('Port_Group', {
        name: `pg_${GONE.replaceAll('-', '_')}`,
        external_ids: ids({ 'neutron:security_group_id': GONE }),
      }),
    ],
  },
  {
    type: 'security_group_rules',
    resources: ({ securityGroupRules }) => [...securityGroupRules.values()],
    table: 'ACL',
    isOf: (id) => (row) => idOf(row, 'neutron:security_group_rule_id') === id,
    leftover: (scene) => [
      put('ACL', {
        direction: 'to-lport',
        priority: 1002,
        match: 'outport == @pg_x && ip4 && tcp.dst == 4444',
        action: 'allow-related',
        external_ids: ids({ 'neutron:security_group_rule_id': GONE }),
      }),
      list(
        scene.row('Port_Group', (row) => idOf(row, 'neutron:security_group_id') !== undefined),
        'Port_Group',
        'acls',
      ),
    ],
  },
  {
    type: 'address_groups',
    resources: ({ addressGroups }) => [...addressGroups.values()],
    table: 'Address_Set',
    isOf: (id) => (row) => idOf(row, 'neutron:address_group_id') === id,
    leftover: () =>
      ['ip4', 'ip6'].map((family) =>
        put(
          'Address_Set',
          {
            name: `ag_${GONE.replaceAll('-', '_')}_${family}`,
            external_ids: ids({ 'neutron:address_group_id': GONE, 'neutron:revision_number': '3' }),
          },
          `left_${family}`,
        ),
      ),
  },
];

describe('of each type', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.open('2026.1');
  });
  after(() => scene[Symbol.asyncDispose]());

  const resourcesOf = async ({ resources, table, isOf }: TypeCase): Promise<readonly [Resource, Resource]> => {
    const all = resources(await scene.snapshot()).filter(({ id }) => scene.rows(table, isOf(id)).length > 0);
    const [one, other = one] = all;
    assert.ok(one !== undefined && other !== undefined, 'the golden deployment has such a resource');
    return [one, other];
  };
  const isEven = async (): Promise<void> => {
    const verdict = await scene.look();
    assert.deepEqual([verdict.drift, verdict.faults], [[], []]);
    assert.deepEqual(await scene.report(), { inconsistent: [], deleted: [], ahead: [] });
  };

  for (const testCase of CASES) {
    const { type, table, isOf, leftover } = testCase;
    const name = table === 'Load_Balancer' ? 'port forwardings' : type;

    it(`${name}: what never reached OVN is written, and noted`, async () => {
      const [{ id, attributes }] = await resourcesOf(testCase);
      const rows = scene.rows(table, isOf(id));
      await scene.remove(table, ...rows);
      await scene.setNote(type, id, -1);
      assert.equal(scene.rows(table, isOf(id)).length, 0);
      const [found] = (await scene.report()).inconsistent;
      assert.deepEqual([found?.type, found?.id, found?.why, found?.content], [type, id, 'unwritten', 'wrong']);
      const ran = await scene.run();
      assert.equal(ran.is, 'done', whyOf(ran));
      assert.equal(scene.rows(table, isOf(id)).length, rows.length);
      assert.equal((await scene.note(type, id))?.revisionNumber, attributes.revision);
      await isEven();
    });

    it(`${name}: what was written and not noted is noted, missing notes too, and OVN is not touched`, async () => {
      const [one, other] = await resourcesOf(testCase);
      const before = scene.journal.entries(1)[0]?.id;
      if (one.attributes.revision > 0) await scene.setNote(type, one.id, one.attributes.revision - 1);
      else await scene.setNote(type, one.id, -1);
      if (one !== other) await scene.dropNote(type, other.id);
      const { inconsistent } = await scene.report();
      assert.deepEqual(
        inconsistent.map(({ id, content }) => [id, content]).sort(),
        [...new Set([one.id, other.id])].map((id) => [id, 'right']).sort(),
      );
      const ran = await scene.run();
      assert.equal(ran.is, 'done', whyOf(ran));
      for (const { id, attributes } of [one, other]) {
        assert.equal((await scene.note(type, id))?.revisionNumber, attributes.revision);
      }
      assert.equal(scene.journal.entries(1)[0]?.id, before);
      await isEven();
    });

    it(`${name}: what Neutron has deleted goes from OVN, and then its note`, async () => {
      await scene.addLostNote(type, GONE);
      await scene.change(...leftover(scene));
      const [found] = (await scene.report()).deleted;
      assert.deepEqual([found?.type, found?.id, found?.why], [type, GONE, 'deleted']);
      assert.ok((found?.rows ?? 0) > 0);
      const ran = await scene.run();
      assert.equal(ran.is, 'done', whyOf(ran));
      assert.equal(await scene.note(type, GONE), undefined);
      await isEven();
    });

    it(`${name}: the note of what is gone from both goes`, async () => {
      await scene.addLostNote(type, GONE);
      assert.equal((await scene.report()).deleted[0]?.rows, 0);
      const ran = await scene.run();
      assert.deepEqual([ran.is, 'changed' in ran && ran.changed], ['done', 1], whyOf(ran));
      assert.equal(await scene.note(type, GONE), undefined);
    });
  }
});
