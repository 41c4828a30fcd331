import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DesiredRow } from '../../northbound/desired.ts';
import { buildContext, network, type Parts, revised, segment } from '../testing/build.ts';
import { inserted, verdict } from '../testing/read.ts';
import { logicalSwitchRows } from './logical-switch.ts';

function only(parts: Parts): DesiredRow {
  const [row, ...others] = logicalSwitchRows(buildContext(parts));
  assert.ok(row !== undefined && others.length === 0);
  return row;
}

const provider = {
  networks: [network({ id: 'n', name: 'blue', mtu: 1500, external: true, ...revised(7) })],
  segments: [segment({ id: 's', networkId: 'n', networkType: 'vlan', physicalNetwork: 'physnet1', segmentationId: 5 })],
};

describe('a Logical_Switch', () => {
  it('has in Zed what Zed writes', () => {
    const row = only({ ...provider, release: 'zed' });
    assert.deepEqual(inserted(row), {
      name: 'neutron-n',
      external_ids: {
        'neutron:network_name': 'blue',
        'neutron:mtu': '1500',
        'neutron:revision_number': '7',
        'neutron:availability_zone_hints': '',
      },
      other_config: { mcast_snoop: 'false', mcast_flood_unregistered: 'false', 'vlan-passthru': 'false' },
    });
    assert.equal(row.uuid, undefined);
  });

  it('has in the newest release what that writes', () => {
    const row = only(provider);
    assert.deepEqual(inserted(row), {
      name: 'neutron-n',
      external_ids: {
        'neutron:network_name': 'blue',
        'neutron:mtu': '1500',
        'neutron:revision_number': '7',
        'neutron:availability_zone_hints': '',
        'neutron:provnet-network-type': 'vlan',
        'neutron:provnet-physical-network': 'physnet1',
      },
      other_config: {
        mcast_snoop: 'false',
        mcast_flood_unregistered: 'false',
        'vlan-passthru': 'false',
        fdb_age_threshold: '300',
        'broadcast-arps-to-all-routers': 'true',
      },
    });
    assert.equal(row.uuid, 'n');
  });

  it('may lack the keys that came later, as history', () => {
    const row = only(provider);
    for (const place of ['external_ids:neutron:provnet-physical-network', 'other_config:fdb_age_threshold']) {
      assert.equal(verdict(row, place, undefined), 'history');
      assert.equal(verdict(row, place, 'garbage'), 'wrong');
    }
  });

  it('may have or lack a key that only point releases of the release write', () => {
    const row = only({ ...provider, release: '2024.1' });
    const place = 'external_ids:neutron:provnet-network-type';
    assert.equal(verdict(row, place, undefined), 'right');
    assert.equal(verdict(row, place, 'vlan'), 'right');
    assert.equal(verdict(row, place, 'flat'), 'wrong');
  });

  it('names its hints in order, or the zones of the deployment', () => {
    const hinted = only({ networks: [network({ id: 'n', availabilityZoneHints: ['z2', 'z1'] })] });
    assert.equal(verdict(hinted, 'external_ids:neutron:availability_zone_hints', 'z1,z2'), 'right');
    const unhinted = only({ networks: [network({ id: 'n' })], config: { defaultAvailabilityZones: ['z9', 'z3'] } });
    assert.equal(verdict(unhinted, 'external_ids:neutron:availability_zone_hints', 'z9,z3'), 'right');
  });

  it('shows no provider of several segments, or what the task takes for it', () => {
    const row = only({
      networks: [network({ id: 'n' })],
      segments: [
        segment({ id: 's1', networkId: 'n', networkType: 'vlan', physicalNetwork: 'a' }),
        segment({ id: 's2', networkId: 'n', networkType: 'flat', physicalNetwork: 'b' }),
      ],
    });
    const type = 'external_ids:neutron:provnet-network-type';
    assert.deepEqual(
      ['', 'vlan', 'flat', 'geneve', undefined].map((found) => verdict(row, type, found)),
      ['right', 'right', 'right', 'wrong', 'wrong'],
    );
    const physical = 'external_ids:neutron:provnet-physical-network';
    assert.deepEqual(
      ['a', 'b', undefined, 'c'].map((found) => verdict(row, physical, found)),
      ['right', 'right', 'right', 'wrong'],
    );
    assert.equal(verdict(row, 'other_config:fdb_age_threshold', '300'), 'not ours');
  });

  it('does not count dynamic segments', () => {
    const dynamic = segment({ id: 'd', networkId: 'n', networkType: 'vlan', physicalNetwork: 'a', isDynamic: true });
    const row = only({ ...provider, segments: [...provider.segments, dynamic] });
    assert.equal(verdict(row, 'external_ids:neutron:provnet-network-type', 'vlan'), 'right');
  });

  it('passes VLAN tags through for QinQ and for VLAN transparency', () => {
    for (const given of [{ vlanTransparent: true }, { qinq: true }]) {
      const row = only({ networks: [network({ id: 'n', ...given })] });
      assert.equal(verdict(row, 'other_config:vlan-passthru', 'true'), 'right');
    }
  });

  it('keeps the broadcast key of a network that was external, and its task’s spelling', () => {
    const place = 'other_config:broadcast-arps-to-all-routers';
    const internal = only({ networks: [network({ id: 'n' })] });
    assert.deepEqual(
      ['true', 'False', undefined, 'x'].map((found) => verdict(internal, place, found)),
      ['right', 'right', 'right', 'wrong'],
    );
    const external = only(provider);
    assert.deepEqual(
      ['true', 'True', 'false', undefined].map((found) => verdict(external, place, found)),
      ['right', 'right', 'wrong', 'wrong'],
    );
  });
});
