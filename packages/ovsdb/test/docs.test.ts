import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { run as runCommandLine } from '../src/cli/program.ts';
import { generateTypes } from '../src/codegen/index.ts';
import { OvsdbClient, op, parseSchemaText, ServerLink } from '../src/index.ts';
import { startOvsdbServer } from '../src/testing/index.ts';

const run = promisify(execFile);
const packageFolder = new URL('..', import.meta.url).pathname;
const root = join(packageFolder, '..', '..');
const northbound = join(root, 'packages/driftline/schemas/ovn-nb-7.18.0.ovsschema');

interface Block {
  readonly page: string;
  readonly line: number;
  readonly info: string;
  readonly code: string;
  /** What stands in a block of text right after it. */
  readonly prints: string | undefined;
}

const listPages = async () => {
  const files = await readdir(join(packageFolder, 'docs'), { recursive: true });
  return ['README.md', ...files.filter((file) => file.endsWith('.md')).map((file) => join('docs', file))].sort();
};
const readPage = (page: string) => readFile(join(packageFolder, page), 'utf8');

function blocksOf(page: string, text: string): Block[] {
  const found = text.matchAll(/^```([^\n]*)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms);
  return [...found].map(({ index, 1: info = '', 2: code = '', 3: prints }) => {
    return { page, line: text.slice(0, index).split('\n').length, info, code, prints };
  });
}

const isProgram = ({ code }: Block) => /^import /m.test(code);
const nameOf = ({ page, line }: Block) => `${page.replaceAll(/\W/g, '-')}-${line}`;

/** A piece of a page as a module: with all that the package exports, and with what the README says that it goes with. */
const toModule = ({ code }: Block, exported: readonly string[]) => `
import { ${exported.join(', ')} } from '@driftline/ovsdb';
import type { OVNNorthboundTables } from './northbound.gen.ts';
export default async function (client: OvsdbClient<OVNNorthboundTables>, uuid: string): Promise<void> {
  {
${code}
  }
}
`;

/** Runs one after the other, each with a database as new: a switch with one port. */
const driver = (names: readonly string[], endpoint: string) => `
import { allRows, OvsdbClient, op } from '@driftline/ovsdb';
for (const name of ${JSON.stringify(names)}) {
  console.log('== ' + name);
  await using client = await OvsdbClient.connect({
    endpoints: '${endpoint}',
    database: 'OVN_Northbound',
    indexes: { Logical_Switch_Port: { byName: 'name' } },
  });
  await client.transact([op.delete('Logical_Switch', allRows)]);
  const [made] = await client.transact([
    op.insert('Logical_Switch', { name: 'blue', ports: [{ ref: 'p' }] }),
    op.insert('Logical_Switch_Port', { name: 'eth0' }, { namedUuid: 'p' }),
  ]);
  const { default: run } = await import('./' + name + '.ts');
  await run?.(client, made?.uuid);
}
`;

describe('the pages', () => {
  let folder: string;
  let pages: readonly string[];
  let blocks: readonly Block[];
  let pieces: readonly Block[];
  let programs: readonly Block[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ovsdb-docs-'));
    pages = await listPages();
    blocks = (await Promise.all(pages.map(async (page) => blocksOf(page, await readPage(page))))).flat();
    const typescript = blocks.filter(({ info }) => info.startsWith('ts'));
    programs = typescript.filter(isProgram);
    pieces = typescript.filter((block) => !isProgram(block));

    for (const scope of ['@driftline', '@types']) await mkdir(join(folder, 'node_modules', scope), { recursive: true });
    await symlink(packageFolder, join(folder, 'node_modules', '@driftline', 'ovsdb'));
    await symlink(join(root, 'node_modules', '@types', 'node'), join(folder, 'node_modules', '@types', 'node'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const schema = parseSchemaText(await readFile(northbound, 'utf8'));
    await writeFile(join(folder, 'northbound.gen.ts'), generateTypes(schema));
    const exported = Object.keys(await import('../src/index.ts'));
    for (const block of programs) await writeFile(join(folder, `${nameOf(block)}.ts`), block.code);
    for (const block of pieces) await writeFile(join(folder, `${nameOf(block)}.ts`), toModule(block, exported));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('compile, each block of TypeScript, under the strictest settings', async () => {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      erasableSyntaxOnly: true,
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable', 'esnext.iterator'],
      types: ['node'],
      allowImportingTsExtensions: true,
      noEmit: true,
    };
    const files = [...programs, ...pieces].map((block) => `${nameOf(block)}.ts`);
    assert.ok(programs.length >= 8 && pieces.length >= 10);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', '.'], { cwd: folder }).catch((error) => error);
    assert.equal(stdout, '');
  });

  it('run, each block, with a real server, and print what they say', async () => {
    await using server = await startOvsdbServer({ schema: northbound });
    const complete = programs.filter(({ info }) => info === 'ts');
    for (const block of complete) {
      const code = block.code
        .replace(/(endpoints: |open\()'[^']*'/, `$1'${server.endpoint}'`)
        .replace(/schema: '[^']*'/, `schema: '${northbound}'`);
      assert.notEqual(code, block.code, `${nameOf(block)} names a server or a schema`);
      await writeFile(join(folder, `${nameOf(block)}.ts`), code);
    }
    const executed = [...complete, ...pieces];
    await writeFile(join(folder, 'driver.ts'), driver(executed.map(nameOf), server.endpoint));
    const { stdout } = await run(process.execPath, ['driver.ts'], { cwd: folder });
    const printed = new Map(
      [...stdout.matchAll(/^== (.*)\n((?:(?!== ).*\n)*)/gm)].map(([, name, text]) => [name, text]),
    );
    assert.deepEqual([...printed.keys()], executed.map(nameOf));
    for (const block of executed) {
      if (block.prints !== undefined) assert.equal(printed.get(nameOf(block)), block.prints, nameOf(block));
    }
  });

  it('show commands that work', async () => {
    await using server = await startOvsdbServer({ schema: northbound });
    await using client = await OvsdbClient.connect({ endpoints: server.endpoint, database: 'OVN_Northbound' });
    await client.transact([op.insert('Logical_Switch', { name: 'blue' })]);
    const shell = blocks.filter(({ info, page }) => info === 'sh' && page === 'docs/command-line.md');
    const lines = shell.flatMap(({ code }) => code.split('\n')).filter((line) => /^ovsdb-ts [a-z]/.test(line));
    assert.ok(lines.length >= 10);
    for (const line of lines) {
      const { stdout } = await run('bash', ['-c', `printf '%s\\0' ${line}`]);
      const words = stdout.split('\0').slice(1, -1);
      const stop = new AbortController();
      // A monitor goes on until it is stopped.
      const out = () => {
        if (words[0] === 'monitor') stop.abort();
      };
      const terminal = { out, err: () => {}, readInput: async () => '', signal: stop.signal };
      assert.equal(await runCommandLine(words, terminal, { OVSDB_SERVER: server.endpoint }), 0, line);
    }
  });

  it('link to pages and headings that are there, in the package as it is published', async () => {
    for (const page of pages) {
      for (const [, target = ''] of (await readPage(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const path = file === '' ? page : relative('.', join(dirname(page), file));
        assert.ok(pages.includes(path), `${page} links to ${target}`);
        await access(resolve(packageFolder, path));
        if (anchor !== undefined) assert.ok(anchorsOf(await readPage(path)).includes(anchor), `${page}: ${target}`);
      }
    }
  });

  it('are all linked from the README', async () => {
    const readme = await readPage('README.md');
    for (const page of pages.slice(1)) assert.ok(readme.includes(`](${page})`), page);
  });

  it('name all that is public: exports, options, methods, operations, events and error codes', async () => {
    const texts = await Promise.all(pages.map(readPage));
    const text = texts.join('\n');
    const source = (file: string) => readFile(join(packageFolder, 'src', file), 'utf8');
    const names = [
      ...(await Promise.all(['index.ts', 'testing/index.ts', 'codegen/index.ts'].map(source))).flatMap(exportsOf),
      ...membersOf(await source('session/connect-options.ts'), 'ConnectOptions'),
      ...membersOf(await source('session/change-stream.ts'), 'ChangeOptions'),
      ...membersOf(await source('session/events.ts'), 'OvsdbEvents'),
      ...membersOf(await source('wire/stream.ts'), 'TlsFiles'),
      ...[...(await source('errors.ts')).matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, code = '']) => code),
      ...methodsOf(OvsdbClient),
      ...methodsOf(ServerLink),
      ...Object.keys(op).map((name) => `op.${name}`),
    ];
    assert.ok(names.length > 150);
    const isNamed = (name: string) => new RegExp(`(?<![\\w-])${name.replace('.', '\\.')}(?![\\w-])`).test(text);
    assert.deepEqual(
      [...new Set(names)].filter((name) => !isNamed(name)),
      [],
    );
  });
});

function exportsOf(source: string): string[] {
  return [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
    list
      .split(',')
      .map((name) => name.replace('type ', '').trim())
      .filter((name) => name !== ''),
  );
}

function membersOf(source: string, name: string): string[] {
  const [, body = ''] = new RegExp(`interface ${name}\\b.*?\\{\\n(.*?)^\\}`, 'ms').exec(source) ?? [];
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, member = '']) => member);
  assert.ok(members.length > 0, name);
  return members;
}

function methodsOf(of: { readonly prototype: object }): string[] {
  const inherited = Object.getPrototypeOf(of.prototype);
  return [of.prototype, inherited]
    .filter((prototype) => prototype !== Object.prototype)
    .flatMap((prototype) => Object.getOwnPropertyNames(prototype))
    .filter((name) => name !== 'constructor');
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
