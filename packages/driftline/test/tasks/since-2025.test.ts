import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { op, type ReplicaRow } from '@driftline/ovsdb';
import { whyOf } from '../../src/tasks/attempt.ts';
import { runCases } from './run-cases.ts';
import { drop, keyOf, put, TaskBench } from './task-bench.ts';

const exec = promisify(execFile);

const mark = (row: ReplicaRow, key: string): unknown => (row.external_ids as ReadonlyMap<string, unknown>).get(key);
const global = (bench: TaskBench) => bench.row('NB_Global');
const failover = (bench: TaskBench) =>
  ['bfd-min-rx', 'bfd-min-tx', 'bfd-mult'].flatMap((key) => keyOf([global(bench)], 'options', key));
const switches = (bench: TaskBench) =>
  bench.rows('Logical_Switch', (row) => mark(row, 'neutron:network_name') !== undefined);
const routerPorts = (bench: TaskBench) =>
  bench.rows('Logical_Router_Port', (row) => mark(row, 'neutron:router_name') !== undefined);
const floatingIpQos = (bench: TaskBench) => bench.rows('QoS', (row) => mark(row, 'neutron:fip_id') !== undefined);
const dhcp = (bench: TaskBench) => bench.rows('DHCP_Options', (row) => mark(row, 'subnet_id') !== undefined);
const localnets = (bench: TaskBench) => bench.rows('Logical_Switch_Port', ({ type }) => type === 'localnet');
const virtualPorts = (bench: TaskBench) => bench.rows('Logical_Switch_Port', ({ type }) => type === 'virtual');
const addressSets = (bench: TaskBench) =>
  bench.rows('Address_Set', (row) => mark(row, 'neutron:address_group_id') !== undefined);
const dropRules = (bench: TaskBench) => {
  const group = bench.row('Port_Group', ({ name }) => name === 'neutron_pg_drop');
  return bench.rows('ACL', ({ _uuid }) => (group.acls as readonly string[]).includes(_uuid));
};
const bindings = (bench: TaskBench) =>
  virtualPorts(bench).flatMap(({ name }) =>
    bench.sqlite
      .prepare('SELECT host, vif_type, vif_details FROM ml2_port_bindings WHERE port_id = ?')
      .all(String(name))
      .map((row) => [row.host, row.vif_type, row.vif_details]),
  );

runCases('2026.2-dev', [
  {
    task: 'set_fip_distributed_flag',
    claim: 'the flag says what is configured',
    source: 'maintenance.py master: set_fip_distributed_flag',
    state: (bench) => [drop(global(bench), 'NB_Global', 'external_ids', 'neutron:fip-distributed')],
    cells: (bench) => mark(global(bench), 'neutron:fip-distributed'),
  },
  {
    task: 'update_qos_fip_rule_priority',
    claim: "floating IPs' rules come before ports'",
    source: 'maintenance.py 28.0.0: update_qos_fip_rule_priority',
    state: (bench) => floatingIpQos(bench).map((row) => op.update('QoS', row._uuid, { priority: 2002 })),
    cells: (bench) => floatingIpQos(bench).map(({ priority }) => priority),
  },
  {
    task: 'set_network_type_and_physnet',
    claim: 'switches name the type of their network and the physical network',
    source: 'maintenance.py master: set_network_type_and_physnet',
    state: (bench) =>
      switches(bench).map((row) =>
        drop(row, 'Logical_Switch', 'external_ids', 'neutron:provnet-network-type', 'neutron:provnet-physical-network'),
      ),
    cells: (bench) =>
      switches(bench).map((row) => [
        row.name,
        mark(row, 'neutron:provnet-network-type'),
        mark(row, 'neutron:provnet-physical-network'),
      ]),
  },
  {
    task: 'update_lrouter_ports_ext_ids_name_prefix',
    claim: 'router ports name their router as OVN does',
    source: 'maintenance.py master: update_lrouter_ports_ext_ids_name_prefix',
    state: (bench) =>
      routerPorts(bench).map((row) =>
        put(row, 'Logical_Router_Port', 'external_ids', {
          'neutron:router_name': String(mark(row, 'neutron:router_name')).slice('neutron-'.length),
        }),
      ),
    cells: (bench) => routerPorts(bench).map((row) => [row.name, mark(row, 'neutron:router_name')]),
  },
  {
    task: 'update_ha_failover',
    claim: 'the conservative strategy waits twice as long',
    source: 'maintenance.py master: update_ha_failover',
    flags: ['--ovn-ha_failover_strategy', 'conservative'],
    cells: failover,
    end: ['1000', '100', '6'],
  },
  {
    task: 'update_ha_failover',
    claim: 'the aggressive strategy is a number that Open vSwitch can read',
    source: 'maintenance.py master writes 500.0',
    flags: ['--ovn-ha_failover_strategy', 'aggressive'],
    cells: failover,
    end: ['500', '100', '3'],
  },
  {
    task: 'check_dhcp_options_consistency',
    claim: 'DHCP rows name their network',
    source: 'maintenance.py master: check_dhcp_options_consistency',
    state: (bench) => dhcp(bench).map((row) => drop(row, 'DHCP_Options', 'external_ids', 'neutron:network_id')),
    cells: (bench) =>
      dhcp(bench)
        .map((row) => [mark(row, 'subnet_id'), mark(row, 'neutron:network_id')])
        .sort(),
  },
  {
    task: 'update_security_group_with_address_group',
    claim: 'address groups have their sets, and the rules that name them ask these',
    source: 'maintenance.py master: update_security_group_with_address_group',
    state: (bench) => [
      ...addressSets(bench).map((row) => op.delete('Address_Set', row._uuid)),
      ...bench
        .rows('ACL', ({ match }) => String(match).includes('$ag_'))
        .map((row) =>
          op.update('ACL', row._uuid, { match: String(row.match).replace(/ && ip[46]\.(src|dst) == \$ag_\w+/, '') }),
        ),
    ],
    cells: (bench) => [
      addressSets(bench).map(({ name, addresses }) => [name, addresses]),
      bench
        .rows('ACL')
        .map(({ match }) => String(match))
        .filter((match) => match.includes('$ag_')),
    ],
  },
  {
    task: 'add_provnet_ext_id_to_localnet_ports',
    claim: 'localnet ports name their physical network',
    source: 'maintenance.py master: add_provnet_ext_id_to_localnet_ports',
    state: (bench) =>
      localnets(bench).map((row) =>
        drop(row, 'Logical_Switch_Port', 'external_ids', 'neutron:provnet-physical-network'),
      ),
    cells: (bench) => localnets(bench).map((row) => [row.name, mark(row, 'neutron:provnet-physical-network')]),
  },
  {
    task: 'update_virtual_port_parent_hostname',
    claim: 'the host of a virtual port is told as its parent’s, in SQL and in OVN',
    source: 'maintenance.py and plugin.py master: update_virtual_port_parent_host',
    state: (bench) =>
      virtualPorts(bench).flatMap((row) => {
        bench.sqlite
          .prepare("UPDATE ml2_port_bindings SET host = 'cmp-1', vif_details = '' WHERE port_id = ?")
          .run(String(row.name));
        return [
          drop(row, 'Logical_Switch_Port', 'external_ids', 'neutron:parent_hostname'),
          put(row, 'Logical_Switch_Port', 'external_ids', { 'neutron:host_id': 'cmp-1' }),
        ];
      }),
    cells: (bench) => [
      bindings(bench),
      virtualPorts(bench).map((row) => [mark(row, 'neutron:host_id'), mark(row, 'neutron:parent_hostname')]),
    ],
    end: [[['', 'unbound', '{"parent_hostname":"cmp-1"}']], [[undefined, 'cmp-1']]],
  },
  {
    task: 'update_neutron_pg_drop_priority',
    claim: 'what nobody allowed is dropped below every rule',
    source: 'maintenance.py master: update_neutron_pg_drop_priority',
    state: (bench) => dropRules(bench).map((row) => op.update('ACL', row._uuid, { priority: 1001 })),
    cells: (bench) => dropRules(bench).map(({ priority }) => priority),
  },
]);

