import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DesiredRow } from '../northbound/desired.ts';
import { choice, exact, keys } from '../northbound/desired.ts';
import { ANY_ADDRESS, aclKey, dnsKey, localnetKey, natKey, routerPortMacKey, ruleAclKey } from '../northbound/keys.ts';
import type { Change } from './change.ts';
import { diffOf, map, uuid } from './testing/northbound.ts';

const row = (part: Pick<DesiredRow, 'table' | 'key'> & Partial<DesiredRow>): DesiredRow => ({
  resource: { type: 'networks', id: part.key },
  cells: {},
  listedIn: [],
  ...part,
});
const named = (table: DesiredRow['table'], key: string) => row({ table, key, cells: { name: exact(key) } });
const columnsOf = (change: Change | undefined): readonly string[] =>
  change?.action === 'update' ? change.differences.map(({ column }) => column) : [];

describe('a row that was renamed, moved or lost its mark', () => {
  it('is known by its uuid, where that is the id of its network, even under the name of another', () => {
    const name = `neutron-${uuid(1)}`;
    const found = { _uuid: uuid(1), name: `neutron-${uuid(9)}`, external_ids: map({ 'neutron:network_name': '' }) };
    const { drift } = diffOf([named('Logical_Switch', name)], { Logical_Switch: [found] });
    assert.deepEqual(drift.map(columnsOf), [['name']]);
  });

  it('is known by the network or router that a chassis group names', () => {
    for (const key of ['neutron:network_id', 'neutron:router_id']) {
      const found = { _uuid: uuid(5), name: 'other', external_ids: map({ [key]: uuid(1) }) };
      const { drift } = diffOf([named('HA_Chassis_Group', `neutron-${uuid(1)}`)], { HA_Chassis_Group: [found] });
      assert.deepEqual(drift.map(columnsOf), [['name']], key);
    }
  });

  it('is the drop group if it holds a common drop ACL, and not if it holds another on that group', () => {
    const acl = { _uuid: uuid(6), action: 'drop', match: 'inport == @neutron_pg_drop && ip', external_ids: map({}) };
    const other = { ...acl, _uuid: uuid(7), match: 'inport == @neutron_pg_drop && tcp' };
    const group = { _uuid: uuid(5), name: 'renamed', acls: [uuid(6)], external_ids: map({}) };
    const wanted = [named('Port_Group', 'neutron_pg_drop')];
    const renamed = diffOf(wanted, { Port_Group: [group], ACL: [acl] }).drift;
    assert.deepEqual(columnsOf(renamed.find(({ table }) => table === 'Port_Group')), ['name']);
    const foreign = diffOf(wanted, { Port_Group: [{ ...group, acls: [uuid(7)] }], ACL: [other] }).drift;
    assert.equal(foreign.find(({ table }) => table === 'Port_Group')?.action, 'create');
  });

  it('is the localnet port of its switch by the network and VLAN that it joins, but never one of a plug-in', () => {
    const name = `neutron-${uuid(1)}`;
    const port = row({
      table: 'Logical_Switch_Port',
      key: `provnet-${uuid(2)}`,
      aliases: [localnetKey(name, 'physnet1', 962)],
      cells: { name: exact(`provnet-${uuid(2)}`) },
      listedIn: [{ table: 'Logical_Switch', column: 'ports', key: name }],
    });
    const drift = (cells: object) =>
      diffOf([named('Logical_Switch', name), port], {
        Logical_Switch: [{ _uuid: uuid(11), name, ports: [uuid(12)], external_ids: map({}) }],
        Logical_Switch_Port: [
          {
            _uuid: uuid(12),
            name: 'renamed',
            type: 'localnet',
            tag: 962,
            options: map({ network_name: 'physnet1' }),
            external_ids: map({}),
            ...cells,
          },
        ],
      }).drift;
    assert.deepEqual(drift({}).map(columnsOf), [['name']]);
    for (const other of [{ tag: 963 }, { options: map({ network_name: 'physnet2' }) }, { name: 'bgp-lsp-1' }]) {
      assert.deepEqual(
        drift(other).map(({ action }) => action),
        ['create'],
      );
    }
  });

  it('is the port of its router that has its MAC address', () => {
    const router = `neutron-${uuid(1)}`;
    const mac = 'fa:16:3e:00:00:01';
    const port = row({
      table: 'Logical_Router_Port',
      key: `lrp-${uuid(2)}`,
      aliases: [routerPortMacKey(router, mac)],
      cells: { name: exact(`lrp-${uuid(2)}`) },
      listedIn: [{ table: 'Logical_Router', column: 'ports', key: router }],
    });
    const { drift } = diffOf([named('Logical_Router', router), port], {
      Logical_Router: [{ _uuid: uuid(11), name: router, ports: [uuid(12)], external_ids: map({}) }],
      Logical_Router_Port: [{ _uuid: uuid(12), name: 'renamed', mac, external_ids: map({}) }],
    });
    assert.deepEqual(drift.map(columnsOf), [['name']]);
  });

  it('is listed back in one transaction when an ACL moved to another group', () => {
    const match = 'outport == @pg_a && ip4';
    const groups = ['pg_a', 'pg_b'].map((name) => named('Port_Group', name));
    const acl = row({
      table: 'ACL',
      key: ruleAclKey('pg_a', uuid(3)),
      aliases: [aclKey('pg_a', 'to-lport', 1002, match)],
      listedIn: [{ table: 'Port_Group', column: 'acls', key: 'pg_a' }],
    });
    const ids = map({ 'neutron:security_group_rule_id': uuid(3) });
    const { drift } = diffOf([...groups, acl], {
      Port_Group: [
        { _uuid: uuid(11), name: 'pg_a', acls: [], external_ids: map({}) },
        { _uuid: uuid(12), name: 'pg_b', acls: [uuid(13)], external_ids: map({}) },
      ],
      ACL: [{ _uuid: uuid(13), direction: 'to-lport', priority: 1002, match, external_ids: ids }],
    });
    assert.deepEqual(
      drift.map((change) => (change.action === 'update' ? change.differences.map(({ reason }) => reason) : change)),
      [['unlisted', 'misplaced']],
    );
  });

  it('is taken for a missing snat row on its own router, under any type and address, if nobody marked it', () => {
    const router = `neutron-${uuid(1)}`;
    const cidr = '10.0.0.0/24';
    const nat = row({
      table: 'NAT',
      key: natKey(router, 'snat', '198.51.100.7', cidr),
      aliases: [natKey(router, 'snat', ANY_ADDRESS, cidr)],
      cells: { type: exact('snat'), external_ip: exact('198.51.100.7') },
      listedIn: [{ table: 'Logical_Router', column: 'nat', key: router }],
    });
    const drift = (cells: object) =>
      diffOf([named('Logical_Router', router), nat], {
        Logical_Router: [{ _uuid: uuid(11), name: router, nat: [uuid(12)], external_ids: map({}) }],
        NAT: [
          {
            _uuid: uuid(12),
            type: 'snat',
            external_ip: '198.51.100.7',
            logical_ip: cidr,
            external_ids: map({}),
            ...cells,
          },
        ],
      }).drift;
    assert.deepEqual(drift({ type: 'dnat_and_snat' }).map(columnsOf), [['type']]);
    assert.deepEqual(drift({ external_ip: '203.0.113.1' }).map(columnsOf), [['external_ip']]);
    assert.deepEqual(
      drift({ external_ip: '203.0.113.1', external_ids: map({ owner: 'operator' }) }).map(({ action }) => action),
      ['create'],
    );
  });

  it('is the DNS row of its switch if it holds exactly the records that are wanted there', () => {
    const name = `neutron-${uuid(1)}`;
    const dns = row({
      table: 'DNS',
      key: dnsKey(name),
      cells: {
        records: keys({
          a: '10.0.0.5',
          b: choice<string | number>(
            '',
            (found) => found === '1 2',
            () => '2 1',
          ),
        }),
        external_ids: keys({ ls_name: name }),
      },
      listedIn: [{ table: 'Logical_Switch', column: 'dns_records', key: name }],
    });
    const drift = (records: Record<string, string>) =>
      diffOf([named('Logical_Switch', name), dns], {
        Logical_Switch: [{ _uuid: uuid(11), name, dns_records: [uuid(12)], external_ids: map({}) }],
        DNS: [{ _uuid: uuid(12), records: map(records), external_ids: map({}) }],
      }).drift;
    assert.deepEqual(drift({ a: '10.0.0.5', b: '1 2' }).map(columnsOf), [['external_ids']]);
    for (const records of [{ a: '10.0.0.5' }, { a: '10.0.0.5', b: '1 2', c: 'more' }, { a: '10.0.0.5', b: '3' }]) {
      assert.deepEqual(
        drift(records).map(({ action }) => action),
        ['create'],
      );
    }
  });
});

