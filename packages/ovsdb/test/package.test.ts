import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { connectTo, librarySchema, namesOf, startLibrary } from './library.ts';

const run = promisify(execFile);
const packageFolder = new URL('..', import.meta.url).pathname;
const root = join(packageFolder, '..', '..');

/** The example of the README, with an endpoint and a database of its own: nothing else of it is changed. */
const readmeExample = async () => {
  const readme = await readFile(join(packageFolder, 'README.md'), 'utf8');
  const [, code = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  return code;
};

describe('the package as it is published', () => {
  let project: string;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'ovsdb-package-'));
    await run(process.execPath, ['build.js'], { cwd: packageFolder });
    const packed = await run('npm', ['pack', join(packageFolder, 'dist'), '--pack-destination', project, '--json'], {
      cwd: project,
    });
    const [{ filename }] = JSON.parse(packed.stdout);
    await writeFile(join(project, 'package.json'), '{"name":"user","type":"module"}');
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: project });
  });

  after(() => rm(project, { recursive: true, force: true }));

  it('has no dependency, and holds no sources, tests or maps to files that are not there', async () => {
    const installed = join(project, 'node_modules', '@driftline', 'ovsdb');
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    assert.deepEqual([manifest.dependencies, manifest.devDependencies], [undefined, undefined]);
    const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
    assert.deepEqual(Object.keys(lock.packages).sort(), ['', 'node_modules/@driftline/ovsdb']);
    const { stdout } = await run('find', [installed, '-name', '*.ts', '-not', '-name', '*.d.ts']);
    assert.equal(stdout, '');
  });

  it("runs the README's example from an empty project, typed by a generated schema", async () => {
    await using server = await startLibrary({
      schema: join(root, 'packages/driftline/schemas/ovn-nb-7.18.0.ovsschema'),
    });
    const example = (await readmeExample()).replace(/endpoints: '[^']*'/, `endpoints: '${server.endpoint}'`);
    assert.ok(example.includes(server.endpoint));
    await writeFile(join(project, 'example.ts'), example);
    await run(process.execPath, ['example.ts'], { cwd: project });
    const again = await run(process.execPath, ['example.ts'], { cwd: project });
    assert.match(again.stdout, /^[0-9a-f-]{36} blue\n$/);
  });

  it('compiles with its types under the strictest settings, which know the columns of the schema', async () => {
    const bin = join(project, 'node_modules', '.bin');
    await run(join(bin, 'ovsdb-codegen'), [librarySchema, '-o', 'library.gen.ts'], { cwd: project });
    const program = (column: string) => `
      import { OvsdbClient, op } from '@driftline/ovsdb';
      import { startOvsdbServer } from '@driftline/ovsdb/testing';
      import { generateTypes } from '@driftline/ovsdb/codegen';
      import type { LibraryTables } from './library.gen.ts';
      export async function main(endpoints: string): Promise<readonly number[]> {
        await using client = await OvsdbClient.connect<LibraryTables>({ endpoints, database: 'Library' });
        await client.transact([op.insert('Shelf', { name: 'x' })]);
        const numbers: (number | bigint)[] = [];
        for (const row of client.replica.table('Shelf').rows.values()) numbers.push(...row.${column});
        return numbers.map(Number);
      }
      export { generateTypes, startOvsdbServer };
    `;
    await mkdir(join(project, 'node_modules', '@types'), { recursive: true });
    for (const name of ['@types/node', 'undici-types']) {
      await cp(join(root, 'node_modules', name), join(project, 'node_modules', name), { recursive: true });
    }
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      allowImportingTsExtensions: true,
      noEmit: true,
      skipLibCheck: false,
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    const compile = async (column: string) => {
      await writeFile(join(project, 'program.ts'), program(column));
      const tsc = join(root, 'node_modules', '.bin', 'tsc');
      return await run(process.execPath, [tsc, '-p', '.'], { cwd: project }).then(
        () => '',
        ({ stdout }: { stdout: string }) => stdout,
      );
    };
    assert.equal(await compile('numbers'), '');
    assert.match(await compile('nmubers'), /Property 'nmubers' does not exist on type 'ShelfRow'/);
  });

  it('has ovsdb-ts on the path', async () => {
    await using server = await startLibrary();
    const bin = join(project, 'node_modules', '.bin', 'ovsdb-ts');
    const insert = JSON.stringify({ op: 'insert', table: 'Shelf', row: { name: 'piped' } });
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    await run(bin, ['transact', server.endpoint, insert], { cwd: project, env: { ...process.env, PATH: path } });
    await using client = await connectTo(server.endpoint);
    assert.deepEqual(namesOf(client), ['piped']);
  });
});
