import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { main } from '../../src/cli/main.ts';
import { configArguments } from '../golden/deployment.ts';
import { type Golden, openGolden } from '../lab/golden.ts';

const exec = promisify(execFile);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(argv: readonly string[], answer?: string, isInteractive = false): Promise<Ran> {
  let out = '';
  let err = '';
  const questions: string[] = [];
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    isInteractive,
    ask:
      answer === undefined
        ? undefined
        : async (question: string) => {
            questions.push(question);
            return answer;
          },
  };
  const code = await main(argv, terminal, new AbortController().signal);
  return { code, out: out + questions.join(''), err };
}

describe('the commands', () => {
  let golden: Golden;
  let config: readonly string[];
  const nbctl = async (...args: string[]): Promise<string> =>
    (await exec('ovn-nbctl', [`--db=${golden.northbound.endpoint}`, ...args])).stdout.trim();
  const aPort = (): Promise<string> =>
    nbctl(
      '--bare',
      '--columns=name',
      'find',
      'Logical_Switch_Port',
      'type=""',
      'external_ids:"neutron:device_owner"="compute:nova"',
    ).then((names) => names.split(/\s+/)[0] ?? '');

  before(async () => {
    golden = await openGolden('2026.1');
    config = configArguments(golden);
  });
  after(() => golden[Symbol.asyncDispose]());

  it('check exits with 0 and says so where nothing differs', async () => {
    const { code, out } = await run(['check', ...config]);
    assert.equal(code, 0, out);
    assert.match(out, /^No drift: \d+ rows wanted by Neutron \(2026\.1\)/m);
  });

  it('draws progress with rate and remaining time on stderr for somebody who watches, and for nobody else', async () => {
    const watched = await run(['check', ...config], undefined, true);
    assert.match(watched.err, /reading Neutron, rows: [\d,]+ of [\d,]+, [\d,]+\/s, \d+ s left/);
    assert.equal((await run(['check', ...config])).err, '');
  });

  it('check finds drift, tells the resource, the cell, what was found and what is wanted, and exits with 2', async () => {
    const port = await aPort();
    await nbctl('set', 'Logical_Switch_Port', port, 'enabled=false');
    const table = await run(['check', ...config]);
    assert.equal(table.code, 2);
    assert.match(table.out, new RegExp(`ports ${port}`));
    assert.match(table.out, /enabled: different, found false, wanted true/);

    const json = await run(['check', ...config, '-f', 'json']);
    const report = JSON.parse(json.out);
    assert.equal(report.format_version, 1);
    assert.equal(report.complete, true);
    assert.equal(report.summary.drift, 1);
    assert.deepEqual(report.backfill, []);
    assert.equal(report.drift.length, 1);
    const [row] = report.drift;
    assert.equal(row.table, 'Logical_Switch_Port');
    assert.equal(row.row.key, port);
    assert.deepEqual(row.resource.type, 'ports');
    assert.deepEqual(row.differences, [
      { column: 'enabled', key: null, reason: 'different', found: false, wanted: true },
    ]);

    const ndjson = await run(['check', ...config, '-f', 'ndjson']);
    const lines = ndjson.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    assert.deepEqual(lines, ['version', 'drift', 'summary']);
  });

  it('check narrows to a type, a table, a uuid or a project', async () => {
    const port = await aPort();
    const drift = async (...flags: string[]) => (await run(['check', ...config, '-f', 'json', ...flags])).code;
    assert.equal(await drift('--uuid', port), 2);
    assert.equal(await drift('--type', 'ports'), 2);
    assert.equal(await drift('--table', 'Logical_Switch_Port'), 2);
    assert.equal(await drift('--project', 'fake_project_id'), 2);
    assert.equal(await drift('--project', 'another'), 0);
    assert.equal(await drift('--type', 'routers'), 0);
    assert.equal(await drift('--table', 'ACL'), 0);
  });

  it('explain tells what should be, what is, and what would change', async () => {
    const port = await aPort();
    const { code, out } = await run(['explain', ...config, port]);
    assert.equal(code, 2);
    assert.match(out, /enabled\n {4}should be {2}true\n {4}is {9}false/);
    const unknown = await run(['explain', ...config, '00000000-0000-0000-0000-000000000000']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /neither a Neutron resource/);
  });

  it('plan saves what show shows and apply applies, once', async () => {
    const file = join(golden.folder, 'plan.json');
    const planned = await run(['plan', ...config, '-o', file]);
    assert.equal(planned.code, 2);
    const shown = await run(['show', file]);
    assert.match(shown.out, /0 rows to create, 1 to change, 0 to delete/);
    const applied = await run(['apply', ...config, '--yes', file]);
    assert.equal(applied.code, 0, applied.err);
    assert.equal(await nbctl('get', 'Logical_Switch_Port', await aPort(), 'enabled'), 'true');
    const again = await run(['apply', ...config, '--yes', file]);
    assert.equal(again.code, 1);
    assert.match(again.err, /stale: ports .*changed since it was read/);
    assert.equal((await run(['check', ...config])).code, 0);
  });

  it('apply refuses a plan that was altered', async () => {
    const file = join(golden.folder, 'plan.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"enabled"', '"type"'));
    const { code, err } = await run(['apply', ...config, '--yes', file]);
    assert.equal(code, 1);
    assert.match(err, /altered/);
  });

  it('repair asks first: no answer and no change nothing, yes mends and leaves nothing to do', async () => {
    const port = await aPort();
    await nbctl('lsp-del', port);
    const unasked = await run(['repair', ...config]);
    assert.equal(unasked.code, 1);
    assert.match(unasked.err, /--yes/);
    const refused = await run(['repair', ...config], 'n');
    assert.equal(refused.code, 2);
    assert.equal((await run(['check', ...config])).code, 2);
    const mended = await run(['repair', ...config], 'y');
    assert.equal(mended.code, 0, mended.err);
    assert.equal((await run(['check', ...config])).code, 0);
  });

  it('repair --additive never deletes a row', async () => {
    const network = await nbctl(
      '--bare',
      '--columns=name',
      'find',
      'Logical_Switch',
      'external_ids:"neutron:network_name"!=""',
    );
    await nbctl(
      'lsp-add',
      network.split(/\s+/)[0] ?? '',
      '11111111-1111-4111-8111-111111111111',
      '--',
      'set',
      'Logical_Switch_Port',
      '11111111-1111-4111-8111-111111111111',
      'external_ids:"neutron:port_name"=gone',
    );
    const additive = await run(['repair', ...config, '--yes', '--additive']);
    assert.equal(additive.code, 2, additive.out);
    assert.equal((await run(['check', ...config])).code, 2);
  });

  it('a limit refuses a plan that deletes too much, with exit code 3, until told otherwise', async () => {
    const limited = await run(['repair', ...config, '--yes', '--max-deletes', '0']);
    assert.equal(limited.code, 3);
    assert.match(limited.err, /deletes 1 rows, more than 0/);
    assert.equal((await run(['repair', ...config, '--yes', '--no-limits'])).code, 0);
    assert.equal((await run(['check', ...config])).code, 0);
  });

  it('a lost database is an error that names it and what to do', async () => {
    const { code, err } = await run([
      'check',
      ...config,
      '--ovn-ovn_nb_connection',
      'unix:/nowhere.sock',
      '--ovn-ovsdb_connection_timeout',
      '1',
    ]);
    assert.equal(code, 1);
    assert.match(err, /warning: unix:\/nowhere\.sock does not serve yet/);
    assert.match(err, /OVN_Northbound.*nowhere\.sock/s);
    const sql = await run(['check', ...config, '--database-connection', 'sqlite:////nowhere.sqlite']);
    assert.equal(sql.code, 1);
    assert.match(sql.err, /nowhere\.sqlite/);
  });

  it('a fault in the configuration names the file and the line', async () => {
    const file = join(golden.folder, 'bad.conf');
    await writeFile(file, '[ovn]\novn_metadata_enabled = maybe\n');
    const checked = await run(['config', 'check', ...config, '--config-file', file]);
    assert.equal(checked.code, 1);
    assert.match(checked.out, /bad\.conf:2/);
    assert.equal((await run(['check', ...config, '--config-file', file])).code, 1);
  });

  it('version and help answer without a deployment; an unknown command is an error', async () => {
    assert.match((await run(['version'])).out, /^driftline \d/);
    assert.equal((await run(['--help'])).code, 0);
    assert.equal((await run(['chekc'])).code, 1);
  });
});

