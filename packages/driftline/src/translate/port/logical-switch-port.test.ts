import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Release } from '../../neutron/release-name.ts';
import type { DesiredRow } from '../../northbound/desired.ts';
import { binding, buildContext, chassis, network, type Parts, port, router, subnet } from '../testing/build.ts';
import { inserted, verdict } from '../testing/read.ts';
import { logicalSwitchPortRows } from './logical-switch-port.ts';

const secured = { extensionDrivers: ['port_security'] };
const net = network({ id: 'net', mtu: 1442 });
const v4 = subnet({ id: 'v4', networkId: 'net', cidr: '10.0.0.0/24', enableDhcp: false });
const v6 = subnet({ id: 'v6', networkId: 'net', cidr: '2001:db8::/64', enableDhcp: false });
const MAC = 'fa:16:3e:00:00:01';
const at = (ipAddress: string) => ({ subnetId: ipAddress.includes(':') ? 'v6' : 'v4', ipAddress });
const plain = port({ id: 'p', networkId: 'net', fixedIps: [at('10.0.0.5')] });

function rowOf(parts: Parts, id = 'p'): DesiredRow {
  const ctx = buildContext({ networks: [net], subnets: [v4, v6], config: secured, ...parts });
  const rows = [...logicalSwitchPortRows(ctx)];
  const row = rows.find(({ key }) => key === id);
  assert.ok(row, `no row for ${id}; faults: ${JSON.stringify(ctx.faults)}`);
  return row;
}
const entries = (row: DesiredRow, column: string) => inserted(row)[column] as Record<string, string>;

describe('an ordinary port', () => {
  it('is what golden/2026.1 holds of one', () => {
    const row = rowOf({
      release: '2026.1',
      ports: [
        {
          ...plain,
          name: 's-n0-p7',
          deviceId: 'vm',
          deviceOwner: 'compute:nova',
          adminStateUp: false,
          securityGroupIds: ['sg-1'],
          bindings: [binding({ host: 'cmp-2', vifType: 'ovs' })],
        },
      ],
    });
    assert.deepEqual(inserted(row), {
      name: 'p',
      type: '',
      enabled: false,
      addresses: [`${MAC} 10.0.0.5`],
      port_security: [`${MAC} 10.0.0.5`],
      options: { 'requested-chassis': 'cmp-2' },
      external_ids: {
        'neutron:port_name': 's-n0-p7',
        'neutron:device_id': 'vm',
        'neutron:device_owner': 'compute:nova',
        'neutron:project_id': 'project',
        'neutron:cidrs': '10.0.0.5/24',
        'neutron:network_name': 'neutron-net',
        'neutron:security_group_ids': 'sg-1',
        'neutron:revision_number': '1',
        'neutron:subnet_pool_addr_scope4': '',
        'neutron:subnet_pool_addr_scope6': '',
        'neutron:vnic_type': 'normal',
        'neutron:port_capabilities': '',
        'neutron:mtu': '',
      },
    });
    assert.deepEqual(row.listedIn, [
      { table: 'Logical_Switch', column: 'ports', key: 'neutron-net' },
      { table: 'Port_Group', column: 'ports', key: 'neutron_pg_drop' },
      { table: 'Port_Group', column: 'ports', key: 'pg_sg_1' },
    ]);
  });

  it('has its addresses in whatever order SQL gave them', () => {
    const row = rowOf({ ports: [{ ...plain, fixedIps: [at('10.0.0.5'), at('2001:db8::5')] }] });
    assert.equal(verdict(row, 'addresses', [`${MAC} 2001:db8::5 10.0.0.5`]), 'right');
    assert.equal(verdict(row, 'addresses', [`${MAC} 2001:db8::5 10.0.0.6`]), 'wrong');
    assert.equal(verdict(row, 'addresses', [`${MAC} 10.0.0.5 2001:db8::5`, 'unknown']), 'wrong');
    assert.equal(verdict(row, 'port_security', [`${MAC} 2001:db8::5 10.0.0.5`]), 'right');
    assert.equal(verdict(row, 'external_ids:neutron:cidrs', '2001:db8::5/64 10.0.0.5/24'), 'right');
  });

  it('takes any source address when its port security is off', () => {
    const row = rowOf({ ports: [{ ...plain, portSecurityEnabled: false }] });
    assert.deepEqual(inserted(row).addresses, ['unknown']);
    assert.deepEqual(inserted(row).port_security, undefined);
    assert.deepEqual(
      row.listedIn.map(({ key }) => key),
      ['neutron-net'],
    );
  });

  it('has no port security in a deployment without the extension', () => {
    const row = rowOf({ ports: [plain], config: { extensionDrivers: [] } });
    assert.deepEqual(inserted(row).addresses, ['unknown']);
  });

  it('has the scopes of its pools', () => {
    const pool = { id: 'pool', ipVersion: 4, addressScopeId: 'scope' } as const;
    const row = rowOf({ ports: [plain], subnets: [{ ...v4, subnetPoolId: 'pool' }], subnetPools: [pool] });
    assert.equal(entries(row, 'external_ids')['neutron:subnet_pool_addr_scope4'], 'scope');
    assert.equal(entries(row, 'external_ids')['neutron:subnet_pool_addr_scope6'], '');
  });

  it('of a network that is not there is a fault, and no row', () => {
    const ctx = buildContext({ ports: [plain] });
    assert.deepEqual([...logicalSwitchPortRows(ctx)], []);
    assert.deepEqual(
      ctx.faults.map(({ resource }) => resource),
      [{ type: 'ports', id: 'p' }],
    );
  });
});

