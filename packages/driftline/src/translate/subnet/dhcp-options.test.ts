import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DesiredRow } from '../../northbound/desired.ts';
import { buildContext, network, type Parts, port, revised, subnet } from '../testing/build.ts';
import { inserted, verdict } from '../testing/read.ts';
import { subnetDhcpRows } from './dhcp-options.ts';

const metadata = port({
  id: 'm',
  networkId: 'n',
  deviceOwner: 'network:distributed',
  deviceId: 'ovnmeta-n',
  fixedIps: [{ subnetId: 's', ipAddress: '10.0.0.2' }],
});
const networks = [network({ id: 'n', mtu: 1442 })];
const v4 = { id: 's', networkId: 'n', cidr: '10.0.0.0/24', gatewayIp: '10.0.0.1' };
const v6 = { id: 's', networkId: 'n', cidr: '2001:db8::/64', gatewayIp: '2001:db8::1' };

const withMetadata: Parts = { networks, ports: [metadata], config: { ovn: { ovnMetadataEnabled: true } } };

function only(parts: Parts): DesiredRow {
  const [row, ...others] = subnetDhcpRows(buildContext(parts));
  assert.ok(row !== undefined && others.length === 0);
  return row;
}
const optionsOf = (parts: Parts) => inserted(only(parts)).options as Record<string, string>;

describe('the DHCP options of an IPv4 subnet', () => {
  it('are those that Neutron writes', () => {
    const row = only({
      ...withMetadata,
      subnets: [
        subnet({
          ...v4,
          dnsNameservers: ['9.9.9.9', '149.112.112.112'],
          hostRoutes: [{ destination: '172.16.0.0/16', nexthop: '10.0.0.254' }],
          ...revised(3),
        }),
      ],
      config: { dnsDomain: 'example.org.', ovn: { ovnMetadataEnabled: true } },
    });
    const { options, ...rest } = inserted(row) as { options: Record<string, string> };
    const { server_mac, ...others } = options;
    assert.match(server_mac ?? '', /^fa:16:3e(:[0-9a-f]{2}){3}$/);
    assert.deepEqual(others, {
      server_id: '10.0.0.1',
      lease_time: '43200',
      mtu: '1442',
      domain_name: '"example.org."',
      router: '10.0.0.1',
      dns_server: '{9.9.9.9, 149.112.112.112}',
      classless_static_route: '{169.254.169.254/32,10.0.0.2, 172.16.0.0/16,10.0.0.254, 0.0.0.0/0,10.0.0.1}',
    });
    assert.deepEqual(rest, {
      cidr: '10.0.0.0/24',
      external_ids: { subnet_id: 's', 'neutron:network_id': 'n', 'neutron:revision_number': '3' },
    });
  });

  it('answer as the metadata port where there is no gateway', () => {
    const options = optionsOf({ ...withMetadata, subnets: [subnet({ ...v4, gatewayIp: undefined })] });
    assert.equal(options.server_id, '10.0.0.2');
    assert.equal(options.router, undefined);
    assert.equal(options.classless_static_route, '{169.254.169.254/32,10.0.0.2}');
  });

  it('are empty where nobody can answer', () => {
    assert.deepEqual(optionsOf({ networks, subnets: [subnet({ ...v4, gatewayIp: undefined })] }), {});
  });

  it('keep a random server MAC, and refuse what is none', () => {
    const row = only({ networks, subnets: [subnet(v4)] });
    assert.equal(verdict(row, 'options:server_mac', '02:00:00:00:00:07'), 'right');
    for (const found of ['ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00', 'fa:16:3e:1:2:3', 'x', undefined]) {
      assert.equal(verdict(row, 'options:server_mac', found), 'wrong', found);
    }
  });

  it('may have host routes in any order, but the metadata first and the default last', () => {
    const hostRoutes = ['a', 'b'].map((destination) => ({ destination, nexthop: '10.0.0.9' }));
    const row = only({ ...withMetadata, subnets: [subnet({ ...v4, hostRoutes })] });
    const place = 'options:classless_static_route';
    const meta = '169.254.169.254/32,10.0.0.2';
    const gateway = '0.0.0.0/0,10.0.0.1';
    assert.equal(verdict(row, place, `{${meta}, b,10.0.0.9, a,10.0.0.9, ${gateway}}`), 'right');
    assert.equal(verdict(row, place, `{a,10.0.0.9, b,10.0.0.9, ${meta}, ${gateway}}`), 'wrong');
    assert.equal(verdict(row, place, `{${meta}, a,10.0.0.9, a,10.0.0.9, ${gateway}}`), 'wrong');
    assert.equal(verdict(row, place, `{${meta}, a,10.0.0.9, ${gateway}}`), 'wrong');
  });
});

