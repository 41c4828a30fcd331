/**
 * Builds the package as it is published, in `dist`: JavaScript, types, and a package.json that names them. In the
 * checkout the sources run as they are, so that nothing has to be built to work on them.
 */
import { spawnSync } from 'node:child_process';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = join(folder, '..', '..');
const dist = join(folder, 'dist');

await rm(dist, { recursive: true, force: true });
const tsc = join(root, 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', join(folder, 'tsconfig.build.json')], { stdio: 'inherit' });
if (status !== 0) throw new Error('the sources do not compile');

/** Not of the sources' package.json: the commands that it would link run only where `node` is new enough for them. */
const bin = { 'ovsdb-ts': './cli/main.js', 'ovsdb-codegen': './codegen/main.js' };
const source = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
const { scripts: _scripts, ...published } = source;
const toBuilt = (path) => path.replace('./src/', './').replace(/\.ts$/, '.js');
const entries = Object.entries(source.exports).map(([name, path]) => [
  name,
  { types: toBuilt(path).replace(/\.js$/, '.d.ts'), default: toBuilt(path) },
]);
const manifest = { ...published, exports: Object.fromEntries(entries), bin };
await writeFile(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const path of Object.values(bin)) await chmod(join(dist, path), 0o755);
await cp(join(folder, 'README.md'), join(dist, 'README.md'));
await cp(join(folder, 'docs'), join(dist, 'docs'), { recursive: true });
await cp(join(root, 'LICENSE'), join(dist, 'LICENSE'));
