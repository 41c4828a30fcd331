import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { absent, choice, type DesiredRow, dated, exact, keys, refs } from '../northbound/desired.ts';
import { floatingIpNatKey, natKey, ruleAclKey, subnetDhcpKey } from '../northbound/keys.ts';
import type { UpdateChange } from './change.ts';
import { diffOf, map, type Tables, uuid } from './testing/northbound.ts';

const networkId = uuid(1);
const switchName = `neutron-${networkId}`;

const theSwitch: DesiredRow = {
  table: 'Logical_Switch',
  key: switchName,
  resource: { type: 'networks', id: networkId },
  cells: {
    name: exact(switchName),
    external_ids: keys({ 'neutron:network_name': 'n1', 'neutron:mtu': '1442' }),
    other_config: keys({ mcast_snoop: 'false', 'vlan-passthru': absent }),
  },
  listedIn: [],
};

const thePort: DesiredRow = {
  table: 'Logical_Switch_Port',
  key: uuid(2),
  resource: { type: 'ports', id: uuid(2) },
  cells: {
    name: exact(uuid(2)),
    addresses: exact(['a', 'b']),
    dhcpv4_options: refs('DHCP_Options', [subnetDhcpKey(uuid(3))]),
  },
  listedIn: [{ table: 'Logical_Switch', column: 'ports', key: switchName }],
};

const theDhcp: DesiredRow = {
  table: 'DHCP_Options',
  key: subnetDhcpKey(uuid(3)),
  resource: { type: 'subnets', id: uuid(3) },
  cells: {
    cidr: exact('10.0.0.0/24'),
    options: keys({
      server_mac: choice<string | number>(
        'any MAC',
        (found) => typeof found === 'string' && found.startsWith('fa:16:3e'),
        () => 'fa:16:3e:00:00:01',
      ),
    }),
    external_ids: keys({ subnet_id: uuid(3) }),
  },
  listedIn: [],
};

const rows = [theSwitch, thePort, theDhcp];

const switchRow = {
  _uuid: uuid(101),
  name: switchName,
  external_ids: map({ 'neutron:network_name': 'n1', 'neutron:mtu': '1442', 'octavia:lb': 'x' }),
  other_config: map({ mcast_snoop: 'false' }),
  ports: [uuid(102)],
};
const portRow = {
  _uuid: uuid(102),
  name: uuid(2),
  addresses: ['b', 'a'],
  dhcpv4_options: uuid(103),
  external_ids: map({ 'neutron:port_name': '' }),
};
const dhcpRow = {
  _uuid: uuid(103),
  cidr: '10.0.0.0/24',
  options: map({ server_mac: 'fa:16:3e:12:34:56' }),
  external_ids: map({ subnet_id: uuid(3) }),
};
const healthy: Tables = { Logical_Switch: [switchRow], Logical_Switch_Port: [portRow], DHCP_Options: [dhcpRow] };

const onlyUpdate = (tables: Tables): UpdateChange => {
  const { drift } = diffOf(rows, tables);
  assert.equal(drift.length, 1, JSON.stringify(drift));
  assert.equal(drift[0]?.action, 'update');
  return drift[0] as UpdateChange;
};

