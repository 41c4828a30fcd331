import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { QosRule } from '../../neutron/model/qos.ts';
import type { DesiredRow } from '../../northbound/desired.ts';
import { logicalSwitchPortRows } from '../port/logical-switch-port.ts';
import {
  binding,
  buildContext,
  floatingIp,
  network,
  type Parts,
  port,
  qosPolicy,
  router,
  segment,
} from '../testing/build.ts';
import { inserted, verdict } from '../testing/read.ts';
import { qosRows } from './qos.ts';

const limit = (direction: 'egress' | 'ingress', maxKbps: number, maxBurstKbps = 0): QosRule => ({
  type: 'bandwidth_limit',
  id: `limit-${direction}`,
  direction,
  maxKbps,
  maxBurstKbps,
});
const mark: QosRule = { type: 'dscp_marking', id: 'mark', dscpMark: 26 };
const minimum: QosRule = { type: 'minimum_bandwidth', id: 'minimum', direction: 'egress', minKbps: 5000 };

const vm = port({ id: 'p', networkId: 'net', qosPolicyId: 'policy' });
const parts = (rules: readonly QosRule[], over: Parts = {}): Parts => ({
  networks: [network({ id: 'net' })],
  segments: [segment({ id: 's', networkId: 'net' })],
  ports: [vm],
  qosPolicies: [qosPolicy({ id: 'policy', rules })],
  ...over,
});
const rowsOf = (given: Parts): readonly DesiredRow[] => [...qosRows(buildContext(given))];

describe('the policy of a port', () => {
  it('is a row per direction, with bandwidth and mark in one (golden/2026.1)', () => {
    const [egress, ingress, ...more] = rowsOf(
      parts([limit('ingress', 20_000, 16_000), limit('egress', 10_000, 8000), mark]),
    );
    assert.ok(egress && ingress && more.length === 0);
    assert.deepEqual(inserted(egress), {
      direction: 'from-lport',
      priority: 2002,
      match: 'inport == "p"',
      bandwidth: { rate: 10_000, burst: 8000 },
      action: { dscp: 26 },
      external_ids: { 'neutron:port_id': 'p' },
    });
    assert.deepEqual(inserted(ingress), {
      direction: 'to-lport',
      priority: 2002,
      match: 'outport == "p"',
      bandwidth: { rate: 20_000, burst: 16_000 },
      action: {},
      external_ids: { 'neutron:port_id': 'p' },
    });
    assert.deepEqual(egress.listedIn, [{ table: 'Logical_Switch', column: 'qos_rules', key: 'neutron-net' }]);
    assert.deepEqual(egress.aliases, ['neutron-net|from-lport|2002|inport == "p"']);
  });

  it('is the network’s where the port has none', () => {
    const given = parts([mark], {
      networks: [network({ id: 'net', qosPolicyId: 'policy' })],
      ports: [
        { ...vm, qosPolicyId: undefined },
        { ...vm, id: 'router', qosPolicyId: undefined, deviceOwner: 'network:router_interface' },
        { ...vm, id: 'sriov', qosPolicyId: undefined, bindings: [binding({ vnicType: 'direct' })] },
      ],
    });
    assert.deepEqual(
      rowsOf(given).map(({ resource }) => resource.id),
      ['p'],
    );
  });

  it('has a mark of 0', () => {
    const [row] = rowsOf(parts([{ ...mark, dscpMark: 0 } as QosRule]));
    assert.ok(row);
    assert.deepEqual(inserted(row).action, { dscp: 0 });
  });

  it('is no row where it says nothing that OVN limits', () => {
    const packets: QosRule = { type: 'packet_rate_limit', id: 'x', direction: 'egress', maxKpps: 1, maxBurstKpps: 0 };
    assert.deepEqual(rowsOf(parts([packets, minimum])), []);
  });
});

