import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RELEASES, type Release } from '../neutron/release-name.ts';
import { databaseSettings, driftlineSettings, ovsdbSettings, resolveConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { NEUTRON_OPTIONS } from './options.ts';
import { readOption } from './read-option.ts';
import { sourcesOf } from './testing/sources-of.ts';

const minimal = '[database]\nconnection = mysql+pymysql://neutron:secret@db/neutron\n';

function resolve(text: string, release: Release = '2026.1') {
  return resolveConfig(sourcesOf(minimal + text), release);
}

test('a database connection alone is a configuration', () => {
  const config = resolve('');
  assert.equal(config.host, 'controller-1');
  assert.equal(config.dnsDomain, 'openstacklocal');
  assert.deepEqual(config.ovsdb, {
    northbound: { endpoints: ['tcp:127.0.0.1:6641'], tls: undefined },
    southbound: { endpoints: ['tcp:127.0.0.1:6642'], tls: undefined },
    connectionTimeoutS: 180,
    retryMaxIntervalS: 180,
    probeIntervalMs: 60_000,
  });
  assert.deepEqual(config.driftline, {
    release: undefined,
    statePath: '/var/lib/driftline',
    journalDays: 90,
    intervalS: 300,
    gracePeriodS: 60,
    sqlPollIntervalS: 0.5,
    vifPluggingTimeoutS: 300,
    maxDeletes: 100,
    maxDeleteShare: 0.1,
    maxGatewayShare: 0.5,
    checks: new Map(),
    plugins: [],
  });
});

test('defaults are those of the release', () => {
  const byRelease = (pick: (config: ReturnType<typeof resolve>) => unknown) =>
    RELEASES.map((release) => pick(resolve('', release)));
  assert.deepEqual(
    byRelease((config) => config.ovn.fdbAgeThresholdS),
    [0, 0, 0, 0, 0, 0, 0, 300, 300],
  );
  assert.deepEqual(
    byRelease((config) => config.ovn.macBindingAgeThresholdS),
    [0, 0, 0, 0, 0, 0, 0, 300, 300],
  );
  const [f, t] = [false, true];
  assert.deepEqual(
    byRelease((config) => config.ovn.ovnEmitNeedToFrag),
    [f, f, f, f, f, t, t, t, t],
  );
  assert.deepEqual(
    byRelease((config) => config.ovn.ovnRouterIndirectSnat),
    [f, f, f, f, f, f, f, f, t],
  );
});

test('an option counts in the releases of its life alone', () => {
  const set = '[ovn]\nstateless_nat_enabled = true\n[ovn_nb_global]\nfdb_removal_limit = 7\n[ovs]\nigmp_flood = true';
  assert.equal(resolve(set, '2025.1').ovn.statelessNatEnabled, false);
  assert.equal(resolve(set, '2025.2').ovn.statelessNatEnabled, true);
  assert.equal(resolve(set, '2023.2').ovnNbGlobal.fdbRemovalLimit, 0);
  assert.equal(resolve(set, '2024.1').ovnNbGlobal.fdbRemovalLimit, 7);
  assert.equal(resolve(set, '2023.2').ovs.igmpFlood, false);
  assert.equal(resolve(set, '2024.1').ovs.igmpFlood, true);
});

test('limits are those of the release', () => {
  const set = '[ovn]\ndhcp_default_lease_time = 0';
  assert.equal(resolve(set, '2026.1').ovn.dhcpDefaultLeaseTimeS, 0);
  assert.throws(() => resolve(set, '2026.2'), /at least 1/);
  const down = '[DEFAULT]\nagent_down_time = 3000000';
  assert.equal(resolve(down, '2023.1').agentDownTimeS, 3_000_000);
  assert.throws(() => resolve(down, '2023.2'), /at most 2147483/);
});

test('the configuration of a real deployment resolves', () => {
  const config = resolve(`[DEFAULT]
core_plugin = ml2
service_plugins = ovn-router,qos,segments,port_forwarding,log,trunk
dns_domain = example.org.
host = node-1
[ml2]
type_drivers = flat,vlan,geneve
tenant_network_types = geneve
mechanism_drivers = ovn
extension_drivers = port_security,qos,dns_domain_ports
[securitygroup]
enable_security_group = false
[ovn]
ovn_l3_scheduler = chance
ovn_metadata_enabled = true
enable_distributed_floating_ip = true
ovn_dhcp4_global_options = ntp_server:1.2.3.4,wpad:
dns_servers = 8.8.8.8,2001:4860:4860::8888
[network_log]
rate_limit = 150
`);
  assert.deepEqual(config.servicePlugins, ['ovn-router', 'qos', 'segments', 'port_forwarding', 'log', 'trunk']);
  assert.deepEqual(config.extensionDrivers, ['port_security', 'qos', 'dns_domain_ports']);
  assert.deepEqual(config.mechanismDrivers, ['ovn']);
  assert.deepEqual(config.projectNetworkTypes, ['geneve']);
  assert.equal(config.dnsDomain, 'example.org.');
  assert.equal(config.host, 'node-1');
  assert.equal(config.securityGroup.enableSecurityGroup, false);
  assert.equal(config.ovn.ovnL3Scheduler, 'chance');
  assert.equal(config.ovn.ovnMetadataEnabled, true);
  assert.equal(config.ovn.enableDistributedFloatingIp, true);
  assert.deepEqual(config.ovn.dnsServers, ['8.8.8.8', '2001:4860:4860::8888']);
  assert.deepEqual(
    [...config.ovn.ovnDhcp4GlobalOptions],
    [
      ['ntp_server', '1.2.3.4'],
      ['wpad', ''],
    ],
  );
  assert.deepEqual(config.networkLog, { rateLimit: 150, burstLimit: 25, localOutputLogBase: undefined });
});

test('the settings of the database need no release', () => {
  const settings = databaseSettings(sourcesOf(`${minimal}max_retries = -1\nmysql_wsrep_sync_wait = 1`));
  assert.equal(settings.url.engine, 'mysql');
  assert.equal(settings.maskedUrl, 'mysql+pymysql://neutron:***@db/neutron');
  assert.deepEqual([settings.maxRetries, settings.retryIntervalS, settings.mysqlWsrepSyncWait], [-1, 10, 1]);
});

test('connection_parameters are added to the URL, and beat its own', () => {
  const text =
    '[database]\nconnection = mysql://u:p@db/n?charset=latin1\nconnection_parameters = charset=utf8mb4&ssl_ca=/ca';
  const { url } = databaseSettings(sourcesOf(text));
  assert.ok(url.engine === 'mysql' && url.tls.mode === 'required');
  assert.equal(url.charset, 'utf8mb4');
  assert.equal(url.tls.caFile, '/ca');
});

test('without a database connection the error says what to do', () => {
  assert.throws(
    () => databaseSettings(sourcesOf('')),
    (error) => error instanceof ConfigError && error.code === 'missing' && /--config-file/.test(error.message),
  );
});

test('a bad database URL is told with its place and without its password', () => {
  assert.throws(
    () => databaseSettings(sourcesOf('[database]\nconnection = db2://u:tuna@h/n')),
    (error) => error instanceof ConfigError && /^\/etc\/1\.conf:2: .*db2:\/\/u:\*\*\*@h/.test(error.message),
  );
});

test('several endpoints and their TLS files are read', () => {
  const { northbound } = ovsdbSettings(
    sourcesOf(`[ovn]
ovn_nb_connection = ssl:10.0.0.1:6641, ssl:[2001:db8::1]:6641,
  unix:/run/ovn/nb.sock
ovn_nb_private_key = /k
ovn_nb_certificate = /c
ovn_nb_ca_cert = /ca`),
  );
  assert.deepEqual(northbound.endpoints, ['ssl:10.0.0.1:6641', 'ssl:[2001:db8::1]:6641', 'unix:/run/ovn/nb.sock']);
  assert.deepEqual(northbound.tls, { privateKey: '/k', certificate: '/c', caCert: '/ca' });
});

test('an endpoint of another kind is refused', () => {
  assert.throws(
    () => ovsdbSettings(sourcesOf('[ovn]\novn_nb_connection = ptcp:6641')),
    /tcp:IP:PORT, ssl:IP:PORT or unix:FILE/,
  );
});

test('our own options stand in [driftline], wherever they are set', () => {
  const environment = { OS_DRIFTLINE__SQL_POLL_INTERVAL: '2.5' };
  const settings = driftlineSettings(sourcesOf('[driftline]\nrelease = 2024.1\ninterval = 60', { environment }));
  assert.deepEqual([settings.release, settings.intervalS, settings.sqlPollIntervalS], ['2024.1', 60, 2.5]);
  assert.throws(() => driftlineSettings(sourcesOf('[driftline]\nrelease = antelope')), /choose one of zed, 2023\.1/);
});

test('no two runs share a value that one of them could change', () => {
  const first = resolve('');
  assert.notEqual(first, resolve(''));
  assert.deepEqual(first, resolve(''));
});

test('without a release the newest is meant', () => {
  assert.equal(
    readOption(sourcesOf(''), NEUTRON_OPTIONS.ovn.fdbAgeThresholdS),
    resolve('', RELEASES.at(-1)).ovn.fdbAgeThresholdS,
  );
  assert.throws(() => ovsdbSettings(sourcesOf('[ovn]\novsdb_connection_timeout = 0')), /at least 1/);
});