describe('without the Southbound', () => {
  it('check says what it cannot judge, and judges the rest', async () => {
    await using golden = await openGolden('2026.1');
    const config = [
      ...configArguments(golden),
      '--ovn-ovn_sb_connection',
      'unix:/nowhere.sock',
      '--ovn-ovsdb_connection_timeout',
      '1',
    ];
    const { code, out, err } = await run(['check', ...config]);
    assert.equal(code, 0, out);
    assert.match(err, /Southbound at unix:\/nowhere\.sock is out of reach/);
  });

  it('repair refuses to start: it could not schedule a gateway', async () => {
    await using golden = await openGolden('2026.1');
    const config = [
      ...configArguments(golden),
      '--ovn-ovn_sb_connection',
      'unix:/nowhere.sock',
      '--ovn-ovsdb_connection_timeout',
      '1',
    ];
    const { code, err } = await run(['repair', '--yes', ...config]);
    assert.equal(code, 1);
    assert.match(err, /OVN_Southbound/);
  });

  it('an empty one takes no gateway from its chassis', async () => {
    await using golden = await openGolden('2026.1');
    const sbctl = (...args: string[]) => exec('ovn-sbctl', [`--db=${golden.southbound.endpoint}`, ...args]);
    for (const name of (await sbctl('--bare', '--columns=name', 'list', 'Chassis')).stdout.trim().split(/\s+/))
      await sbctl('chassis-del', name);
    assert.equal((await run(['check', ...configArguments(golden)])).code, 0);
  });
});
