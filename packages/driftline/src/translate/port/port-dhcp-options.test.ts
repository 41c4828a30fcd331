import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExtraDhcpOption } from '../../neutron/model/port.ts';
import { binding, buildContext, network, type Parts, port, revised, subnet } from '../testing/build.ts';
import { inserted, verdict } from '../testing/read.ts';
import { dhcpOptionsFor, portDhcpCells, portDhcpRows } from './port-dhcp-options.ts';

const option = (optName: string, optValue: string, ipVersion: 4 | 6 = 4): ExtraDhcpOption => ({
  optName,
  optValue,
  ipVersion,
});
const v4 = { subnetId: 'a', ipAddress: '10.0.0.5' };
const v6 = { subnetId: 'x', ipAddress: '2001:db8:1::5' };
const network4 = network({ id: 'n' });
const subnets = [
  subnet({ id: 'a', networkId: 'n', cidr: '10.0.0.0/24', gatewayIp: '10.0.0.1', ...revised(4) }),
  subnet({ id: 'b', networkId: 'n', cidr: '10.0.1.0/24', gatewayIp: '10.0.1.1' }),
  subnet({ id: 'off', networkId: 'n', cidr: '10.0.2.0/24', enableDhcp: false }),
  subnet({ id: 'x', networkId: 'n', cidr: '2001:db8:1::/64', ipv6AddressMode: 'dhcpv6-stateless' }),
  subnet({ id: 'y', networkId: 'n', cidr: '2001:db8:2::/64', ipv6AddressMode: 'dhcpv6-stateful' }),
];

function place(given: Parameters<typeof port>[0], parts: Parts = {}) {
  const ctx = buildContext({ networks: [network4], subnets, ports: [port(given)], ...parts });
  const [stored] = ctx.snapshot.ports.values();
  assert.ok(stored);
  const refs = dhcpOptionsFor(ctx, stored);
  return { refs, dhcp: { v4: refs.v4.keys, v6: refs.v6.keys }, rows: [...portDhcpRows(ctx)] };
}
const base = { id: 'p', networkId: 'n', fixedIps: [v4] };

describe('the DHCP options that a port refers to', () => {
  it('are its subnets’ where it has none of its own', () => {
    assert.deepEqual(place({ ...base, fixedIps: [v4, v6] }).dhcp, { v4: ['subnet:a'], v6: ['subnet:x'] });
  });

  it('are none for Neutron’s own ports, or where DHCP is off', () => {
    const none = { v4: [], v6: [] };
    assert.deepEqual(place({ ...base, deviceOwner: 'network:router_interface' }).dhcp, none);
    assert.deepEqual(place({ ...base, deviceOwner: 'neutron:LOADBALANCERV2' }).dhcp, none);
    assert.deepEqual(place({ ...base, fixedIps: [{ subnetId: 'off', ipAddress: '10.0.2.5' }] }).dhcp, none);
    assert.deepEqual(place({ ...base, extraDhcpOptions: [option('dhcp_disabled', 'True')] }).dhcp, none);
  });

  it('are none for bare metal where the configuration says so', () => {
    const baremetal = { ...base, bindings: [binding({ vnicType: 'baremetal' })] };
    const off = { config: { ovn: { disableOvnDhcpForBaremetalPorts: true } } };
    assert.deepEqual(place(baremetal, off).dhcp.v4, []);
    assert.deepEqual(place(baremetal).dhcp.v4, ['subnet:a']);
  });

  it('are those of one of its subnets, and in IPv6 of a stateful one', () => {
    const fixedIps = [v4, { subnetId: 'b', ipAddress: '10.0.1.5' }, v6, { subnetId: 'y', ipAddress: '2001:db8:2::5' }];
    const { dhcp, refs } = place({ ...base, fixedIps });
    assert.deepEqual(dhcp, { v4: ['subnet:a', 'subnet:b'], v6: ['subnet:y'] });
    const cell = portDhcpCells(refs).dhcpv4_options;
    assert.ok(cell.is === 'refs-choice');
    const lookup = { row: () => undefined, rowAt: () => undefined };
    assert.equal(cell.choice.accepts(['subnet:b'], {}, lookup), true);
    assert.equal(cell.choice.accepts([], {}, lookup), false);
    assert.equal(cell.choice.accepts(['subnet:a', 'subnet:b'], {}, lookup), false);
  });
});