it('gives the ports of floating IPs no row', () => {
  const ctx = buildContext({ networks: [net], ports: [{ ...plain, deviceOwner: 'network:floatingip' }] });
  assert.deepEqual([...logicalSwitchPortRows(ctx)], []);
});

describe('the request for a chassis', () => {
  const unbound = { ports: [plain] };
  const request = 'options:requested-chassis';

  it('is written empty until 2023.2', () => {
    assert.equal(verdict(rowOf({ release: 'zed', ...unbound }), request, ''), 'right');
    assert.equal(verdict(rowOf({ release: 'zed', ...unbound }), request, undefined), 'wrong');
  });

  it('is history where it is empty since 2024.1', () => {
    const row = rowOf({ release: '2024.1', ...unbound });
    assert.equal(verdict(row, request, undefined), 'right');
    assert.equal(verdict(row, request, ''), 'history');
    assert.equal(verdict(row, request, 'cmp-1'), 'wrong');
  });

  it('names both hosts while a port migrates', () => {
    const moving = binding({ host: 'a', vifType: 'ovs', profile: { migrating_to: 'b' } });
    const target = binding({ host: 'b', vifType: 'ovs', status: 'INACTIVE' });
    const row = rowOf({ ports: [{ ...plain, bindings: [target, moving] }] });
    assert.deepEqual(entries(row, 'options'), { 'requested-chassis': 'a,b', 'activation-strategy': 'rarp' });
  });

  it('activates a vhost-user port at once', () => {
    const moving = binding({ host: 'a', vifType: 'vhostuser', profile: { migrating_to: 'b' } });
    const row = rowOf({ ports: [{ ...plain, bindings: [moving] }] });
    assert.deepEqual(entries(row, 'options'), { 'requested-chassis': 'a,b' });
  });

  it('asks for the chassis that a SmartNIC belongs to', () => {
    const profile = {
      pci_vendor_info: 'x',
      pci_slot: 'y',
      physical_network: null,
      card_serial_number: 'AB1',
      pf_mac_address: '00:00:00:00:00:aa',
      vf_num: 3,
    };
    const remote = binding({ host: 'hypervisor', vnicType: 'remote-managed', profile });
    const row = rowOf({
      ports: [{ ...plain, bindings: [remote] }],
      chassis: [chassis({ name: 'dpu', hostname: 'dpu.example.org', cardSerialNumbers: ['AB1'] })],
    });
    assert.deepEqual(entries(row, 'options'), {
      'requested-chassis': 'dpu.example.org',
      'vif-plug-type': 'representor',
      'vif-plug-mtu-request': '1442',
      'vif-plug:representor:pf-mac': '00:00:00:00:00:aa',
      'vif-plug:representor:vf-num': '3',
    });
    assert.equal(entries(row, 'external_ids')['neutron:mtu'], '1442');
  });
});

