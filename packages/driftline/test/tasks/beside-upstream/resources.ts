/** Resources of the Zed deployment, and ways to bring them out of step. Which one is meant does not depend on uuids. */
import { type Operation, op, type ReplicaRow } from '@driftline/ovsdb';
import { put } from '../task-bench.ts';
import { mark } from './cases.ts';
import type { Copy } from './copy.ts';

export const REVISION = 'neutron:revision_number';

/** What upstream's check goes by: numbers that differ. */
export const setRevision = (type: string, id: string, revision: number): string =>
  `UPDATE ovn_revision_numbers SET revision_number = ${revision} WHERE resource_type = '${type}' AND resource_uuid = '${id}'`;
export const NEVER = -1;

export const older = (row: ReplicaRow, table: string): Operation =>
  put(row, table, 'external_ids', { [REVISION]: '0' });
export const idOf = ({ name }: ReplicaRow): string => String(name).replace(/^(neutron|lrp)-/, '');

const marked = (copy: Copy, table: string, key: string, value?: string): ReplicaRow =>
  copy.row(table, (row) => (value === undefined ? mark(row, key) !== undefined : mark(row, key) === value));
const holder = (copy: Copy, table: string, column: string, row: ReplicaRow): ReplicaRow =>
  copy.row(table, (each) => (each[column] as readonly string[]).includes(row._uuid));
/** Takes a row from what holds it, which ends it. */
export const lose = (copy: Copy, table: string, column: string, row: ReplicaRow): Operation =>
  op.mutate(table, holder(copy, table, column, row)._uuid, [[column, 'delete', [row._uuid]]]);

export const aPort = (copy: Copy) => marked(copy, 'Logical_Switch_Port', 'neutron:port_name', 's-n0-p5');
/** Without external ports, which 21.0.0 fails on. */
export const aNetwork = (copy: Copy) => marked(copy, 'Logical_Switch', 'neutron:network_name', 's-n3');
export const externalPortsNetwork = (copy: Copy) => marked(copy, 'Logical_Switch', 'neutron:network_name', 's-n1');
export const aRouter = (copy: Copy) => marked(copy, 'Logical_Router', 'neutron:router_name', 's-r2');
export const routerPort = (copy: Copy) =>
  copy.row('Logical_Router_Port', (row) => mark(row, 'neutron:network_name') === String(aNetwork(copy).name));
export const floatingIp = (copy: Copy) => marked(copy, 'NAT', 'neutron:fip_id');
export const subnetRow = (copy: Copy, family: 4 | 6) =>
  copy.row(
    'DHCP_Options',
    (row) => mark(row, 'port_id') === undefined && String(row.cidr).includes(':') === (family === 6),
  );
export const aGroup = (copy: Copy) =>
  copy.row(
    'Port_Group',
    (row) => mark(row, 'neutron:security_group_id') !== undefined && (row.ports as readonly string[]).length > 1,
  );
/** One of those that a group is made with, or one that was made since. */
export const aRule = (copy: Copy, isDefault: boolean) =>
  copy.row(
    'ACL',
    (row) => mark(row, 'neutron:security_group_rule_id') !== undefined && /sctp/.test(String(row.match)) !== isDefault,
  );
