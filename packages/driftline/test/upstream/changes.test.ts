/**
 * More of what upstream's maintenance is asked: what Neutron changed of a resource and could not write, and what was
 * configured. A change is made in SQL and taken back; between, OVN differs where it shows, and nowhere else.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { comparePictures } from '../campaigns/picture.ts';
import { keyOf, TaskBench } from '../tasks/task-bench.ts';
import { ids, maintain } from './maintain.ts';

interface Amendment {
  /** What Neutron changed. */
  readonly what: string;
  /** SQL, as Neutron changes it and as it changes it back. */
  readonly there: string;
  readonly back: string;
  /** What becomes different in OVN. */
  readonly outline: readonly string[];
}

/** The same there and back. */
const flip = (what: string, sql: string, ...outline: readonly string[]): Amendment => ({
  what,
  there: sql,
  back: sql,
  outline,
});
const add = (what: string, table: string, column: string, where: string, ...outline: readonly string[]): Amendment => ({
  what,
  there: `UPDATE ${table} SET ${column} = ${column} + 1 WHERE ${where}`,
  back: `UPDATE ${table} SET ${column} = ${column} - 1 WHERE ${where}`,
  outline,
});
const replace = (
  what: string,
  table: string,
  column: string,
  values: readonly [old: string, now: string],
  where: string,
  ...outline: readonly string[]
): Amendment => ({
  what,
  there: `UPDATE ${table} SET ${column} = '${values[1]}' WHERE ${where}`,
  back: `UPDATE ${table} SET ${column} = '${values[0]}' WHERE ${where}`,
  outline,
});

const AMENDMENTS: readonly Amendment[] = [
  replace(
    'the gateway of an external subnet',
    'subnets',
    'gateway_ip',
    ['198.18.0.1', '198.18.0.254'],
    "cidr = '198.18.0.0/16'",
    'Logical_Router static_routes',
    'Logical_Router_Static_Route gone',
    'Logical_Router_Static_Route new',
  ),
  replace(
    'the gateway of a subnet',
    'subnets',
    'gateway_ip',
    ['10.0.2.1', '10.0.2.9'],
    "cidr = '10.0.2.0/24'",
    'DHCP_Options options:classless_static_route',
    'DHCP_Options options:router',
    'DHCP_Options options:server_id',
  ),
  add(
    'the MTU of a network',
    'networks',
    'mtu',
    "name = 's-n2'",
    'DHCP_Options options:mtu',
    'Logical_Router_Port ipv6_ra_configs:mtu',
    'Logical_Switch external_ids:neutron:mtu',
  ),
  add(
    'the VLAN of a network',
    'networksegments',
    'segmentation_id',
    "network_type = 'vlan'",
    'Logical_Switch_Port vlan',
  ),
  flip(
    'whether a security group is stateful',
    "UPDATE securitygroups SET stateful = 1 - stateful WHERE name = 's-sg1'",
    'ACL action',
  ),
  flip(
    'whether a router translates sources',
    "UPDATE routers SET enable_snat = 1 - enable_snat WHERE name = 's-r0'",
    'Logical_Router nat',
    'NAT gone',
  ),
  flip(
    'whether a router is up',
    "UPDATE routers SET admin_state_up = 1 - admin_state_up WHERE name = 's-r0'",
    'Logical_Router enabled',
  ),
  flip(
    'whether ports are up',
    "UPDATE ports SET admin_state_up = 1 - admin_state_up WHERE device_owner = 'compute:nova'",
    'Logical_Switch_Port enabled',
  ),
  replace(
    'the next hop of a route',
    'routerroutes',
    'nexthop',
    ['10.0.0.9', '10.0.0.8'],
    "destination = '172.20.0.0/16'",
    'Logical_Router static_routes',
    'Logical_Router_Static_Route gone',
    'Logical_Router_Static_Route new',
  ),
  add('the rate of a QoS policy', 'qos_bandwidth_limit_rules', 'max_kbps', 'max_kbps > 0', 'QoS bandwidth:rate'),
  flip(
    'whether a log is on',
    'UPDATE logs SET enabled = 1 - enabled',
    'ACL label',
    'ACL log',
    'ACL name',
    'ACL options:log-related',
  ),
];