describe('allowed address pairs', () => {
  const VMAC = '00:00:5e:00:01:07';
  const paired = {
    ...plain,
    allowedAddressPairs: [
      { macAddress: MAC, ipAddress: '10.0.0.9' },
      { macAddress: VMAC, ipAddress: '10.0.0.10' },
    ],
  };
  const rows = (release: Release) => rowOf({ release, ports: [paired] });
  const own = `${MAC} 10.0.0.5 10.0.0.9`;

  it('of another MAC are addresses of their own', () => {
    assert.deepEqual(inserted(rows('2026.1')).addresses, [`${MAC} 10.0.0.5`, VMAC]);
  });

  it('take the shape of their release in port security; older shapes are history', () => {
    const plainPair = `${VMAC} 10.0.0.10`;
    const vrrp = `VRRPv3 ${MAC} ${VMAC} 10.0.0.10`;
    assert.deepEqual(inserted(rows('2025.2')).port_security, [own, plainPair]);
    assert.deepEqual(inserted(rows('2026.1')).port_security, [own, vrrp]);
    assert.deepEqual(inserted(rows('2026.2')).port_security, [own, vrrp, plainPair]);
    assert.equal(verdict(rows('2026.1'), 'port_security', [own, plainPair]), 'history');
    assert.equal(verdict(rows('2026.2'), 'port_security', [own, vrrp]), 'history');
    assert.equal(verdict(rows('2026.2'), 'port_security', [own]), 'wrong');
    assert.equal(verdict(rows('2025.2'), 'port_security', [own, vrrp]), 'wrong');
  });
});

describe('a port whose address others may use', () => {
  const vip = port({
    id: 'vip',
    networkId: 'net',
    macAddress: 'fa:16:3e:00:00:02',
    fixedIps: [at('10.0.0.9'), at('2001:db8::9')],
  });
  const parent = (id: string) =>
    port({
      id,
      networkId: 'net',
      fixedIps: [at('10.0.0.5')],
      allowedAddressPairs: [{ macAddress: MAC, ipAddress: '10.0.0.9' }],
    });
  const parts = { ports: [vip, parent('a'), parent('b')] };
  const row = (release: Release, over: Parts = parts) => rowOf({ release, ...over }, 'vip');

  it('is virtual, with those as parents in any order', () => {
    const virtual = row('2026.1');
    assert.equal(inserted(virtual).type, 'virtual');
    assert.deepEqual(entries(virtual, 'options'), { 'virtual-ip': '10.0.0.9', 'virtual-parents': 'a,b' });
    assert.equal(verdict(virtual, 'options:virtual-parents', 'b,a'), 'right');
    assert.equal(verdict(virtual, 'options:virtual-parents', 'b'), 'wrong');
    assert.equal(verdict(virtual, 'options:virtual-parents', 'a,b,c'), 'wrong');
  });

  it('lost the addresses behind the virtual one until 2023.1', () => {
    const short = ['fa:16:3e:00:00:02 10.0.0.9'];
    assert.equal(verdict(row('zed'), 'addresses', short), 'right');
    assert.equal(verdict(row('zed'), 'external_ids:neutron:cidrs', '10.0.0.9/24'), 'right');
    assert.equal(verdict(row('2023.2'), 'addresses', short), 'wrong');
  });

  it('has parents in its own subnet only, since 2026.1; others add themselves', () => {
    const elsewhere = { ...parent('b'), fixedIps: [at('2001:db8::5')] };
    const mixed = row('2026.1', { ports: [vip, parent('a'), elsewhere] });
    for (const parents of ['a', 'a,b', 'b,a']) {
      const beside = { options: new Map([['virtual-ip', '10.0.0.9']]) };
      assert.equal(verdict(mixed, 'options:virtual-parents', parents, beside), 'right', parents);
    }
    const beside = { options: new Map([['virtual-ip', '10.0.0.9']]) };
    assert.equal(verdict(mixed, 'options:virtual-parents', 'b', beside), 'wrong');
  });

  it('may still be ordinary while it is bound', () => {
    const bound = row('2026.1', {
      ports: [{ ...vip, bindings: [binding({ host: 'h', vifType: 'ovs' })] }, parent('a')],
    });
    assert.equal(verdict(bound, 'type', ''), 'right');
    assert.equal(verdict(bound, 'type', 'virtual'), 'right');
    assert.equal(verdict(bound, 'type', 'localport'), 'wrong');
  });

  it('tells behind which host it was seen', () => {
    const seen = { ...vip, bindings: [binding({ vifDetails: { parent_hostname: 'cmp-1' } })] };
    const virtual = row('2026.2', { ports: [seen, parent('a')] });
    assert.equal(entries(virtual, 'external_ids')['neutron:parent_hostname'], 'cmp-1');
    assert.equal(verdict(row('2026.2'), 'external_ids:neutron:parent_hostname', ''), 'right');
    assert.equal(verdict(row('2026.2'), 'external_ids:neutron:parent_hostname', 'cmp-1'), 'wrong');
  });
});