describe('set_ovn_owned_dns_option', () => {
  it('has OVN own the records when it is configured to, where the schema can say so', async () => {
    await using bench = await TaskBench.open('2026.2-dev');
    const { endpoint } = bench.bench.golden.northbound;
    const flags = ['--ovn-dns_records_ovn_owned'];
    assert.deepEqual(await bench.runTwice('set_ovn_owned_dns_option', flags), [NOTHING, NOTHING]);
    await exec('ovsdb-client', ['convert', endpoint, NEWER_SCHEMA]);
    const [first, second] = await bench.runTwice('set_ovn_owned_dns_option', flags);
    assert.ok(first.is === 'done' && first.changed > 0, whyOf(first));
    assert.deepEqual(second, NOTHING);
    const owned = bench.rows('DNS', (row) => mark(row, 'ls_name') !== undefined);
    assert.deepEqual([...new Set(keyOf(owned, 'options', 'ovn-owned'))], ['true']);
  });
});

const NOTHING = { is: 'done', changed: 0 };
const NEWER_SCHEMA = join(import.meta.dirname, '../../schemas/ovn-nb-7.18.0.ovsschema');

/** Of each gateway port: its chassis by falling priority, and where they stand. */
const scheduled = (bench: TaskBench) =>
  bench
    .rows('Logical_Router_Port', (row) => mark(row, 'neutron:is_ext_gw') === 'True')
    .map((row) => {
      const group = bench.rows('HA_Chassis_Group').find(({ _uuid }) => _uuid === row.ha_chassis_group);
      return {
        port: row.name,
        router: group && mark(group, 'neutron:router_id'),
        group: namesIn(bench, 'HA_Chassis', group?.ha_chassis),
        chassis: namesIn(bench, 'Gateway_Chassis', row.gateway_chassis),
      };
    });

const namesIn = (bench: TaskBench, table: string, members: unknown): readonly unknown[] =>
  bench
    .rows(table, ({ _uuid }) => Array.isArray(members) && members.includes(_uuid))
    .toSorted((a, b) => Number(b.priority) - Number(a.priority))
    .map(({ chassis_name }) => chassis_name);

/** Gateway chassis become the routers' groups, in the order that they have. */
const migrated: ReturnType<typeof scheduled> = [];

runCases('2026.1', [
  {
    task: 'migrate_lrp_gateway_chassis_to_ha_chassis_group',
    claim: 'gateway ports have a group of the same chassis in the same order, and no chassis of their own',
    source: 'maintenance.py master: migrate_lrp_gateway_chassis_to_ha_chassis_group',
    flags: ['--driftline-release', '2026.2'],
    state: (bench) => {
      for (const { port, chassis } of scheduled(bench)) {
        const row = bench.row('Logical_Router_Port', ({ name }) => name === port);
        const router = String(mark(row, 'neutron:router_name')).replace(/^neutron-/, '');
        migrated.push({ port, router, group: chassis, chassis: [] });
      }
      return [];
    },
    cells: scheduled,
    end: migrated,
  },
]);