describe('what Neutron changed and could not write', () => {
  let bench: TaskBench;
  before(async () => {
    bench = await TaskBench.open('2026.1');
  });
  after(() => bench[Symbol.asyncDispose]());

  for (const { what, there, back, outline } of AMENDMENTS) {
    it(`${what}: is changed in OVN where it shows, and nowhere else, and changed back`, async () => {
      const written = bench.bench.picture();
      bench.sqlite.exec(there);
      await maintain(bench);
      assert.deepEqual(outlineOf(comparePictures(written, bench.bench.picture())), outline);
      bench.sqlite.exec(back);
      await maintain(bench);
      assert.deepEqual(comparePictures(written, bench.bench.picture()), []);
    });
  }
});

/** Tables with the columns and keys that differ, or whether they have rows more or fewer; each once, sorted. */
function outlineOf(differences: readonly string[]): readonly string[] {
  const outline = differences.map((line) => {
    const table = line.slice(0, line.indexOf(' '));
    if (line.endsWith(': the row is gone')) return `${table} gone`;
    if (line.includes(': a row that was not there: ')) return `${table} new`;
    const [, cell = line] = / ([a-z0-9_]+(?::\S+)?) (?:was|lost) /.exec(line) ?? [];
    return `${table} ${cell}`;
  });
  return [...new Set(outline)].sort();
}

interface Setting {
  /** Of upstream's scenario. */
  readonly what: string;
  readonly cells: (bench: TaskBench) => readonly unknown[];
  /** One after the other: the options of a start, and what the cells are then. */
  readonly steps: readonly (readonly [flags: readonly string[], cells: readonly unknown[]])[];
}

const subnetValues =
  (family: '.' | ':', key: string) =>
  (bench: TaskBench): readonly unknown[] => {
    const rows = bench.rows('DHCP_Options', (row) => {
      const isOfSubnet = ids(row).has('subnet_id') && !ids(row).has('port_id');
      return isOfSubnet && String(row.cidr).includes(family);
    });
    return [...new Set(keyOf(rows, 'options', key))];
  };
const failoverTimes = (bench: TaskBench): readonly unknown[] =>
  ['bfd-min-rx', 'bfd-min-tx', 'bfd-mult'].flatMap((key) => keyOf([bench.row('NB_Global')], 'options', key));
const strategy = (name: string, ...more: readonly string[]) => ['--ovn-ha_failover_strategy', name, ...more];

const SETTINGS: readonly Setting[] = [
  {
    what: 'global DHCPv4 options',
    cells: subnetValues('.', 'ntp_server'),
    steps: [
      [['--ovn-ovn_dhcp4_global_options', 'ntp_server:1.2.3.4'], ['1.2.3.4']],
      [['--ovn-ovn_dhcp4_global_options', 'ntp_server:4.3.2.1'], ['4.3.2.1']],
      [['--ovn-ovn_dhcp4_global_options', 'ntp_server:'], [undefined]],
    ],
  },
  {
    what: 'global DHCPv6 options',
    cells: subnetValues(':', 'ntp_server'),
    steps: [
      [['--ovn-ovn_dhcp6_global_options', 'ntp_server:1.2.3.4'], ['1.2.3.4']],
      [['--ovn-ovn_dhcp6_global_options', 'ntp_server:4.3.2.1'], ['4.3.2.1']],
      [[], [undefined]],
    ],
  },
  {
    what: 'failover times',
    cells: failoverTimes,
    steps: [
      [strategy('normal'), ['1000', '100', '3']],
      [strategy('conservative'), ['1000', '100', '6']],
      [strategy('aggressive'), ['500', '100', '3']],
      [strategy('manual', '--ovn-bfd_min_rx', '7', '--ovn-bfd_min_tx', '8', '--ovn-bfd_mult', '9'), ['7', '8', '9']],
    ],
  },
  {
    what: 'the place of floating IPs',
    cells: (bench) => keyOf([bench.row('NB_Global')], 'external_ids', 'neutron:fip-distributed'),
    steps: [
      [['--ovn-enable_distributed_floating_ip'], ['True']],
      [['--ovn-noenable_distributed_floating_ip'], ['False']],
      [['--ovn-enable_distributed_floating_ip'], ['True']],
    ],
  },
];

describe('what is configured', () => {
  for (const { what, cells, steps } of SETTINGS) {
    it(`${what}: is in OVN after each start`, async () => {
      await using bench = await TaskBench.open('2026.2-dev');
      const foreign = bench.foreignPicture();
      for (const [flags, end] of steps) {
        await maintain(bench, flags);
        assert.deepEqual(cells(bench), end);
      }
      assert.deepEqual(bench.harmedSince(foreign), []);
    });
  }
});