describe('changes that depend on each other', () => {
  it('are one unit when a row goes with the only row that holds it', () => {
    const rule = { 'neutron:security_group_rule_id': uuid(3) };
    const { drift } = diffOf([], {
      Port_Group: [
        {
          _uuid: uuid(11),
          name: 'pg_a',
          acls: [uuid(12)],
          external_ids: map({ 'neutron:security_group_id': uuid(4) }),
        },
      ],
      ACL: [{ _uuid: uuid(12), direction: 'to-lport', priority: 1002, match: 'm', external_ids: map(rule) }],
    });
    assert.deepEqual(
      drift.map(({ action, unit }) => [action, unit.id]),
      [
        ['delete', uuid(4)],
        ['delete', uuid(4)],
      ],
    );
  });

  it('are one unit when a port takes a gateway chassis by a name that sits in another port', () => {
    const port = (name: string): DesiredRow =>
      row({
        table: 'Logical_Router_Port',
        key: name,
        resource: { type: 'routers', id: `router of ${name}` },
        cells: {
          gateway_chassis: {
            is: 'rows',
            table: 'Gateway_Chassis',
            rows: [{ name: `${name}_gw`, chassis_name: 'gw', priority: 1 }],
          },
        },
      });
    const chassis = (id: number, name: string) => ({ _uuid: uuid(id), name, chassis_name: 'gw', priority: 1 });
    const { drift } = diffOf([port('a'), port('b'), port('c')], {
      Logical_Router_Port: [
        { _uuid: uuid(11), name: 'a', gateway_chassis: [], external_ids: map({}) },
        { _uuid: uuid(12), name: 'b', gateway_chassis: [uuid(21), uuid(22)], external_ids: map({}) },
        { _uuid: uuid(13), name: 'c', gateway_chassis: [], external_ids: map({}) },
      ],
      Gateway_Chassis: [chassis(21, 'a_gw'), chassis(22, 'b_gw')],
    });
    assert.deepEqual(
      drift.map(({ key, unit }) => [key, unit.id]),
      [
        ['a', 'router of a'],
        ['b', 'router of a'],
        ['c', 'router of c'],
      ],
    );
  });
});
