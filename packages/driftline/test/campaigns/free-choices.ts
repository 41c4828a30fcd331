import type { ReplicaRow } from '@driftline/ovsdb';

/**
 * Cells in which Neutron draws, schedules or writes at run time, so that a rebuilt one may rightly hold something else.
 * A picture shows of them only that there is a value. The list is short, and grows only with a proof from Neutron's
 * source: each entry is a place where a campaign is blind.
 */
export interface FreeChoice {
  readonly table: string;
  readonly column: string;
  readonly key?: string;
  readonly reason: string;
  /** Neutron's file and function. */
  readonly source: string;
  /** Free only in these rows. */
  readonly where?: (row: ReplicaRow) => boolean;
  /** Also free: whether there is a value at all. */
  readonly mayBeAbsent?: boolean;
  /** A value that Neutron could not have chosen. Without one, changing the cell proves nothing. */
  readonly invalid?: string | number;
}

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
    where: (row) => row.external_ids instanceof Map && row.external_ids.has('port_id'),
  },
  {
    table: 'ACL',
    column: 'label',
    reason: 'random, of ACLs that a network log switched on',
    source: 'services/logapi/drivers/ovn/driver.py _set_acls_log',
    where: (row) => row.log === true,
    invalid: 0,
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
];

export const freeChoiceFor = (
  table: string,
  row: ReplicaRow,
  column: string,
  key: string | undefined,
): FreeChoice | undefined =>
  FREE_CHOICES.find(
    (choice) =>
      choice.table === table && choice.column === column && choice.key === key && (choice.where?.(row) ?? true),
  );
