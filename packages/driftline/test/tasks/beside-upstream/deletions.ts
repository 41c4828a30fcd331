import { type Operation, op, type RowInput } from '@driftline/ovsdb';
import type { UpstreamCase } from './cases.ts';
import type { Copy } from './copy.ts';

/** Of a resource that Neutron has no more. */
const GONE = '00000000-dead-4000-8000-000000000000';

const map = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries({ ...entries, 'neutron:revision_number': '3' }));

/** What upstream's check goes by: a number whose resource is gone. */
const goneFrom = (type: string) => (): readonly string[] => [
  `INSERT INTO ovn_revision_numbers (standard_attr_id, resource_uuid, resource_type, revision_number, created_at) VALUES (NULL, '${GONE}', '${type}', 3, UTC_TIMESTAMP() - INTERVAL 1 DAY)`,
];

/** A row that one of another table holds. */
const held = (copy: Copy, holders: string, column: string, table: string, row: RowInput): readonly Operation[] => [
  op.insert(table, row, { namedUuid: 'gone' }),
  op.mutate(holders, holderOf(copy, holders)._uuid, [[column, 'insert', [{ ref: 'gone' }]]]),
];

const holderOf = (copy: Copy, table: string) =>
  copy.row(table, ({ name, external_ids }) => (external_ids as ReadonlyMap<string, string>).size > 0 && name !== '');

const deleted = (
  what: string,
  type: string,
  northbound: (copy: Copy) => readonly Operation[],
  rest: Partial<UpstreamCase> = {},
): UpstreamCase => ({
  task: 'check_for_inconsistencies',
  from: `${what} that Neutron deleted and OVN kept`,
  sql: goneFrom(type),
  northbound,
  ...rest,
});

export const DELETIONS: readonly UpstreamCase[] = [
  deleted('a port', 'ports', (copy) =>
    held(copy, 'Logical_Switch', 'ports', 'Logical_Switch_Port', {
      name: GONE,
      addresses: ['02:00:00:00:00:99 10.0.0.99'],
      external_ids: map({
        'neutron:port_name': '',
        'neutron:network_name': String(holderOf(copy, 'Logical_Switch').name),
      }),
    }),
  ),
  deleted('a network', 'networks', () => [
    op.insert('Logical_Switch', { name: `neutron-${GONE}`, external_ids: map({ 'neutron:network_name': 'gone' }) }),
  ]),
  deleted('a subnet', 'subnets', () => [
    op.insert('DHCP_Options', { cidr: '10.99.0.0/24', external_ids: map({ subnet_id: GONE }) }),
  ]),
  deleted('a router', 'routers', () => [
    op.insert('Logical_Router', { name: `neutron-${GONE}`, external_ids: map({ 'neutron:router_name': 'gone' }) }),
  ]),
  deleted('a router port', 'router_ports', (copy) =>
    held(copy, 'Logical_Router', 'ports', 'Logical_Router_Port', {
      name: `lrp-${GONE}`,
      mac: '02:00:00:00:00:99',
      networks: ['10.99.0.1/24'],
      external_ids: map({
        'neutron:router_name': String(holderOf(copy, 'Logical_Router').name).slice('neutron-'.length),
        'neutron:subnet_ids': GONE,
      }),
    }),
  ),
  deleted('a floating IP', 'floatingips', (copy) =>
    held(copy, 'Logical_Router', 'nat', 'NAT', {
      type: 'dnat_and_snat',
      external_ip: '198.18.9.9',
      logical_ip: '10.0.0.99',
      external_ids: map({
        'neutron:fip_id': GONE,
        'neutron:router_name': String(holderOf(copy, 'Logical_Router').name),
      }),
    }),
  ),
  deleted('a security group', 'security_groups', () => [
    op.insert('Port_Group', {
      name: `pg_${GONE.replaceAll('-', '_')}`,
      external_ids: new Map([['neutron:security_group_id', GONE]]),
    }),
  ]),
  deleted(
    'a rule',
    'security_group_rules',
    (copy) => {
      const group = holderOf(copy, 'Port_Group');
      return held(copy, 'Port_Group', 'acls', 'ACL', {
        direction: 'to-lport',
        priority: 1002,
        action: 'allow-related',
        match: `outport == @${String(group.name)} && ip4 && udp.dst == 9`,
        external_ids: new Map([['neutron:security_group_rule_id', GONE]]),
      });
    },
    {
      differs: [
        {
          because:
            'looks for the ACL by the id of the rule, finds none, and forgets the rule: its traffic stays allowed',
          where: /^ACL .* && udp.dst == 9: the row is gone$|^Port_Group \S+: acls lost /,
        },
      ],
    },
  ),
];