describe('other types', () => {
  it('make metadata ports local', () => {
    const metadata = { ...plain, deviceOwner: 'network:distributed', deviceId: 'ovnmeta-net' };
    const row = rowOf({ ports: [metadata] });
    assert.equal(inserted(row).type, 'localport');
    assert.deepEqual(inserted(row).addresses, [`${MAC} 10.0.0.5`]);
    assert.equal(entries(row, 'external_ids')['neutron:mtu'], '1442');
    assert.equal(verdict(row, 'external_ids:neutron:mtu', ''), 'history');
    assert.equal(entries(rowOf({ release: '2026.1', ports: [metadata] }), 'external_ids')['neutron:mtu'], '');
  });

  it('make every distributed port local until 2023.1', () => {
    const distributed = { ...plain, deviceOwner: 'network:distributed', deviceId: 'other' };
    assert.equal(inserted(rowOf({ release: 'zed', ports: [distributed] })).type, 'localport');
    assert.equal(inserted(rowOf({ release: '2023.2', ports: [distributed] })).type, '');
  });

  it('make SR-IOV ports external, on the chassis of a group', () => {
    const direct = { ...plain, bindings: [binding({ vnicType: 'direct', host: 'cmp', vifType: 'hw_veb' })] };
    const row = rowOf({ release: '2025.2', ports: [direct] });
    assert.equal(inserted(row).type, 'external');
    assert.deepEqual(inserted(row).ha_chassis_group, ['neutron-net']);
    assert.deepEqual(entries(row, 'options'), {});
  });

  it('but not where the NIC switches', () => {
    const profile = { capabilities: ['switchdev'] };
    const offloaded = { ...plain, bindings: [binding({ vnicType: 'direct', host: 'cmp', vifType: 'ovs', profile })] };
    const row = rowOf({ ports: [offloaded] });
    assert.equal(inserted(row).type, '');
    assert.equal(entries(row, 'external_ids')['neutron:port_capabilities'], 'switchdev');
  });

  it('hand a VTEP port to its physical switch', () => {
    const profile = { 'vtep-physical-switch': 'ps', 'vtep-logical-switch': 'ls' };
    const row = rowOf({ ports: [{ ...plain, bindings: [binding({ profile })] }] });
    assert.equal(inserted(row).type, 'vtep');
    assert.deepEqual(inserted(row).addresses, ['unknown']);
    assert.equal(inserted(row).port_security, undefined);
    assert.deepEqual(entries(row, 'options'), { 'vtep-physical-switch': 'ps', 'vtep-logical-switch': 'ls' });
  });

  it('leave the addresses of a load balancer to Octavia', () => {
    const row = rowOf({ ports: [{ ...plain, name: 'ovn-lb-vip-1' }] });
    assert.equal(inserted(row).addresses, undefined);
    assert.equal(verdict(row, 'addresses', [`${MAC} 10.0.0.5`]), 'wrong');
  });
});

