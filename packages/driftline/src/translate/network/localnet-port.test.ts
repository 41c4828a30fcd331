import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DesiredRow } from '../../northbound/desired.ts';
import { buildContext, network, type Parts, segment } from '../testing/build.ts';
import { inserted, verdict } from '../testing/read.ts';
import { localnetPortRows } from './localnet-port.ts';

const parts: Parts = {
  networks: [network({ id: 'n' })],
  segments: [segment({ id: 's', networkId: 'n', networkType: 'vlan', physicalNetwork: 'physnet1', segmentationId: 5 })],
};

function only(given: Parts): DesiredRow {
  const [row, ...others] = localnetPortRows(buildContext(given));
  assert.ok(row !== undefined && others.length === 0);
  return row;
}

describe('a localnet port', () => {
  it('has in Zed what Zed writes', () => {
    assert.deepEqual(inserted(only({ ...parts, release: 'zed' })), {
      name: 'provnet-s',
      type: 'localnet',
      addresses: ['unknown'],
      options: { network_name: 'physnet1', mcast_flood: 'false', mcast_flood_reports: 'true' },
      external_ids: {},
      tag: 5,
    });
  });

  it('has in the newest release what that writes', () => {
    const row = only({ ...parts, config: { ovn: { localnetLearnFdb: true } } });
    assert.deepEqual(inserted(row), {
      name: 'provnet-s',
      type: 'localnet',
      addresses: ['unknown'],
      options: {
        network_name: 'physnet1',
        mcast_flood: 'false',
        mcast_flood_reports: 'true',
        localnet_learn_fdb: 'true',
      },
      external_ids: { 'neutron:provnet-physical-network': 'physnet1' },
      tag_request: 5,
      tag: 5,
    });
    assert.deepEqual(row.listedIn, [{ table: 'Logical_Switch', column: 'ports', key: 'neutron-n' }]);
  });

  it('serves its network', () => {
    assert.deepEqual(only(parts).resource, { type: 'networks', id: 'n' });
  });

  it('has no tag on a flat network', () => {
    const flat = segment({
      id: 's',
      networkId: 'n',
      networkType: 'flat',
      physicalNetwork: 'p',
      segmentationId: undefined,
    });
    const row = only({ ...parts, segments: [flat] });
    assert.equal(verdict(row, 'tag', undefined), 'right');
    assert.equal(verdict(row, 'tag', 5), 'wrong');
    assert.equal(verdict(row, 'tag_request', 5), 'wrong');
  });

  it('has the tag in tag, in tag_request, or in both, but not in neither', () => {
    const row = only(parts);
    assert.equal(verdict(row, 'tag_request', undefined), 'history');
    assert.equal(verdict(row, 'tag', 5, { tag_request: undefined }), 'right');
    assert.equal(verdict(row, 'tag', undefined, { tag_request: 5 }), 'right');
    assert.equal(verdict(row, 'tag', undefined, { tag_request: undefined }), 'wrong');
    assert.equal(verdict(row, 'tag', 6, { tag_request: 5 }), 'wrong');
  });

  it('may ask for its tag in the later point releases of 2026.1', () => {
    const row = only({ ...parts, release: '2026.1' });
    assert.deepEqual(
      [undefined, 5, 6].map((found) => verdict(row, 'tag_request', found)),
      ['right', 'right', 'wrong'],
    );
  });

  it('has the ethertype of QinQ in Neutron’s spelling', () => {
    const row = only({ ...parts, networks: [network({ id: 'n', qinq: true })] });
    assert.equal(verdict(row, 'options:ethtype', '802.11ad'), 'right');
  });

  it('may have its flood options changed by the task where OVN floods wrongly', () => {
    const broken = only({ ...parts, release: '2023.2', schema: { version: '6.2.0' } });
    assert.equal(verdict(broken, 'options:mcast_flood', undefined), 'right');
    const sound = only({ ...parts, release: '2023.2', schema: { version: '6.3.0' } });
    assert.equal(verdict(sound, 'options:mcast_flood', undefined), 'wrong');
  });

  it('is known by the name that it had in Ussuri, and by what it joins', () => {
    const aliases = only(parts).aliases ?? [];
    assert.equal(aliases[0], 'provnet-n');
    assert.match(aliases[1] ?? '', /^neutron-n\|localnet\|/);
    assert.equal(aliases.length, 2);
  });

  it('is not made for a tunnel', () => {
    const ctx = buildContext({ networks: [network({ id: 'n' })], segments: [segment({ id: 's', networkId: 'n' })] });
    assert.deepEqual([...localnetPortRows(ctx)], []);
  });

  it('is a fault, and no more, where its network is missing', () => {
    const ctx = buildContext({ ...parts, networks: [] });
    assert.deepEqual([...localnetPortRows(ctx)], []);
    assert.match(ctx.faults[0]?.message ?? '', /segment s has no network n/);
  });
});
