/**
 * `npm test`: sets up what is missing, then lint, type check, and the tests of all packages.
 *
 * Arguments replace the files to test and skip the two checks: `npm test -- packages/ovsdb/src/wire/frames.test.ts`.
 */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { pinnedNode, projectFolder } from './npm-packages.js';
import { getReady } from './ready.js';

getReady('test');

const everyTest = ['setup/*.test.js', 'packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'];
const chosen = process.argv.slice(2);

const steps = [];
if (chosen.length === 0) {
  steps.push(['lint', binary('biome'), 'check', '.'], ['type check', binary('tsc'), '--noEmit', '-p', '.']);
}
steps.push(['tests', '--test', '--test-concurrency=2', ...(chosen.length === 0 ? everyTest : chosen)]);

const failed = steps.filter(([, ...args]) => !run(args)).map(([name]) => name);
if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);

/** On the pinned Node, also what the step itself starts. */
function run(args) {
  const path = `${join(projectFolder, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const env = { ...process.env, PATH: path };
  return spawnSync(pinnedNode, args, { cwd: projectFolder, stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
}

function binary(name) {
  return join(projectFolder, 'node_modules', '.bin', name);
}
