import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, DesiredRow, ObservedLookup } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { buildContext, networkLog, type Parts, port, securityGroup, securityGroupRule } from '../testing/build.ts';
import { aclRows } from './acl.ts';

const group = securityGroup({ id: 'g' });
const rule = securityGroupRule({ id: 'r1', securityGroupId: 'g' });

const rowsOf = (parts: Parts): readonly DesiredRow[] => [...aclRows(buildContext(parts))];
const ofRules = (rows: readonly DesiredRow[]): readonly DesiredRow[] =>
  rows.filter(({ resource }) => resource.type === 'security_group_rules');
const [FROM, TO] = ['inport == @neutron_pg_drop && ip', 'outport == @neutron_pg_drop && ip'];

const saidOf = (row: DesiredRow | undefined, column: string): unknown => {
  const cell = row?.cells[column];
  return cell?.is === 'exact' || cell?.is === 'dated' ? cell.value : undefined;
};
const nothing: ObservedLookup = { row: () => undefined, rowAt: () => undefined };
const accepts = (cell: Cell | undefined, found: never, row = {}, observed = nothing): boolean => {
  assert.equal(cell?.is, 'choice');
  return cell?.is === 'choice' && cell.accepts(found, row, observed);
};

test('a rule is one ACL in the port group of its security group, and changes with the group', () => {
  const [row] = ofRules(rowsOf({ securityGroups: [group], securityGroupRules: [rule] }));
  assert.equal(row?.key, 'pg_g|rule:r1');
  assert.deepEqual(row?.aliases, ['pg_g|to-lport|1002|outport == @pg_g && ip4']);
  assert.deepEqual(row?.unit, { type: 'security_groups', id: 'g' });
  assert.deepEqual(row?.listedIn, [{ table: 'Port_Group', column: 'acls', key: 'pg_g' }]);
  assert.equal(saidOf(row, 'priority'), 1002);
  assert.equal(saidOf(row, 'direction'), 'to-lport');
  assert.equal(saidOf(row, 'action'), 'allow-related');
  assert.deepEqual(row?.cells.external_ids, { is: 'keys', keys: { 'neutron:security_group_rule_id': 'r1' } });
});

const numbered = (id: number) => ({ attributes: { id, revision: 1, createdAtMs: 0, updatedAtMs: 0 } });

test('rules that say the same share one ACL: it may carry the id of any, and is given that of the oldest', () => {
  const rules = [
    securityGroupRule({ id: 'r1', securityGroupId: 'g', remoteIpPrefix: '10.0.0.0/8', ...numbered(8) }),
    securityGroupRule({ id: 'r2', securityGroupId: 'g', remoteIpPrefix: '10.0.0.9/8', ...numbered(7) }),
  ];
  const rows = ofRules(rowsOf({ securityGroups: [group], securityGroupRules: rules }));
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.key, 'pg_g|rule:r2');
  assert.equal(rows[0]?.aliases?.[0], 'pg_g|rule:r1');
  const marks = rows[0]?.cells.external_ids;
  const want = marks?.is === 'keys' ? marks.keys['neutron:security_group_rule_id'] : undefined;
  assert.ok(typeof want === 'object' && want.is === 'choice');
  assert.deepEqual(
    ['r1', 'r2', 'r3', undefined].map((found) => want.accepts(found, {}, nothing)),
    [true, true, false, false],
  );
});

test('a rule that Neutron cannot translate is told and has no ACL, the others have theirs', () => {
  const bad = securityGroupRule({ id: 'bad', securityGroupId: 'g', protocol: 'quic' });
  const ctx = buildContext({ securityGroups: [group], securityGroupRules: [bad, rule] });
  assert.deepEqual(
    ofRules([...aclRows(ctx)]).map(({ resource }) => resource.id),
    ['r1'],
  );
  assert.deepEqual(
    ctx.faults.map(({ resource }) => resource),
    [{ type: 'security_group_rules', id: 'bad' }],
  );
});

test('a stateless group allows statelessly, before 2025.1 only if the Northbound knows how', () => {
  const action = (release: Parts['release'], actions: readonly string[]): unknown => {
    const schema = { enumOf: () => actions };
    const groups = [securityGroup({ id: 'g', stateful: false })];
    const parts: Parts = { securityGroups: groups, securityGroupRules: [rule], schema };
    return saidOf(ofRules(rowsOf(release === undefined ? parts : { ...parts, release }))[0], 'action');
  };
  assert.equal(action('zed', ['allow-stateless', 'allow-related']), 'allow-stateless');
  assert.equal(action('zed', ['allow-related']), 'allow-related');
  assert.equal(action('2025.1', ['allow-related']), 'allow-stateless');
});

test('with security groups switched off what is there may stay, and what is not is not made', () => {
  const config = { securityGroup: { enableSecurityGroup: false } };
  const rows = rowsOf({ config, securityGroups: [group], securityGroupRules: [rule] });
  assert.equal(ofRules(rows)[0]?.presence, 'tolerated');
});

