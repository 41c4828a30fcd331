import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Release } from '../neutron/release-name.ts';
import { ConfigError } from './config-error.ts';
import { listFileFindings } from './file-findings.ts';
import { formatFinding, listFindings } from './findings.ts';
import { sourcesOf } from './testing/sources-of.ts';

const clean = '[database]\nconnection = mysql+pymysql://u:p@h/db\n[ml2]\nmechanism_drivers = ovn\n';

function check(text: string, release?: Release, environment: Readonly<Record<string, string>> = {}): string[] {
  const sources = sourcesOf(clean + text, { environment });
  return listFindings({ sources, faults: [] }, release).map(formatFinding);
}

test('a good configuration has no findings', () => {
  assert.deepEqual(check('[ovn]\novn_nb_connection = tcp:127.0.0.1:6641,tcp:[::1]:6641,unix:/run/nb.sock'), []);
});

test('a mistyped option of ours is told with what was meant', () => {
  assert.deepEqual(check('[driftline]\nmax_delete = 5\nintervall = 10\nsql-poll-interval = 1'), [
    '/etc/1.conf:6: error: [driftline] has no option "max_delete"; did you mean max_deletes?',
    '/etc/1.conf:7: error: [driftline] has no option "intervall"; did you mean interval?',
    '/etc/1.conf:8: error: [driftline] has no option "sql-poll-interval"; did you mean sql_poll_interval?',
  ]);
  assert.match(check('[driftline]\nzzzzzzzz = 5')[0] ?? '', /its options are release, state_path/);
});

test('a mistyped variable of ours is told', () => {
  assert.deepEqual(check('', undefined, { OS_DRIFTLINE__INTERVALL: '5' }), [
    'environment variable OS_DRIFTLINE__INTERVALL: error: [driftline] has no option "intervall"; did you mean interval?',
  ]);
});

test('options that only Neutron reads are its own business', () => {
  assert.deepEqual(check('[ovn]\nvhost_sock_dir = /x\nno_such_option = 1\n[agent]\nx = y'), []);
});

test('every bad value is told, not the first alone', () => {
  const findings = check(
    '[ovn]\novn_metadata_enabled = maybe\ndhcp_default_lease_time = long\n[driftline]\ninterval = 0',
  );
  assert.equal(findings.length, 3);
  assert.match(findings[0] ?? '', /^\/etc\/1\.conf:6: error: \[ovn\] ovn_metadata_enabled = "maybe" is neither/);
  assert.match(findings[2] ?? '', /^\/etc\/1\.conf:9: error: \[driftline\] interval = "0" is too small/);
});

test('endpoints that nobody can connect to are told', () => {
  const findings = check(
    '[ovn]\novn_nb_connection = tcp:10.0.0.1,tcp:10.0.0.300:1,unix:/x,tcp:[10.0.0.1]:1,ssl:h:99999',
  );
  assert.deepEqual(
    findings.map((finding) => /"(.*?)"/.exec(finding)?.[1] ?? 'tls'),
    ['tcp:10.0.0.1', 'tcp:10.0.0.300:1', 'tcp:[10.0.0.1]:1', 'ssl:h:99999', 'tls'],
  );
  assert.match(check('[ovn]\novn_sb_connection =')[0] ?? '', /\[ovn\] ovn_sb_connection names no server/);
});

test('ssl without its files is told', () => {
  assert.deepEqual(check('[ovn]\novn_sb_connection = ssl:h:1\novn_sb_ca_cert = /ca'), [
    '/etc/1.conf:6: error: [ovn] ovn_sb_connection uses ssl without all three TLS files; set ovn_sb_private_key, ovn_sb_certificate and ovn_sb_ca_cert',
  ]);
});

test('a database that cannot be read is told once', () => {
  const sources = sourcesOf('[database]\nconnection = oracle://h/d\n[ml2]\nmechanism_drivers = ovn');
  const findings = listFindings({ sources, faults: [] });
  assert.equal(findings.length, 1);
  assert.match(findings[0]?.message ?? '', /is of an engine that Driftline cannot read/);
});

test('parameters of the database URL without a meaning here are warned of', () => {
  const sources = sourcesOf('[database]\nconnection = mysql://u:p@h/d?use_unicode=1\n[ml2]\nmechanism_drivers = ovn');
  assert.deepEqual(
    listFindings({ sources, faults: [] }).map(({ severity, message }) => [severity, message]),
    [['warning', 'Driftline does not know the parameter use_unicode of the database URL']],
  );
});

test('without ml2_conf.ini the missing driver hints at it', () => {
  const sources = sourcesOf('[database]\nconnection = mysql://u:p@h/d');
  assert.match(
    listFindings({ sources, faults: [] }).map(formatFinding).join(),
    /mechanism_drivers is not set; add Neutron's ml2_conf/,
  );
});

test('a name that oslo.config never reads is warned of', () => {
  assert.deepEqual(check('[ovn]\novn-metadata-enabled = true\n[default]\ndns_domain = x'), [
    '/etc/1.conf:6: warning: [ovn] ovn-metadata-enabled is not read, neither by Neutron nor by Driftline; write it as ovn_metadata_enabled below [ovn]',
    '/etc/1.conf:8: warning: [default] dns_domain is not read, neither by Neutron nor by Driftline; write it as dns_domain below [DEFAULT]',
  ]);
});

test('an option outside its life is warned of, where the release is known', () => {
  const text = '[ovn]\nstateless_nat_enabled = true\novn_emit_need_to_frag = true';
  assert.deepEqual(check(text), []);
  assert.deepEqual(check(text, '2024.1'), [
    '/etc/1.conf:6: warning: [ovn] stateless_nat_enabled has no effect in release 2024.1; Neutron knows it since 2025.2',
  ]);
  assert.deepEqual(check(`${text}\n[driftline]\nrelease = 2026.1`), [
    '/etc/1.conf:7: warning: [ovn] ovn_emit_need_to_frag has no effect in release 2026.1; Neutron knows it from zed to 2025.2',
  ]);
});

test('an older name is warned of from the release that has a newer', () => {
  const text = 'tenant_network_types = geneve';
  assert.deepEqual(check(text, '2025.2'), []);
  assert.match(
    check(text, '2026.1')[0] ?? '',
    /warning: \[ml2\] tenant_network_types is the older name of \[ml2\] project_network_types/,
  );
});

test('faults of reading come first among the errors of their file', () => {
  const place = { kind: 'file', path: '/etc/0.conf', line: 3 } as const;
  const fault = new ConfigError('syntax', { place, problem: 'a section has no name', remedy: 'name it' });
  assert.deepEqual(listFindings({ sources: sourcesOf(clean), faults: [fault] }).map(formatFinding), [
    '/etc/0.conf:3: error: a section has no name; name it',
  ]);
});

test('certificates that are missing are told with the line that names them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'driftline-findings-'));
  try {
    await writeFile(join(folder, 'key.pem'), '');
    const sources = sourcesOf(`[ovn]
ovn_nb_private_key = ${folder}/key.pem
ovn_nb_ca_cert = ${folder}/ca.pem
[database]
connection = mysql://u:p@h/d?ssl_ca=${folder}/db.pem`);
    assert.deepEqual((await listFileFindings(sources)).map(formatFinding), [
      `/etc/1.conf:3: error: the file of [ovn] ovn_nb_ca_cert ${folder}/ca.pem does not exist; correct the path`,
      `/etc/1.conf:5: error: the TLS file of [database] connection ${folder}/db.pem does not exist; correct the path`,
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