describe('name servers', () => {
  const place = 'options:dns_server';
  it('are the configuration’s of the same IP version where the subnet has none', () => {
    const dnsServers = ['192.0.2.1', '2001:db8::53', '192.0.2.2'];
    const options = optionsOf({ networks, subnets: [subnet(v4)], config: { ovn: { dnsServers } } });
    assert.equal(options.dns_server, '{192.0.2.1, 192.0.2.2}');
  });

  it('are the host’s, whatever host that was, where nobody names any', () => {
    const here = only({ networks, subnets: [subnet(v4)], systemNameservers: ['192.0.2.1', '2001:db8::53'] });
    assert.deepEqual((inserted(here).options as Record<string, string>).dns_server, '{192.0.2.1}');
    assert.equal(verdict(here, place, '{198.51.100.1, 198.51.100.2}'), 'right');
    assert.equal(verdict(here, place, '{2001:db8::53}'), 'wrong');
    assert.equal(verdict(here, place, '198.51.100.1'), 'wrong');
    assert.equal(verdict(here, place, undefined), 'wrong');
    assert.equal(verdict(only({ networks, subnets: [subnet(v4)] }), place, undefined), 'right');
  });

  it('are none where the only one is 0.0.0.0 or ::', () => {
    assert.equal(
      optionsOf({ networks, subnets: [subnet({ ...v4, dnsNameservers: ['0.0.0.0'] })] }).dns_server,
      undefined,
    );
    assert.equal(optionsOf({ networks, subnets: [subnet({ ...v6, dnsNameservers: ['::'] })] }).dns_server, undefined);
  });
});

describe('the DHCP options of an IPv6 subnet', () => {
  it('are a server id and, where it is stateless, that it is', () => {
    const stateless = optionsOf({ networks, subnets: [subnet({ ...v6, ipv6AddressMode: 'dhcpv6-stateless' })] });
    assert.deepEqual(Object.keys(stateless).sort(), ['dhcpv6_stateless', 'server_id']);
    assert.equal(stateless.dhcpv6_stateless, 'true');
  });

  it('do not exist for SLAAC', () => {
    const ctx = buildContext({ networks, subnets: [subnet({ ...v6, ipv6AddressMode: 'slaac' })] });
    assert.deepEqual([...subnetDhcpRows(ctx)], []);
  });
});

describe('global DHCP options', () => {
  const configured = (release: Parts['release'], pairs: [string, string][]): Parts => ({
    ...(release === undefined ? {} : { release }),
    networks,
    subnets: [subnet(v4)],
    config: { ovn: { ovnDhcp4GlobalOptions: new Map(pairs) } },
  });

  it('add, replace and, where they are empty, take away', () => {
    const options = optionsOf({
      ...configured(undefined, [
        ['ntp_server', '192.0.2.123'],
        ['domain_name', ''],
      ]),
      config: {
        dnsDomain: 'example.org',
        ovn: {
          ovnDhcp4GlobalOptions: new Map([
            ['ntp_server', '192.0.2.123'],
            ['domain_name', ''],
          ]),
        },
      },
    });
    assert.equal(options.ntp_server, '192.0.2.123');
    assert.equal('domain_name' in options, false);
  });

  it('do not touch what Neutron sets itself', () => {
    assert.equal(optionsOf(configured(undefined, [['mtu', '9000']])).mtu, '1442');
  });

  it('are lists where semicolons part them and the release knows lists', () => {
    const pairs: [string, string][] = [['ntp_server', '192.0.2.1;192.0.2.2']];
    const list = '{192.0.2.1, 192.0.2.2}';
    assert.equal(optionsOf(configured('2026.1', pairs)).ntp_server, list);
    assert.equal(optionsOf(configured('zed', pairs)).ntp_server, '192.0.2.1;192.0.2.2');
    assert.equal(verdict(only(configured('2025.2', pairs)), 'options:ntp_server', list), 'right');
  });
});

describe('a subnet', () => {
  it('without DHCP has no row', () => {
    assert.deepEqual(
      [...subnetDhcpRows(buildContext({ networks, subnets: [subnet({ ...v4, enableDhcp: false })] }))],
      [],
    );
  });

  it('without its network is a fault, and no more', () => {
    const ctx = buildContext({ subnets: [subnet(v4)] });
    assert.deepEqual([...subnetDhcpRows(ctx)], []);
    assert.match(ctx.faults[0]?.message ?? '', /subnet s has no network n/);
  });
});
