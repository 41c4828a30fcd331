import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { missingDebianPackages } from './debian-packages.js';
import { areNpmPackagesCurrent, projectFolder } from './npm-packages.js';

/** Asks for a package that no machine has; returns what a person sees. */
function installTheImpossible({ uid, path }) {
  // A copy, for another account may not see the project.
  const folder = mkdtempSync(join(tmpdir(), 'driftline-setup-'));
  chmodSync(folder, 0o755);
  cpSync(join(projectFolder, 'setup'), folder, { recursive: true });
  const script = `
    const { installDebianPackages } = await import('${folder}/debian-packages.js');
    const wanted = { name: 'ovn-central', why: 'the schemas', services: [], isPresent: () => false };
    try { installDebianPackages([wanted]); } catch (error) { console.log(error.message); }`;
  try {
    const node = join(projectFolder, 'node_modules', 'node', 'bin', 'node');
    cpSync(node, join(folder, 'node'));
    const options = { encoding: 'utf8', cwd: folder, env: { PATH: path }, ...(uid === undefined ? {} : { uid }) };
    return spawnSync(join(folder, 'node'), ['--input-type=module', '--eval', script], options).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('when all is there, nothing is missing', () => {
  assert.equal(areNpmPackagesCurrent(), true);
  assert.deepEqual(missingDebianPackages('start'), []);
  assert.deepEqual(missingDebianPackages('test'), []);
});

test('without root, the message names the packages, why, and the command to run', () => {
  const nobody = process.getuid() === 0 ? 65534 : undefined;
  const message = installTheImpossible({ uid: nobody, path: process.env.PATH });
  assert.match(message, /only root may install/);
  assert.match(message, /ovn-central +the schemas/);
  assert.match(message, /sudo apt-get install --yes --no-install-recommends ovn-central/);
});

test('without apt, the message says so and still names the command', () => {
  const message = installTheImpossible({ path: '/nowhere' });
  assert.match(message, /has no apt/);
  assert.match(message, /apt-get install --yes --no-install-recommends ovn-central/);
});
