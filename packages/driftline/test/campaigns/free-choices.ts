import type { ReplicaRow } from '@driftline/ovsdb';
import type { GoldenRelease } from '../lab/golden.ts';

/**
 * Cells in which Neutron draws, schedules, or writes as the moment or the point release has it, so that a rebuilt one
 * may rightly hold something else. A picture shows of them only that there is a value. The list is short, and grows only
 * with a proof from Neutron's source: each entry is a place where a campaign sees less.
 */
export interface FreeChoice {
  readonly table: string;
  readonly column: string;
  readonly key?: string;
  readonly reason: string;
  /** Neutron's file and function, or commit. */
  readonly source: string;
  /** All, unless said. */
  readonly releases?: readonly GoldenRelease[];
  /** Free only in these rows. */
  readonly where?: (row: ReplicaRow) => boolean;
  /** Also free: whether there is a value at all. */
  readonly mayBeAbsent?: boolean;
  /** Free is the order alone, of words between these. */
  readonly between?: string;
  /** A value that Neutron could not have chosen. Without one, changing the cell proves nothing. */
  readonly invalid?: string | number;
}

const isLogged = (row: ReplicaRow): boolean => row.log === true;
/** Ports whose tag OVN looks at. */
export const isTagged = (row: ReplicaRow): boolean => row.type === 'localnet' || row.parent_name !== undefined;
const has = (row: ReplicaRow, column: string, key: string): boolean =>
  row[column] instanceof Map && (row[column] as ReadonlyMap<string, unknown>).has(key);