test('the common drops have priority 1000 since 2026.2, and an older 1001 is history', () => {
  const drops = (release: '2026.1' | '2026.2') =>
    rowsOf({ release }).filter(({ key }) => key.startsWith('neutron_pg_drop'));
  assert.deepEqual(
    drops('2026.1').map(({ key }) => key),
    [`neutron_pg_drop|from-lport|1001|${FROM}`, `neutron_pg_drop|to-lport|1001|${TO}`],
  );
  const [drop] = drops('2026.2');
  assert.equal(drop?.key, `neutron_pg_drop|from-lport|1000|${FROM}`);
  assert.deepEqual(drop?.aliases, [`neutron_pg_drop|from-lport|1001|${FROM}`]);
  assert.deepEqual(drop?.cells.priority, { is: 'dated', feature: 'dropPriority1000', value: 1000, before: [1001] });
  assert.equal(saidOf(drop, 'action'), 'drop');
});

const grouped = securityGroupRule({ id: 'r1', securityGroupId: 'g', remoteAddressGroupId: 'a' });
const withSet = 'outport == @pg_g && ip4 && ip4.src == $ag_a_ip4';
const withoutSet = 'outport == @pg_g && ip4';

test('address groups are left out of the match until 2023.2 and in it since 2025.1', () => {
  const row = (release: '2023.2' | '2025.1') =>
    ofRules(rowsOf({ release, securityGroups: [group], securityGroupRules: [grouped] }))[0];
  assert.deepEqual(row('2023.2')?.cells.match, { is: 'exact', value: withoutSet });
  assert.deepEqual(row('2025.1')?.cells.match, {
    is: 'dated',
    feature: 'addressGroupsInAcls',
    value: withSet,
    before: [withoutSet],
  });
});

test('in 2024.1 and 2024.2 both matches are right, and the address set tells which one to write', () => {
  const [row] = ofRules(rowsOf({ release: '2024.2', securityGroups: [group], securityGroupRules: [grouped] }));
  const cell = row?.cells.match;
  assert.ok(accepts(cell, withSet as never) && accepts(cell, withoutSet as never));
  assert.ok(!accepts(cell, 'outport == @pg_g' as never));
  const load = { count: () => 0, total: () => 0, add: () => undefined };
  const hasSet: ObservedLookup = {
    ...nothing,
    row: (table, key) => (table === 'Address_Set' && key === 'ag_a_ip4' ? {} : undefined),
  };
  assert.ok(cell?.is === 'choice');
  assert.equal(cell.choose({}, hasSet, load), withSet);
  assert.equal(cell.choose({}, nothing, load), withoutSet);
});

test('ACLs that an older release wrote as one are history while they are missing', () => {
  const rules = ['a', 'b'].map((remoteAddressGroupId, at) =>
    securityGroupRule({ id: `r${at}`, securityGroupId: 'g', remoteAddressGroupId }),
  );
  const rows = ofRules(rowsOf({ release: '2025.1', securityGroups: [group], securityGroupRules: rules }));
  assert.deepEqual(
    rows.map(({ feature }) => feature),
    [undefined, 'addressGroupsInAcls'],
  );
});

const dropsOfGroup = (parts: Parts): readonly DesiredRow[] =>
  rowsOf(parts).filter(({ key }) => key.startsWith('pg_g|') && !key.includes('rule:'));
const securityGroups = [group];

test('since 2026.2 a group has drop ACLs of its own while an enabled log of it tells of drops', () => {
  const log = networkLog({ id: 'l', resourceId: 'g', event: 'DROP' });
  const rows = dropsOfGroup({ securityGroups, networkLogs: [log] });
  assert.deepEqual(
    rows.map(({ key }) => key),
    ['pg_g|from-lport|1001|inport == @pg_g && ip', 'pg_g|to-lport|1001|outport == @pg_g && ip'],
  );
  assert.equal(saidOf(rows[0], 'name'), 'neutron-l');
  assert.equal(saidOf(rows[0], 'log'), true);
  assert.deepEqual(dropsOfGroup({ securityGroups, networkLogs: [{ ...log, enabled: false }] }), []);
  assert.deepEqual(dropsOfGroup({ securityGroups, networkLogs: [{ ...log, event: 'ACCEPT' }] }), []);
  assert.deepEqual(dropsOfGroup({ securityGroups, networkLogs: [{ ...log, resourceId: undefined }] }), []);
  assert.deepEqual(dropsOfGroup({ release: '2026.1', securityGroups, networkLogs: [log] }), []);
});

test("a log of a port is one of the port's groups", () => {
  const ports = [port({ id: 'p', networkId: 'n', securityGroupIds: ['g'] })];
  const networkLogs = [networkLog({ id: 'l', targetId: 'p' })];
  assert.equal(dropsOfGroup({ ports, securityGroups, networkLogs }).length, 2);
});

test('twenty thousand rules of one group are as many ACLs', () => {
  const securityGroupRules = Array.from({ length: 20_000 }, (_, at) =>
    securityGroupRule({ id: String(at).padStart(5, '0'), securityGroupId: 'g', protocol: 'tcp', portRangeMin: at }),
  );
  const ctx: TranslationContext = buildContext({ securityGroups, securityGroupRules });
  let rows = 0;
  for (const _ of aclRows(ctx)) rows++;
  assert.equal(rows, 20_002);
});
