/** npm packages, and among them the pinned Node that runs everything else. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup-error.js';

export const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/** The pinned Node, from the npm package `node`. */
export const pinnedNode = join(projectFolder, 'node_modules', '.bin', 'node');

/** True when every package of the lock file is installed in its version, as npm's own record in node_modules says. */
export function areNpmPackagesCurrent() {
  const record = join(projectFolder, 'node_modules', '.package-lock.json');
  if (!existsSync(pinnedNode) || !existsSync(record)) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages(join(projectFolder, 'package-lock.json'))).every(
    ([path, wanted]) =>
      // Optional ones are other platforms' builds; a workspace's own version stands in its package.json.
      path === '' ||
      !path.startsWith('node_modules/') ||
      wanted.optional ||
      (installed[path] !== undefined && installed[path].version === wanted.version),
  );
}

export function installNpmPackages() {
  console.error('Installing npm packages into node_modules (npm ci): Node 24, the libraries and the checkers.');
  // Warnings would be about the Node that npm runs on, which is not the one that we run on.
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: projectFolder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new SetupError(`npm ci failed. Its message is above; when it is mended: npm ci`);
  if (!existsSync(pinnedNode)) {
    throw new SetupError(
      'The npm package `node` did not bring its program: its install script did not run. ' +
        'Allow it and try again: npm rebuild node --ignore-scripts=false',
    );
  }
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
