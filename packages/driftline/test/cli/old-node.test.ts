import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const bin = join(import.meta.dirname, '..', '..', 'bin', 'driftline.js');

/** Node itself, which says that it is an older one. */
const asNode20 = [
  '--import',
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})",
];

describe('started on a Node that is too old', () => {
  it('says so, and goes on with the Node of the checkout', async () => {
    const { stdout, stderr } = await exec(process.execPath, [...asNode20, bin, 'version']);
    assert.match(stderr, /needs Node 24 or later.*; using .*node/);
    assert.match(stdout, /^driftline \d/);
  });

  it('says so, and what to do, where there is no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'driftline-bin-'));
    try {
      await cp(bin, join(folder, 'driftline.mjs'));
      const failed = await exec(process.execPath, [...asNode20, join(folder, 'driftline.mjs'), 'version']).catch(
        (error) => error,
      );
      assert.equal(failed.code, 1);
      assert.match(failed.stderr, /needs Node 24 or later.*install a newer Node/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