describe('diff', () => {
  it('finds nothing where both sides say the same: sets in any order, free choices kept, foreign keys in shared maps', () => {
    const { drift, backfill, doubts } = diffOf(rows, healthy);
    assert.deepEqual({ drift, backfill, doubts }, { drift: [], backfill: [], doubts: [] });
  });

  it('finds a cell that differs, and guards it with what it was', () => {
    const change = onlyUpdate({ ...healthy, Logical_Switch_Port: [{ ...portRow, addresses: ['a'] }] });
    assert.deepEqual(change.differences[0]?.wanted, ['a', 'b']);
    assert.deepEqual(change.guard, { addresses: ['a'] });
  });

  it('tells a lost map key from a changed one and from one that must not be there', () => {
    const external_ids = map({ 'neutron:network_name': 'n2' });
    const other_config = map({ mcast_snoop: 'false', 'vlan-passthru': 'true' });
    const change = onlyUpdate({ ...healthy, Logical_Switch: [{ ...switchRow, external_ids, other_config }] });
    assert.deepEqual(
      change.differences.map(({ key, reason }) => [key, reason]),
      [
        ['neutron:network_name', 'different'],
        ['neutron:mtu', 'missing'],
        ['vlan-passthru', 'extra'],
      ],
    );
  });

  it('refuses a free choice that Neutron could not have made, and then chooses', () => {
    const change = onlyUpdate({ ...healthy, DHCP_Options: [{ ...dhcpRow, options: map({ server_mac: 'zz' }) }] });
    assert.equal(change.differences[0]?.reason, 'invalid');
    assert.equal(change.differences[0]?.wanted, 'fa:16:3e:00:00:01');
  });

  it('tells of a revision that SQL has not reached and does not lower it, whatever else of the row it mends', () => {
    const wants: DesiredRow = {
      ...theSwitch,
      cells: { external_ids: keys({ 'neutron:network_name': 'n1', 'neutron:revision_number': '4' }) },
    };
    const differencesFor = (revision: string) => {
      const ids = map({ 'neutron:network_name': 'other', 'neutron:revision_number': revision });
      const [change] = diffOf([wants], { Logical_Switch: [{ ...switchRow, ports: [], external_ids: ids }] }).drift;
      return (change as UpdateChange).differences.map(({ key, reason, write }) => [key, reason, write?.op]);
    };
    const name = ['neutron:network_name', 'different', 'put'];
    assert.deepEqual(differencesFor('4'), [name]);
    assert.deepEqual(differencesFor('3'), [name, ['neutron:revision_number', 'different', 'put']]);
    assert.deepEqual(differencesFor('5'), [name, ['neutron:revision_number', 'newer', undefined]]);
    assert.deepEqual(differencesFor('x'), [name, ['neutron:revision_number', 'different', 'put']]);
  });

  it('sees a dropped reference', () => {
    const change = onlyUpdate({ ...healthy, Logical_Switch_Port: [{ ...portRow, dhcpv4_options: undefined }] });
    assert.equal(change.differences[0]?.column, 'dhcpv4_options');
    assert.equal(change.differences[0]?.reason, 'missing');
  });

  it('creates what is missing, with its choices made and its listings', () => {
    const { drift } = diffOf(rows, {
      ...healthy,
      Logical_Switch: [{ ...switchRow, ports: [] }],
      Logical_Switch_Port: [],
    });
    assert.deepEqual(
      drift.map(({ action, key }) => [action, key]),
      [['create', uuid(2)]],
    );
    assert.deepEqual(drift[0]?.action === 'create' && drift[0].listedIn, thePort.listedIn);
  });

  it('deletes an orphan only with proof, and tells of a row that nobody marked', () => {
    const orphan = { ...portRow, _uuid: uuid(104), name: uuid(9), dhcpv4_options: undefined };
    const unmarked = { _uuid: uuid(105), name: 'mine', addresses: [], external_ids: map({}) };
    const { drift, foreignRows } = diffOf(rows, {
      ...healthy,
      Logical_Switch: [{ ...switchRow, ports: [uuid(102), uuid(104), uuid(105)] }],
      Logical_Switch_Port: [portRow, orphan, unmarked],
    });
    assert.deepEqual(
      drift.map((change) => [change.action, change.uuid]),
      [['delete', uuid(104)]],
    );
    assert.equal(foreignRows, 1);
  });

  it('does not delete a switch of a deleted network that still holds a row of another owner', () => {
    const orphan = { ...switchRow, _uuid: uuid(106), name: `neutron-${uuid(7)}`, ports: [uuid(107)] };
    const foreign = { _uuid: uuid(107), name: 'octavia-port', addresses: [], external_ids: map({}) };
    const { drift, doubts } = diffOf(rows, {
      ...healthy,
      Logical_Switch: [switchRow, orphan],
      Logical_Switch_Port: [portRow, foreign],
    });
    assert.deepEqual(drift, []);
    assert.ok(doubts.some(({ uuid: id, why }) => id === uuid(106) && why.includes('another owner')));
  });

  it('deletes the duplicate that nothing depends on and keeps the other', () => {
    const double = { ...dhcpRow, _uuid: uuid(100) };
    const { drift } = diffOf(rows, { ...healthy, DHCP_Options: [double, dhcpRow] });
    assert.deepEqual(
      drift.map((change) => [change.action, change.uuid, change.action === 'delete' && change.reason]),
      [['delete', uuid(100), 'duplicate']],
    );
  });

  it('mends a renamed switch in place, known by its ports, instead of making it anew', () => {
    const renamed = { ...switchRow, name: 'renamed' };
    const port = { ...portRow, external_ids: map({ 'neutron:port_name': '', 'neutron:network_name': switchName }) };
    const change = onlyUpdate({ ...healthy, Logical_Switch: [renamed], Logical_Switch_Port: [port] });
    assert.equal(change.uuid, uuid(101));
    assert.deepEqual(change.differences[0]?.wanted, switchName);
  });

  it('puts a port that hangs on the wrong switch back on its own', () => {
    const other: DesiredRow = {
      ...theSwitch,
      key: `neutron-${uuid(8)}`,
      cells: {},
      resource: { type: 'networks', id: uuid(8) },
    };
    const wrong = { ...switchRow, _uuid: uuid(108), name: other.key };
    const { drift } = diffOf([...rows, other], {
      ...healthy,
      Logical_Switch: [{ ...switchRow, ports: [] }, wrong],
    });
    assert.deepEqual(
      drift.flatMap((change) => (change.action === 'update' ? change.differences.map(({ reason }) => reason) : [])),
      ['unlisted', 'misplaced'],
    );
  });

  it('knows an unmarked rule by its content, and marks it again', () => {
    const group = 'pg_x';
    const ruleId = uuid(11);
    const wanted: DesiredRow[] = [
      {
        table: 'Port_Group',
        key: group,
        resource: { type: 'security_groups', id: 'x' },
        cells: { name: exact(group) },
        listedIn: [],
      },
      {
        table: 'ACL',
        key: ruleAclKey(group, ruleId),
        aliases: [`${group}|to-lport|1002|m`],
        resource: { type: 'security_group_rules', id: ruleId },
        unit: { type: 'security_groups', id: 'x' },
        cells: { match: exact('m'), external_ids: keys({ 'neutron:security_group_rule_id': ruleId }) },
        listedIn: [{ table: 'Port_Group', column: 'acls', key: group }],
      },
    ];
    const { drift } = diffOf(wanted, {
      Port_Group: [
        { _uuid: uuid(110), name: group, acls: [uuid(111)], external_ids: map({ 'neutron:security_group_id': 'x' }) },
      ],
      ACL: [{ _uuid: uuid(111), direction: 'to-lport', priority: 1002, match: 'm', external_ids: map({}) }],
    });
    assert.deepEqual(
      drift.map(({ action, uuid: id }) => [action, id]),
      [['update', uuid(111)]],
    );
  });

  it('follows a floating IP that moved to another address instead of replacing its row', () => {
    const id = uuid(21);
    const router: DesiredRow = {
      table: 'Logical_Router',
      key: 'neutron-r',
      resource: { type: 'routers', id: 'r' },
      cells: {},
      listedIn: [],
    };
    const nat: DesiredRow = {
      table: 'NAT',
      key: floatingIpNatKey(id),
      aliases: [natKey('neutron-r', 'dnat_and_snat', '1.2.3.4', '10.0.0.9')],
      resource: { type: 'floatingips', id },
      cells: { logical_ip: exact('10.0.0.9') },
      listedIn: [{ table: 'Logical_Router', column: 'nat', key: 'neutron-r' }],
    };
    const { drift } = diffOf([router, nat], {
      Logical_Router: [{ _uuid: uuid(120), name: 'neutron-r', nat: [uuid(121)], external_ids: map({}) }],
      NAT: [
        {
          _uuid: uuid(121),
          type: 'dnat_and_snat',
          external_ip: '1.2.3.4',
          logical_ip: '10.0.0.8',
          external_ids: map({ 'neutron:fip_id': id }),
        },
      ],
    });
    assert.deepEqual(
      drift.map((change) => change.action === 'update' && change.differences.map(({ column }) => column)),
      [['logical_ip']],
    );
  });

  it('does not depend on the order in which either side lists its rows', () => {
    const broken: Tables = { ...healthy, Logical_Switch_Port: [{ ...portRow, addresses: [] }], DHCP_Options: [] };
    const names = (result: ReturnType<typeof diffOf>) =>
      result.drift.map(({ action, key }) => `${action} ${key}`).sort();
    const reversed = Object.fromEntries(Object.entries(broken).map(([table, list]) => [table, [...list].reverse()]));
    assert.deepEqual(names(diffOf([...rows].reverse(), reversed)), names(diffOf(rows, broken)));
  });
});

