import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findTask, MIGRATIONS, TASKS } from '../../src/tasks/catalogue/catalogue.ts';
import { optionAt } from '../../src/tasks/fingerprint.ts';
import type { Task } from '../../src/tasks/task.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';

/** As upstream's `maintenance.py` of the development branch has them, beside `touch_hash_ring_node`. */
const OF_MASTER = [
  'check_for_inconsistencies',
  'check_global_dhcp_opts',
  'check_for_igmp_snoop_support',
  'check_baremetal_ports_dhcp_options',
  'check_redirect_type_router_gateway_ports',
  'check_router_default_route_empty_dst_ip',
  'check_fair_meter_consistency',
  'cleanup_old_hash_ring_nodes',
  'check_localnet_port_has_learn_fdb',
  'check_fdb_aging_settings',
  'update_mac_aging_settings',
  'configure_nb_global',
  'update_router_distributed_flag',
  'check_provider_distributed_ports',
  'check_network_broadcast_arps_to_all_routers',
  'set_fip_distributed_flag',
  'set_ovn_owned_dns_option',
  'set_network_type_and_physnet',
  'update_lrouter_ports_ext_ids_name_prefix',
  'update_ha_failover',
  'check_dhcp_options_consistency',
  'update_security_group_with_address_group',
  'add_provnet_ext_id_to_localnet_ports',
  'update_virtual_port_parent_hostname',
  'migrate_lrp_gateway_chassis_to_ha_chassis_group',
  'update_neutron_pg_drop_priority',
  'touch_hash_ring_node',
];

describe('the catalogue', () => {
  it('has every task that upstream ever released, each once', () => {
    assert.equal(TASKS.length, 54);
    assert.equal(new Set(TASKS.map(({ name }) => name)).size, 54);
  });

  it('knows which of them upstream still has', () => {
    const present = TASKS.filter(({ until }) => until === undefined).map(({ name }) => name);
    assert.deepEqual(present.sort(), OF_MASTER.toSorted());
  });

  it('finds a task by the name that it had before', () => {
    assert.equal(findTask('touch_hash_ring_nodes')?.name, 'touch_hash_ring_node');
  });

  it('keeps migrations in the order in which upstream wrote them', () => {
    const at = (name: string) => MIGRATIONS.findIndex((task) => task.name === name);
    assert.ok(at('migrate_to_port_groups') < at('migrate_to_stateful_fips'));
    assert.ok(at('migrate_to_stateful_fips') < at('set_network_type'));
    assert.ok(at('set_network_type') < at('migrate_lrp_gateway_chassis_to_ha_chassis_group'));
  });

  it('depends on options that there are', async () => {
    await using opened = await openGoldenDeployment('2026.1');
    for (const { options } of TASKS) {
      for (const path of options) {
        const [, name = ''] = path.split('.');
        const isUnset = name === 'localOutputLogBase';
        assert.ok(isUnset || optionAt(opened.deployment.config, path) !== undefined, path);
      }
    }
  });

  it('has for each task a test on real servers that names it', async () => {
    assert.deepEqual(untested(TASKS, await readTests()), []);
  });

  it('would miss the test of a task that was added without one', async () => {
    const [first] = TASKS;
    assert.ok(first);
    const added = { ...first, name: 'check_what_nobody_tests', formerly: [] };
    assert.deepEqual(untested([...TASKS, added], await readTests()), ['check_what_nobody_tests']);
  });
});

/** What the other files here say. */
async function readTests(): Promise<string> {
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.test.ts'));
  const others = files.filter((file) => file !== 'catalogue.test.ts');
  return (await Promise.all(others.map((file) => readFile(join(import.meta.dirname, file), 'utf8')))).join('\n');
}

/** A case has the task's name, or one that it had before, and so has a test of its own. */
const untested = (tasks: readonly Task[], tests: string): readonly string[] =>
  tasks
    .filter(({ name, formerly = [] }) =>
      [name, ...formerly].every((each) =>
        [`task: '${each}'`, `runTwice('${each}'`, `it('${each}: `].every((words) => !tests.includes(words)),
      ),
    )
    .map(({ name }) => name);