describe('a trunk subport', () => {
  const profile = { parent_name: 'parent', tag: 101 };
  const subport = { ...plain, deviceOwner: 'trunk:subport', bindings: [binding({ profile, vifType: 'ovs' })] };
  const rows = (release: Release) => rowOf({ release, ports: [subport] });

  it('asked with the tag itself, and has tag_request since 2026.2', () => {
    assert.deepEqual([inserted(rows('zed')).tag, inserted(rows('zed')).tag_request], [101, undefined]);
    assert.equal(inserted(rows('2026.2')).tag_request, 101);
    assert.equal(inserted(rows('2026.2')).parent_name, 'parent');
    assert.equal(verdict(rows('2026.2'), 'tag', 101), 'right');
    assert.equal(verdict(rows('2026.2'), 'tag', undefined, { tag_request: 101 }), 'right');
    assert.equal(verdict(rows('2026.2'), 'tag', undefined), 'wrong');
    assert.equal(verdict(rows('2026.2'), 'tag_request', undefined), 'history');
    assert.equal(verdict(rows('2026.1'), 'tag_request', 7), 'wrong');
  });

  it('leaves a tag behind, without effect', () => {
    const former = rowOf({ release: '2026.2', ports: [plain] });
    assert.equal(verdict(former, 'tag', 101), 'right');
    assert.equal(verdict(former, 'tag_request', 101), 'wrong');
    assert.equal(verdict(rowOf({ release: '2025.2', ports: [plain] }), 'tag', 101), 'wrong');
  });
});

describe('a port that leads to a router', () => {
  const gateway = { ...plain, deviceId: 'r', deviceOwner: 'network:router_gateway' };
  const ours = router({ id: 'r', gatewayPortId: 'p' });

  it('is of type router, and tells of its NAT addresses where it is a gateway', () => {
    const row = rowOf({ ports: [gateway], routers: [ours] });
    assert.equal(inserted(row).type, 'router');
    assert.deepEqual(inserted(row).addresses, ['router']);
    assert.deepEqual(entries(row, 'options'), {
      'router-port': 'lrp-p',
      'nat-addresses': 'router',
      'exclude-lb-vips-from-garp': 'true',
    });
    assert.deepEqual(
      row.listedIn.map(({ key }) => key),
      ['neutron-net'],
    );
  });

  it('may have a request for the chassis that its gateway is on', () => {
    const bound = { ...gateway, bindings: [binding({ host: 'gw-1', vifType: 'ovs' })] };
    const row = rowOf({ ports: [bound], routers: [ours] });
    assert.equal(verdict(row, 'options:requested-chassis', 'gw-1'), 'right');
    assert.equal(verdict(row, 'options:requested-chassis', undefined), 'right');
    assert.equal(verdict(row, 'options:requested-chassis', 'gw-2'), 'wrong');
  });

  it('is an ordinary port to OVN when the router has a flavour', () => {
    const row = rowOf({ ports: [gateway], routers: [{ ...ours, flavorId: 'f' }] });
    assert.equal(inserted(row).type, '');
    assert.deepEqual(inserted(row).addresses, ['unknown']);
  });
});

it('takes flood reports from no port, or from all', () => {
  const row = rowOf({ release: 'zed', ports: [plain, { ...plain, id: 'q' }] });
  assert.equal(verdict(row, 'options:mcast_flood_reports', 'true'), 'right');
  assert.equal(verdict(row, 'options:mcast_flood_reports', undefined), 'right');
  assert.equal(verdict(row, 'options:mcast_flood_reports', 'false'), 'wrong');
  assert.equal(verdict(rowOf({ ports: [plain] }), 'options:mcast_flood_reports', 'true'), 'history');
});
