// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of oslo.config look like JavaScript's.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from '../../src/config/config-error.ts';
import { isAlive, namesOf, type Option } from '../../src/config/option.ts';
import { ALL_OPTIONS } from '../../src/config/options.ts';
import { readOption } from '../../src/config/read-option.ts';
import { type ConfigSources, loadConfig } from '../../src/config/sources.ts';

const python = '/usr/bin/python3';
const probe = spawnSync(python, [
  '-c',
  'import neutron, oslo_config, oslo_db; import socket; print(socket.gethostname())',
]);
const skip = probe.status === 0 ? false : `${python} has no neutron: install neutron-common`;
const hostname = probe.status === 0 ? probe.stdout.toString().trim() : '';

/** Every option that Neutron Zed registers too, by the name it has there. Its oslo.db knows no wsrep option yet. */
const subjects = ALL_OPTIONS.filter(
  (option) => option.group !== 'driftline' && option.name !== 'mysql_wsrep_sync_wait' && isAlive(option, 'zed'),
).map((option) => ({ option, ...(namesOf(option, 'zed')[0] ?? option) }));

type Outcome = { readonly value: unknown } | { readonly error: string };
type Answer = { readonly values: readonly Outcome[] } | { readonly error: string };
interface Case {
  readonly texts: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Reads each case by Neutron's own code and by ours, and gives both to `compare`. */
async function readBoth(
  cases: readonly Case[],
  compare: (each: Case, neutron: Answer, ours: Answer) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'driftline-oslo-'));
  const child = spawn(python, [join(import.meta.dirname, 'oslo_values.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const [index, each] of cases.entries()) {
      const files = each.texts.map((_, part) => join(folder, `${index}-${part}.conf`));
      for (const [part, path] of files.entries()) await writeFile(path, each.texts[part] ?? '');
      const options = subjects.map(({ group, name }) => [group, name]);
      child.stdin.write(`${JSON.stringify({ files, env: each.env, options })}\n`);
      const answer = await answers.next();
      assert.ok(!answer.done, 'python ended early');
      compare(each, JSON.parse(answer.value), await readOurs(files, each.env, folder));
    }
  } finally {
    child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function readOurs(files: readonly string[], environment: Case['env'], folder: string): Promise<Answer> {
  let sources: ConfigSources;
  try {
    const given = files.map((path) => ({ kind: 'file', path }) as const);
    const nowhere = { home: join(folder, 'home'), etc: join(folder, 'etc') };
    sources = await loadConfig({ arguments: given, overrides: [], environment, hostname, ...nowhere });
  } catch (error) {
    return { error: errorText(error) };
  }
  return { values: subjects.map(({ option }) => readOurValue(sources, option)) };
}

function readOurValue(sources: ConfigSources, option: Option<unknown>): Outcome {
  try {
    const value = readOption(sources, option, 'zed');
    if (value === undefined) return { value: null };
    return { value: value instanceof Map ? Object.fromEntries(value) : value };
  } catch (error) {
    return { error: errorText(error) };
  }
}

function errorText(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  throw error;
}

/**
 * Where we mean to differ: an empty number is Python's None there, which no code of Neutron expects; remotes are a
 * list of checked endpoints, which Neutron has only since 2025.1; a wrong base_mac Neutron refuses a moment later.
 */
function isMeantToDiffer(option: Option<unknown>, neutron: Outcome, ours: Outcome): boolean {
  if (!('value' in neutron)) return false;
  if ('error' in ours) {
    const isEmptyNumber = option.eras[0]?.type.name === 'integer' && neutron.value === null;
    return isEmptyNumber || option.name === 'base_mac' || option.name.endsWith('_connection');
  }
  if (!option.name.endsWith('b_connection') || !Array.isArray(ours.value)) return false;
  return String(neutron.value).replaceAll(/\s|,+$/g, '') === ours.value.join(',').replaceAll(/\s/g, '');
}

function expectSame(each: Case, neutron: Answer, ours: Answer): void {
  const shown = JSON.stringify({ ...each, neutron, ours });
  if ('error' in neutron || 'error' in ours) {
    assert.ok('error' in neutron && 'error' in ours, shown);
    return;
  }
  for (const [index, { option }] of subjects.entries()) {
    const theirs: Outcome | undefined = neutron.values[index];
    const own: Outcome | undefined = ours.values[index];
    assert.ok(theirs !== undefined && own !== undefined);
    if (isMeantToDiffer(option, theirs, own)) continue;
    const label = `[${option.group}] ${option.name}`;
    if ('error' in theirs) assert.ok('error' in own, `${label}: only Neutron refuses (${theirs.error}): ${shown}`);
    else assert.deepEqual(own, theirs, `${label}: ${JSON.stringify(each)}`);
  }
}

test('without a file every default is that of Neutron', { skip }, async () => {
  await readBoth([{ texts: [], env: {} }], (each, neutron, ours) => {
    assert.ok('values' in neutron && neutron.values.every((outcome) => 'value' in outcome), JSON.stringify(neutron));
    expectSame(each, neutron, ours);
  });
});

const tricky: readonly string[] = [
  '[DEFAULT]\nservice_plugins = a,\n  b,\n\tc # d\n',
  '[DEFAULT]\nservice_plugins = "a","b"\ndns_domain = " x "',
  "[DEFAULT]\ndns_domain = 'it''s'\n[ml2]\nmechanism_drivers: ovn, sriov,\n",
  '[ovs]\nigmp_snooping_enable = TRUE\n[OVS]\nigmp_snooping_enable = off',
  '[securitygroup]\nenable_security_group = 0\n[SecurityGroup]\nenable_security_group = on',
  '[default]\ndns_domain = x\n[ DEFAULT ]\ndns_domain = y',
  '[ovn]\novn-metadata-enabled = true\nOVN_METADATA_ENABLED = true',
  '[ovn]\novn_dhcp4_global_options = a:1,b:c:d, e : f,g:',
  '[ovn]\novn_dhcp4_global_options = a:1,a:2\novn_dhcp6_global_options = x',
  '[ovn]\ndns_servers = ,,a,,b,,\ndhcp_default_lease_time = 1_000',
  '[network_log]\nrate_limit = 99\nburst_limit = +25\nlocal_output_log_base =',
  '[DEFAULT]\nhost = h1\ndns_domain = ${host}.example.org $$x \\$y $5 ${a-b}',
  '[DEFAULT]\nhost = $host',
  '[DEFAULT]\ndns_domain = $nothing',
  '[DEFAULT]\ndns_domain = ${DEFAULT.host} x',
  '[DEFAULT]\ndns_domain = ${ovn.ovn_l3_scheduler}-${OVS.igmp_snooping_enable}-${ovn.dns_servers}',
  '[DEFAULT]\ndns_domain = ${ovs.igmp_snooping_enable}',
  '[DEFAULT]\nhost = a_b',
  '[DEFAULT]\nhost = node.\nagent_down_time = -1',
  '[DEFAULT]\nsql_connection = mysql://a/b',
  '[database]\nsql_connection = mysql://a/b\nreconnect_interval = 3',
  '[sql]\nconnection = mysql://a/b\n[DATABASE]\nmax_retries = -1',
  '[database]\nconnection = mysql+pymysql://u:pa$$word@h/db',
  '[ml2]\ntenant_network_types = geneve,vlan\nproject_network_types = flat',
  '\ufeff[DEFAULT]\ndns_domain = x',
  '[DEFAULT]\r\ndns_domain = x\r\rhost = y\n',
  '[DEFAULT]\ndns_domain = x\u00a0\u0085\nhost\u3000= y',
  '[DEFAULT]\ndns_domain = x\n # y',
  '[DEFAULT]\ndns_domain = x\n# y\n z',
  'dns_domain = x\n[DEFAULT]',
  '[DEFAULT',
  '[]\na = b',
  '[a]b]\nc = d',
  '[DEFAULT]\n= x',
  '[DEFAULT]\ndns_domain',
];

test('what is peculiar to oslo.config is the same here', { skip }, async () => {
  await readBoth(
    tricky.map((text) => ({ texts: [text], env: {} })),
    expectSame,
  );
});

test('files, older names and the environment have the same order here', { skip }, async () => {
  const newer = '[database]\nmax_retries = 1\n[DEFAULT]\ndns_domain = file1';
  const older = '[DEFAULT]\nsql_max_retries = 2\ndns_domain = file2';
  const env = { OS_DATABASE__MAX_RETRIES: '3', OS_DEFAULT__DNS_DOMAIN: '$host', OS_OVS__IGMP_SNOOPING_ENABLE: 'on' };
  const orders = [[newer, older], [older, newer], [newer + older.replace('[DEFAULT]', '[database]')]];
  await readBoth(
    orders.flatMap((texts) => [
      { texts, env: {} },
      { texts, env },
    ]),
    expectSame,
  );
});

const value = fc.oneof(
  fc.constantFrom(
    'true',
    'Off',
    '1',
    '0',
    '75',
    '-1',
    '43200',
    'a',
    'a,b',
    'a:1,b:2',
    'log',
    'chance',
    '""',
    "'q'",
    '',
  ),
  fc.constantFrom(
    '$host',
    '${ovn.dns_servers}',
    '$$',
    '$nope',
    'tcp:127.0.0.1:1',
    'mysql://u:p@h/d',
    'a, b ,',
    'a:b:c',
  ),
  fc.stringMatching(/^[a-z0-9 :=,;#$'"[\]\\.{}_-]{0,12}$/),
);
const assignment = fc
  .tuple(fc.constantFrom(...subjects), fc.constantFrom(' = ', '=', ': ', ':'), value)
  .map(([{ group, name }, separator, text]) => `[${group}]\n${name}${separator}${text}`);
const line = fc.oneof(
  { weight: 8, arbitrary: assignment },
  { weight: 2, arbitrary: value.map((text) => `  ${text}`) },
  { weight: 1, arbitrary: fc.constantFrom('', '# c', ';c', '[ovn]', '[unheard]', 'x = y', '\t') },
);
const text = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) => lines.join('\n'));
const variable = fc
  .tuple(fc.constantFrom(...subjects), value)
  .map(([{ group, name }, each]) => [`OS_${group}__${name}`.toUpperCase(), each] as const);
const anyCase = fc.record({
  texts: fc.array(text, { minLength: 1, maxLength: 3 }),
  env: fc.array(variable, { maxLength: 2 }).map((pairs) => Object.fromEntries(pairs)),
});

test('of a thousand random configurations each is read alike', { skip }, async () => {
  const seed = Number(process.env.DRIFTLINE_TEST_SEED ?? 20_261_122);
  let [readAlike, refusedAlike] = [0, 0];
  await readBoth(fc.sample(anyCase, { seed, numRuns: 1000 }), (each, neutron, ours) => {
    expectSame(each, neutron, ours);
    if ('error' in ours) refusedAlike += 1;
    else readAlike += 1;
  });
  // The generator must reach both sides, or the comparison proves little.
  assert.ok(readAlike > 200, `${readAlike} were read`);
  assert.ok(refusedAlike > 50, `${refusedAlike} were refused`);
});