describe('a port with DHCP options of its own', () => {
  it('has a copy of its subnet’s row under them', () => {
    const extraDhcpOptions = [option('mtu', '1200'), option('66', 'boot.example.org'), option('no-such-option', 'x')];
    const { dhcp, rows } = place({ ...base, extraDhcpOptions });
    assert.deepEqual(dhcp.v4, ['subnet:a|port:p']);
    const [row, ...others] = rows;
    assert.ok(row !== undefined && others.length === 0);
    const { options, ...rest } = inserted(row) as { options: Record<string, string> };
    assert.equal(row.key, 'subnet:a|port:p');
    assert.deepEqual(row.resource, { type: 'ports', id: 'p' });
    assert.equal(options.mtu, '1200');
    assert.equal(options.tftp_server, '"boot.example.org"');
    assert.equal(options.router, '10.0.0.1');
    assert.deepEqual(rest, {
      cidr: '10.0.0.0/24',
      external_ids: { subnet_id: 'a', port_id: 'p', 'neutron:network_id': 'n', 'neutron:revision_number': '4' },
    });
    const revision = 'external_ids:neutron:revision_number';
    assert.deepEqual(
      ['0', '4', '5'].map((found) => verdict(row, revision, found)),
      ['right', 'right', 'wrong'],
    );
  });

  it('has none of the other IP version', () => {
    const { dhcp, rows } = place({ ...base, fixedIps: [v4, v6], extraDhcpOptions: [option('server-id', 'x', 6)] });
    assert.deepEqual(dhcp, { v4: ['subnet:a'], v6: ['subnet:x|port:p'] });
    assert.deepEqual(
      rows.map(({ key }) => key),
      ['subnet:x|port:p'],
    );
  });

  it('may have its row of any of its subnets, but then all of it', () => {
    const fixedIps = [v4, { subnetId: 'b', ipAddress: '10.0.1.5' }];
    const [row] = place({ ...base, fixedIps, extraDhcpOptions: [option('mtu', '1200')] }).rows;
    assert.ok(row);
    assert.deepEqual([row.key, row.aliases], ['subnet:a|port:p', ['subnet:b|port:p']]);
    const asB = { external_ids: new Map([['subnet_id', 'b']]) };
    assert.equal(verdict(row, 'external_ids:subnet_id', 'b', asB), 'right');
    assert.equal(verdict(row, 'cidr', '10.0.1.0/24', asB), 'right');
    assert.equal(verdict(row, 'cidr', '10.0.0.0/24', asB), 'wrong');
    assert.equal(verdict(row, 'options:router', '10.0.1.1', asB), 'right');
    assert.equal(verdict(row, 'options:router', '10.0.0.1', asB), 'wrong');
    assert.equal(verdict(row, 'options:mtu', '1200', asB), 'right');
  });

  it('has its routes behind its subnet’s since 2024.2', () => {
    const parts = {
      subnets: [
        subnet({
          ...subnets[0],
          id: 'a',
          networkId: 'n',
          cidr: '10.0.0.0/24',
          hostRoutes: [{ destination: '172.16.0.0/16', nexthop: '10.0.0.9' }],
        }),
      ],
    };
    const extraDhcpOptions = [option('121', '192.0.2.0/24,10.0.0.7')];
    const at = 'options:classless_static_route';
    const merged = '{172.16.0.0/16,10.0.0.9, 0.0.0.0/0,10.0.0.1, 192.0.2.0/24,10.0.0.7}';
    const [now] = place({ ...base, extraDhcpOptions }, parts).rows;
    assert.ok(now);
    assert.equal((inserted(now).options as Record<string, string>).classless_static_route, merged);
    assert.equal(verdict(now, at, '{192.0.2.0/24,10.0.0.7}'), 'right');
    assert.equal(verdict(now, at, '{192.0.2.0/24,10.0.0.8}'), 'wrong');
    assert.equal(verdict(now, at, merged.replace('172.16', '172.17')), 'wrong');
    const [zed] = place({ ...base, extraDhcpOptions }, { ...parts, release: 'zed' }).rows;
    assert.ok(zed);
    assert.equal(verdict(zed, at, '192.0.2.0/24,10.0.0.7'), 'right');
    assert.equal(verdict(zed, at, merged), 'wrong');
  });

  it('may have either value where two names mean one option', () => {
    const [row] = place({ ...base, extraDhcpOptions: [option('mtu', '1200'), option('26', '1300')] }).rows;
    assert.ok(row);
    assert.deepEqual(
      ['1200', '1300', '1442'].map((found) => verdict(row, 'options:mtu', found)),
      ['right', 'right', 'wrong'],
    );
  });

  it('had none before a release knew its options', () => {
    const search = { ...base, extraDhcpOptions: [option('domain-search', 'example.org')] };
    const now = place(search);
    assert.equal(now.rows[0]?.feature, 'dhcpDomainSearchList');
    const cell = portDhcpCells(now.refs).dhcpv4_options;
    assert.ok(cell.is === 'refs');
    assert.deepEqual(cell.dated?.before, [['subnet:a']]);
    const pointRelease = place(search, { release: 'zed' });
    assert.deepEqual(pointRelease.dhcp.v4, ['subnet:a', 'subnet:a|port:p']);
    assert.equal(pointRelease.rows[0]?.presence, 'tolerated');
    assert.deepEqual(place({ ...base, extraDhcpOptions: [option('59', 'x', 6)] }, { release: 'zed' }).rows, []);
  });

  it('boots bare metal in two stages', () => {
    const extraDhcpOptions = [option('tag:ipxe,67', 'http://a/'), option('tag:!ipxe,67', 'undionly.kpxe')];
    const [row] = place({ ...base, bindings: [binding({ vnicType: 'baremetal' })], extraDhcpOptions }).rows;
    assert.ok(row);
    const options = inserted(row).options as Record<string, string>;
    assert.deepEqual([options.bootfile_name, options.bootfile_name_alt], ['"http://a/"', '"undionly.kpxe"']);
    assert.deepEqual(place({ ...base, extraDhcpOptions }).rows, []);
  });
});
