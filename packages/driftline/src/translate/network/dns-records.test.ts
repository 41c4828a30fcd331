import assert from 'node:assert/strict';
import { it } from 'node:test';
import { network, port } from '../testing/build.ts';
import { hasDnsExtension, portDnsRecords } from './dns-records.ts';

const named = (dnsName: string) => ({ dnsName, dnsDomain: '', currentDnsName: '', currentDnsDomain: '' });
const web = (dnsName: string) =>
  port({ id: 'p', networkId: 'n', dns: named(dnsName), fixedIps: [{ subnetId: 's', ipAddress: '10.0.0.5' }] });
const blue = network({ id: 'n', dnsDomain: 'blue.example.' });
const namesIn = (domain: string, dnsName: string) => [...portDnsRecords(domain, web(dnsName), blue).keys()];

it('knows the drivers that give ports names', () => {
  assert.equal(hasDnsExtension(['port_security', 'dns']), true);
  assert.equal(hasDnsExtension(['port_security', 'qos']), false);
});

it('takes the domain with and without its last dot', () => {
  const names = ['web', 'web.blue.example', 'web.example.org', '5.0.0.10.in-addr.arpa'];
  assert.deepEqual(namesIn('example.org', 'web'), names);
  assert.deepEqual(namesIn('example.org.', 'web'), names);
});

it('takes a name with a dot at its end for a whole one', () => {
  assert.deepEqual(namesIn('example.org', 'web.other.'), [
    'web.other.',
    'web.other..blue.example',
    'web.other',
    '5.0.0.10.in-addr.arpa',
  ]);
});

it('writes an address twice where the host name is the whole name, as Neutron does', () => {
  const records = portDnsRecords('', web('web'), network({ id: 'n' }));
  assert.deepEqual(records.get('host-10-0-0-5'), ['10.0.0.5', '10.0.0.5']);
});
