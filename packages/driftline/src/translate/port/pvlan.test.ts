import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildContext, network, type Parts, port } from '../testing/build.ts';
import { pvlanGroupsOf, pvlanRows } from './pvlan.ts';

const networks = [network({ id: 'n-1', pvlan: true })];
const keysOf = (parts: Parts): readonly string[] =>
  [...pvlanRows(buildContext(parts))].map(({ table, key }) => `${table} ${key}`);

const common = [
  'Port_Group pvlan_pg_drop',
  'ACL pvlan_pg_drop|from-lport|1010|inport == @pvlan_pg_drop && ip',
  'ACL pvlan_pg_drop|to-lport|1010|outport == @pvlan_pg_drop && ip',
];

test('the common group is on every 2026.2 and on no earlier release', () => {
  assert.deepEqual(keysOf({ networks: [network({ id: 'n' })] }), common);
  assert.deepEqual(keysOf({ release: '2026.1', networks }), []);
});

test('isolated ports hear promiscuous ones, and promiscuous ports hear all', () => {
  assert.deepEqual(keysOf({ networks }).slice(3), [
    'Port_Group pvlan_isolated_n_1',
    'ACL pvlan_isolated_n_1|to-lport|1011|outport == @pvlan_isolated_n_1 && (inport == @pvlan_promiscuous_n_1 || ip4.src == $pvlan_promiscuous_n_1_ip4 || ip6.src == $pvlan_promiscuous_n_1_ip6)',
    'Port_Group pvlan_promiscuous_n_1',
    'ACL pvlan_promiscuous_n_1|to-lport|1011|outport == @pvlan_promiscuous_n_1',
    'ACL pvlan_promiscuous_n_1|from-lport|1011|inport == @pvlan_promiscuous_n_1',
    'ACL pvlan_promiscuous_n_1|from-lport|1011|inport == @pvlan_isolated_n_1',
  ]);
});

test('a community is there while a port is in it', () => {
  const member = port({ id: 'p', networkId: 'n-1', pvlan: { type: 'community', community: 'red' } });
  const ofRed = keysOf({ networks, ports: [member, { ...member, id: 'q' }] }).filter((key) => key.includes('red'));
  const red = 'pvlan_community_red_n_1';
  const from = (source: string) =>
    `outport == @${red} && (inport == @${source} || ip4.src == $${source}_ip4 || ip6.src == $${source}_ip6)`;
  assert.deepEqual(ofRed, [
    `Port_Group ${red}`,
    `ACL ${red}|to-lport|1012|${from(red)}`,
    `ACL ${red}|to-lport|1012|${from('pvlan_promiscuous_n_1')}`,
    `ACL pvlan_promiscuous_n_1|from-lport|1011|inport == @${red}`,
  ]);
});

test('a port is in the common group and in that of its kind, if its network is private', () => {
  const isolated = port({ id: 'p', networkId: 'n-1', pvlan: { type: 'isolated', community: undefined } });
  assert.deepEqual(pvlanGroupsOf(buildContext({ networks }), isolated), ['pvlan_pg_drop', 'pvlan_isolated_n_1']);
  assert.deepEqual(pvlanGroupsOf(buildContext({ networks: [network({ id: 'n-1' })] }), isolated), []);
  assert.deepEqual(pvlanGroupsOf(buildContext({ networks }), port({ id: 'q', networkId: 'n-1' })), []);
});