describe('a minimum bandwidth', () => {
  const physical = { segments: [segment({ id: 's', networkId: 'net', networkType: 'vlan', physicalNetwork: 'x' })] };
  const rules = [limit('egress', 10_000, 8000), minimum];
  const optionsOf = (given: Parts) => {
    const [row] = logicalSwitchPortRows(buildContext(given));
    assert.ok(row);
    return row;
  };

  it('moves the egress of a port on a physical network to its options, in bit/s, since 2025.1', () => {
    const given = parts([...rules, mark], { ...physical, release: '2025.2' });
    assert.deepEqual(inserted(optionsOf(given)).options, {
      qos_max_rate: '10000000',
      qos_burst: '8000000',
      qos_min_rate: '5000000',
    });
    const [row] = rowsOf(given);
    assert.ok(row);
    assert.deepEqual([inserted(row).bandwidth, inserted(row).action], [{}, { dscp: 26 }]);
  });

  it('does not move it on a tunnelled network', () => {
    const given = parts(rules, { release: '2025.2' });
    assert.deepEqual(inserted(optionsOf(given)).options, {});
    assert.deepEqual(
      rowsOf(given).map((row) => inserted(row).bandwidth),
      [{ rate: 10_000, burst: 8000 }],
    );
  });

  it('leaves the limit of other ports in their rows; early 2025.1 moved every limit', () => {
    const alone = (release: '2025.1' | '2025.2') => parts([limit('egress', 10_000)], { ...physical, release });
    const option = 'options:qos_max_rate';
    assert.equal(verdict(optionsOf(alone('2025.2')), option, '10000000'), 'wrong');
    assert.equal(verdict(optionsOf(alone('2025.1')), option, '10000000'), 'right');
    assert.equal(verdict(optionsOf(alone('2025.1')), option, undefined), 'right');
    assert.deepEqual(
      rowsOf(alone('2025.1')).map(({ presence }) => presence),
      ['tolerated'],
    );
    assert.deepEqual(
      rowsOf(alone('2025.2')).map(({ presence }) => presence),
      [undefined],
    );
  });

  it('was an option in kbit/s before, lost with the next update', () => {
    const row = optionsOf(parts(rules, { ...physical, release: 'zed' }));
    assert.equal(verdict(row, 'options:qos_min_rate', '5000'), 'right');
    assert.equal(verdict(row, 'options:qos_min_rate', undefined), 'right');
    assert.equal(verdict(row, 'options:qos_min_rate', '5000000'), 'wrong');
    assert.equal(verdict(row, 'options:qos_max_rate', '10000000'), 'wrong');
  });
});

describe('a floating IP', () => {
  const given = (over: Parts = {}): Parts =>
    parts([limit('egress', 10_000)], {
      networks: [network({ id: 'ext', external: true }), network({ id: 'net' })],
      ports: [
        port({ id: 'p', networkId: 'net' }),
        port({ id: 'gw', networkId: 'ext', deviceId: 'r', deviceOwner: 'network:router_gateway' }),
      ],
      routers: [router({ id: 'r', gatewayPortId: 'gw' })],
      floatingIps: [
        floatingIp({
          id: 'f',
          floatingIpAddress: '198.51.100.4',
          floatingNetworkId: 'ext',
          fixedPortId: 'p',
          fixedIpAddress: '10.0.0.5',
          routerId: 'r',
          qosPolicyId: 'policy',
        }),
      ],
      ...over,
    });

  it('is limited at the gateway, where its port is, when distributed', () => {
    const [row, ...more] = rowsOf(given({ config: { ovn: { enableDistributedFloatingIp: true } } }));
    assert.ok(row && more.length === 0);
    assert.equal(inserted(row).match, 'inport == "gw" && ip4.src == 198.51.100.4 && is_chassis_resident("p")');
    assert.deepEqual(inserted(row).external_ids, { 'neutron:fip_id': 'f' });
    assert.deepEqual(
      row.listedIn.map(({ key }) => key),
      ['neutron-ext'],
    );
    assert.deepEqual(row.resource, { type: 'floatingips', id: 'f' });
  });

  it('is limited where the gateway is when centralised', () => {
    const [row] = rowsOf(given());
    assert.ok(row);
    assert.match(String(inserted(row).match), /is_chassis_resident\("cr-lrp-gw"\)$/);
  });

  it('came to come before the gateway’s own limit', () => {
    const priority = (release: '2024.2' | '2025.1' | '2025.2', found: number) => {
      const [row] = rowsOf(given({ release }));
      assert.ok(row);
      return verdict(row, 'priority', found);
    };
    assert.deepEqual([priority('2024.2', 2002), priority('2024.2', 2003)], ['right', 'wrong']);
    assert.deepEqual([priority('2025.1', 2002), priority('2025.1', 2003)], ['right', 'right']);
    assert.deepEqual([priority('2025.2', 2002), priority('2025.2', 2003)], ['history', 'right']);
  });

  it('is not limited without a gateway', () => {
    assert.deepEqual(rowsOf(given({ routers: [router({ id: 'r' })] })), []);
  });
});

it('limits a router at its gateway, by its own policy or the external network’s', () => {
  const given = parts([limit('egress', 10_000)], {
    networks: [network({ id: 'ext', external: true, qosPolicyId: 'policy' })],
    ports: [port({ id: 'gw', networkId: 'ext', deviceId: 'r', deviceOwner: 'network:router_gateway' })],
    routers: [router({ id: 'r', gatewayPortId: 'gw' })],
  });
  const [row, ...more] = rowsOf(given);
  assert.ok(row && more.length === 0);
  assert.deepEqual(inserted(row), {
    direction: 'from-lport',
    priority: 2002,
    match: 'inport == "gw"',
    bandwidth: { rate: 10_000 },
    action: {},
    external_ids: { 'neutron:router_id': 'r' },
  });
});