describe('history', () => {
  const row = (id: number, cell: DesiredRow['cells'][string]): DesiredRow => ({
    table: 'Logical_Switch_Port',
    key: uuid(id),
    resource: { type: 'ports', id: uuid(id) },
    cells: { external_ids: cell },
    listedIn: [],
  });
  const ports = (...maps: readonly ReadonlyMap<string, string>[]): Tables => ({
    Logical_Switch_Port: maps.map((external_ids, index) => ({
      _uuid: uuid(200 + index),
      name: uuid(index),
      external_ids,
    })),
  });
  const wanted = [0, 1].map((id) => row(id, keys({ 'neutron:vnic_type': dated('vnicTypeAndCapabilities', 'normal') })));
  const createdAt = (...times: number[]) => {
    const timeOf = ({ id }: { id: string }) => times[Number(id.slice(-12))];
    return { createdAtMs: timeOf, writtenAtMs: timeOf };
  };

  it('takes a row without a key for old when it is older than the first row that has it', () => {
    const { drift, backfill } = diffOf(
      wanted,
      ports(map({}), map({ 'neutron:vnic_type': 'normal' })),
      createdAt(1000, 2000),
    );
    assert.deepEqual([drift.length, backfill.length], [0, 1]);
  });

  it('takes it for drift when rows written earlier have the key', () => {
    const { drift, backfill } = diffOf(
      wanted,
      ports(map({ 'neutron:vnic_type': 'normal' }), map({})),
      createdAt(1000, 2000),
    );
    assert.deepEqual([drift.length, backfill.length], [1, 0]);
  });

  it('takes it for drift, however old, where upstream has a task that leaves no row without the key', () => {
    const tagged = [0, 1].map((id) =>
      row(id, keys({ 'neutron:provnet-physical-network': dated('physicalNetworkId', 'p') })),
    );
    const { drift, backfill } = diffOf(
      tagged,
      ports(map({}), map({ 'neutron:provnet-physical-network': 'p' })),
      createdAt(1000, 2000),
    );
    assert.deepEqual([drift.length, backfill.length], [1, 0]);
  });

  it('never takes a wrong value for an old one', () => {
    const { drift } = diffOf(
      wanted,
      ports(map({ 'neutron:vnic_type': 'junk' }), map({ 'neutron:vnic_type': 'normal' })),
      createdAt(1, 2),
    );
    assert.equal(drift.length, 1);
  });
});