export const FREE_CHOICES: readonly FreeChoice[] = [
  {
    table: 'DHCP_Options',
    column: 'options',
    key: 'server_mac',
    reason: 'random when the row is made, then kept; rows of single ports copy it',
    source: 'ovn_client.py _get_ovn_dhcpv4_opts, get_random_mac',
    invalid: '01:00:5e:00:00:01',
  },
  {
    table: 'DHCP_Options',
    column: 'options',
    key: 'server_id',
    reason: 'of DHCPv6: random when the row is made, then kept',
    source: 'ovn_client.py _get_ovn_dhcpv6_opts, get_random_mac',
    where: (row) => String(row.cidr).includes(':'),
    invalid: '01:00:5e:00:00:01',
  },
  {
    table: 'DHCP_Options',
    column: 'external_ids',
    key: 'neutron:revision_number',
    reason: "a port's own row copies its subnet's number when it is made, and nothing keeps it up",
    source: 'ovn_client.py _get_port_dhcp_options; RevisionNumberCheck ignores the rows',
    where: (row) => has(row, 'external_ids', 'port_id'),
  },
  {
    table: 'DNS',
    column: 'options',
    key: 'ovn-owned',
    reason: 'Neutron forgets the option when it makes the row, and a task adds it at the next start: false, or nothing',
    source: 'ovn_client.py add_txns_to_sync_port_dns_records; maintenance.py set_ovn_owned_dns_option',
    releases: ['2026.1', '2026.2-dev'],
    mayBeAbsent: true,
    invalid: 'true',
  },
  {
    table: 'Load_Balancer',
    column: 'external_ids',
    key: 'neutron:revision_number',
    reason: 'written with a forwarding, not with other changes of its floating IP: any number it has had is right',
    source: 'services/portforwarding/drivers/ovn/driver.py _handle_lb_on_ls',
  },
  {
    table: 'ACL',
    column: 'label',
    reason: 'random beside options:log-related; 0 in ACLs that were made while the log was already there',
    source: 'services/logapi/drivers/ovn/driver.py _set_acls_log; ovn_driver.py create_security_group_rule',
    where: isLogged,
  },
  {
    table: 'ACL',
    column: 'options',
    key: 'log-related',
    reason: 'goes with the label',
    source: 'services/logapi/drivers/ovn/driver.py _set_acls_log',
    where: isLogged,
    mayBeAbsent: true,
    invalid: 'false',
  },
  {
    table: 'ACL',
    column: 'name',
    reason: 'of several logs that cover an ACL, the one that came first has it; SQL does not tell which',
    source: 'services/logapi/drivers/ovn/driver.py _set_acls_log',
    where: isLogged,
    invalid: 'neutron-00000000-0000-4000-8000-000000000000',
  },
  {
    table: 'Gateway_Chassis',
    column: 'priority',
    reason: "which chassis comes first is the scheduler's choice",
    source: 'scheduler/l3_ovn_scheduler.py',
  },
  {
    table: 'HA_Chassis',
    column: 'priority',
    reason: "which chassis comes first is the scheduler's choice",
    source: 'common/ovn/utils.py sync_ha_chassis_group',
  },
  {
    table: 'Logical_Switch_Port',
    column: 'options',
    key: 'virtual-parents',
    reason: 'ports in the order in which they became parents, or were found',
    source: 'ovn_client.py get_virtual_port_parents, set_lswitch_port_to_virtual_type',
    between: ',',
  },
  {
    table: 'Logical_Switch_Port',
    column: 'tag',
    reason: 'ovn-northd copies tag_request to it',
    source: 'OVN: northd.c, build_lswitch_ports',
    where: (row) => row.tag_request !== undefined,
    mayBeAbsent: true,
    invalid: 4094,
  },
  {
    table: 'Logical_Switch_Port',
    column: 'tag',
    reason: 'goes with tag_request, which the first point release does not write',
    source: 'ae7e7b5118, on the branch of 2026.1',
    releases: ['2026.1'],
    where: (row) => row.tag !== undefined && isTagged(row),
    invalid: 4094,
  },
  {
    table: 'Logical_Switch_Port',
    column: 'tag',
    reason: 'ovn-northd leaves it on a former subport, without effect',
    source: 'ovn_client.py set_lswitch_port clears tag_request alone; OVN: northd.c reads it only beside parent_name',
    releases: ['2026.1', '2026.2-dev'],
    where: (row) => row.tag_request === undefined && row.parent_name === undefined && row.type === '',
    mayBeAbsent: true,
  },
  {
    table: 'Logical_Switch_Port',
    column: 'tag_request',
    reason: 'the first point release writes tag alone, later ones tag_request',
    source: 'ae7e7b5118, on the branch of 2026.1',
    releases: ['2026.1'],
    where: (row) => (row.tag ?? row.tag_request) !== undefined && isTagged(row),
    mayBeAbsent: true,
    invalid: 4094,
  },
  {
    table: 'Logical_Router',
    column: 'options',
    key: 'mac_binding_age_threshold',
    reason: 'the default of the option is 300 in the first point release, 0 before and after',
    source: 'conf/plugins/ml2/drivers/ovn/ovn_conf.py, MAC_BINDING_AGE_THRESHOLD',
    releases: ['2026.1'],
    where: (row) => row.options instanceof Map && ['0', '300'].includes(String(row.options.get(AGE))),
    invalid: '7',
  },
  {
    table: 'NAT',
    column: 'gateway_port',
    reason: 'written when the address is associated, if the gateway port was as it had to be at that moment',
    source: 'ovn_client.py _create_or_update_floatingip; in 21.x only later point releases write it',
    releases: ['zed', '2026.1'],
    where: (row) => has(row, 'external_ids', 'neutron:fip_id'),
    mayBeAbsent: true,
  },
  {
    table: 'Logical_Router_Port',
    column: 'options',
    key: 'reside-on-redirect-chassis',
    reason: 'three point releases have three rules',
    source: 'ovn_client.py _gen_router_port_options in 21.0.0, 21.1.0 and 21.2.0',
    releases: ['zed'],
    invalid: 'drifted',
  },
];

const AGE = 'mac_binding_age_threshold';

export const freeChoiceFor = (
  release: GoldenRelease,
  table: string,
  row: ReplicaRow,
  column: string,
  key: string | undefined,
): FreeChoice | undefined =>
  FREE_CHOICES.find(
    (choice) =>
      choice.table === table &&
      choice.column === column &&
      choice.key === key &&
      (choice.releases?.includes(release) ?? true) &&
      (choice.where?.(row) ?? true),
  );

/**
 * Rows without any mark: of one that is changed so that its name changes too, nothing tells whether Neutron or an
 * operator wrote it. The row that is missing is told and made; what it became is shown as a doubt and left alone.
 */
export function isUnmarked(table: string, row: ReplicaRow): boolean {
  // Extra routes carry `neutron:is_static_route` since 2024.2 only (ovn_client.py _add_router_ext_gw, update_router_routes).
  return table === 'Logical_Router_Static_Route' && row.external_ids instanceof Map && row.external_ids.size === 0;
}
