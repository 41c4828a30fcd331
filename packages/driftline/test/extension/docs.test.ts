import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openGolden } from '../lab/golden.ts';
import { commandsOf } from './balancers.ts';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');

describe('the plugin in docs/extension.md', () => {
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-docs-'));
    const page = await readFile(join(root, 'docs', 'extension.md'), 'utf8');
    const [, code = ''] = /```ts\n(\/\/ storage\.ts\n[\s\S]*?)```/.exec(page) ?? [];
    assert.notEqual(code, '', 'the page has a plugin');
    file = join(folder, 'storage.ts');
    await writeFile(file, code);
    // As it would be beside a project that has installed Driftline.
    await mkdir(join(folder, 'node_modules'));
    await symlink(join(root, 'packages', 'driftline'), join(folder, 'node_modules', 'driftline'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  });
  after(() => rm(folder, { recursive: true }));

  async function compile(path: string): Promise<void> {
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024'];
    const lib = ['--lib', 'es2024,esnext.disposable,esnext.iterator,esnext.collection'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
    const extensions = ['--allowImportingTsExtensions', '--erasableSyntaxOnly', '--verbatimModuleSyntax'];
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    await exec(tsc, [...options, ...lib, ...types, ...extensions, path], { cwd: folder });
  }

  it('compiles, and would not with a misspelled member', async () => {
    await compile(file);
    const wrong = join(folder, 'wrong.ts');
    await writeFile(wrong, (await readFile(file, 'utf8')).replace('orphan:', 'orphans:'));
    await assert.rejects(compile(wrong), (error: { readonly stdout?: string }) => {
      assert.match(error.stdout ?? '', /wrong\.ts.*orphans/);
      return true;
    });
  });

  it('is loaded, and does what the page says', async () => {
    await using golden = await openGolden('2026.1');
    const { run, nbctl } = await commandsOf(golden, file);
    const switchName = (await nbctl('--bare', '--columns=name', 'list', 'Logical_Switch')).split(/\s+/)[0] ?? '';
    const balancer = await nbctl(
      ...['create', 'Load_Balancer', 'name=nfs', 'vips:"192.0.2.7:2049"="192.0.2.8:2049"'],
      ...['external_ids:owner=storage', 'options:hairpin_snat_ip=169.254.0.7'],
    );
    const clean = await run('check');
    assert.equal(clean.code, 0, clean.out);
    assert.match(clean.out, /^No drift: .*, 1 of storage, 0 of other owners left alone\.$/m);
    const told = await run('checks', 'run', 'storage-networks');
    assert.match(told.out, /1 balancers, and no network whose name begins with storage-/);
    // Not of this team: none of the rules is about it.
    await nbctl('ls-lb-add', switchName, balancer);
    assert.equal((await run('check')).code, 0);
    await nbctl('clear', 'Load_Balancer', balancer, 'options');
    assert.match((await run('check')).out, /options:hairpin_snat_ip: missing, found nothing, wanted "169\.254\.0\.7"/);
    await nbctl('clear', 'Load_Balancer', balancer, 'vips');
    const orphan = await run('check');
    assert.match(
      orphan.out,
      /- Load_Balancer nfs .*: orphan; storage's by external_ids:owner=storage; it has no address/,
    );
    const repaired = await run('repair', '--yes');
    assert.equal(repaired.code, 0, repaired.out + repaired.err);
    assert.equal(await nbctl('--bare', '--columns=_uuid', 'find', 'Load_Balancer', 'name=nfs'), '');
    assert.match((await run('check')).out, /0 of storage/);
  });
});
