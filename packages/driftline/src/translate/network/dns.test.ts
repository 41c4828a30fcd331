import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DesiredRow } from '../../northbound/desired.ts';
import { buildContext, network, type Parts, port } from '../testing/build.ts';
import { inserted, verdict } from '../testing/read.ts';
import { dnsRows } from './dns.ts';

const named = (dnsName: string, currentDnsDomain = '') => ({
  dnsName,
  dnsDomain: '',
  currentDnsName: '',
  currentDnsDomain,
});
const fixedIps = [
  { subnetId: 's', ipAddress: '10.0.0.5' },
  { subnetId: 'x', ipAddress: '2001:db8::5' },
];
const reverse = '5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa';
const host = { id: 'p', networkId: 'n', deviceId: 'vm', dns: named('web'), fixedIps };
const config = { dnsDomain: 'example.org.', extensionDrivers: ['port_security', 'dns_domain_ports'] };

function only(parts: Parts): DesiredRow {
  const [row, ...others] = dnsRows(buildContext({ config, ...parts }));
  assert.ok(row !== undefined && others.length === 0);
  return row;
}
const recordsOf = (parts: Parts) => inserted(only(parts)).records;

describe('the DNS row of a network', () => {
  it('has the names and addresses of its ports', () => {
    const row = only({ networks: [network({ id: 'n' })], ports: [port(host)] });
    assert.deepEqual(inserted(row), {
      records: {
        web: '10.0.0.5 2001:db8::5',
        'web.example.org': '10.0.0.5 2001:db8::5',
        '5.0.0.10.in-addr.arpa': 'web.example.org',
        [reverse]: 'web.example.org',
      },
      external_ids: { ls_name: 'neutron-n' },
      options: { 'ovn-owned': 'false' },
    });
    assert.deepEqual(row.listedIn, [{ table: 'Logical_Switch', column: 'dns_records', key: 'neutron-n' }]);
  });

  it('has a name in the network’s own domain too', () => {
    const records = recordsOf({
      networks: [network({ id: 'n', dnsDomain: 'blue.example.org.' })],
      ports: [port(host)],
    });
    assert.equal((records as Record<string, string>)['web.blue.example.org'], '10.0.0.5 2001:db8::5');
  });

  it('has the domain that was published for the port instead of the configured one', () => {
    const ports = [port({ ...host, dns: named('web', 'published.example.') })];
    const records = recordsOf({ networks: [network({ id: 'n' })], ports }) as Record<string, string>;
    assert.equal(records['5.0.0.10.in-addr.arpa'], 'web.published.example');
  });

  it('has made-up names in the default domain', () => {
    const parts = { networks: [network({ id: 'n' })], ports: [port({ ...host, fixedIps: fixedIps.slice(0, 1) })] };
    assert.deepEqual(recordsOf({ ...parts, config: { ...config, dnsDomain: 'openstacklocal' } }), {
      'host-10-0-0-5': '10.0.0.5',
      'host-10-0-0-5.openstacklocal': '10.0.0.5',
      '5.0.0.10.in-addr.arpa': 'host-10-0-0-5.openstacklocal',
    });
  });

  it('may have addresses in any order, but no others', () => {
    const row = only({ networks: [network({ id: 'n' })], ports: [port(host)] });
    assert.equal(verdict(row, 'records:web', '2001:db8::5 10.0.0.5'), 'right');
    assert.equal(verdict(row, 'records:web', '10.0.0.5'), 'wrong');
    assert.equal(verdict(row, 'records:web', undefined), 'wrong');
  });

  it('may answer for any one of the ports that share a name', () => {
    const other = { ...host, id: 'q', fixedIps: [{ subnetId: 's', ipAddress: '10.0.0.6' }] };
    const row = only({ networks: [network({ id: 'n' })], ports: [port(host), port(other)] });
    assert.equal(verdict(row, 'records:web', '10.0.0.6'), 'right');
    assert.equal(verdict(row, 'records:web', '10.0.0.5 2001:db8::5'), 'right');
    assert.equal(verdict(row, 'records:web', '10.0.0.7'), 'wrong');
  });

  it('is empty, and need not be there, where no port has a name', () => {
    for (const given of [{ dns: undefined }, { dns: named('') }, { deviceId: '' }, { fixedIps: [] }]) {
      const row = only({ networks: [network({ id: 'n' })], ports: [port({ ...host, ...given })] });
      assert.deepEqual(inserted(row).records, {});
      assert.equal(row.presence, 'tolerated');
    }
  });

  it('is empty where no driver gives ports names', () => {
    const parts = { networks: [network({ id: 'n' })], ports: [port(host)] };
    assert.deepEqual(recordsOf({ ...parts, config: { ...config, extensionDrivers: ['qos'] } }), {});
  });

  it('may lack the mark of ownership that is off', () => {
    const parts = { networks: [network({ id: 'n' })], ports: [port(host)] };
    assert.equal(verdict(only(parts), 'options:ovn-owned', undefined), 'right');
    const on = only({ ...parts, config: { ...config, ovn: { dnsRecordsOvnOwned: true } } });
    assert.equal(verdict(on, 'options:ovn-owned', undefined), 'wrong');
    assert.equal(verdict(only({ ...parts, release: 'zed' }), 'options:ovn-owned', 'true'), 'not ours');
  });
});
