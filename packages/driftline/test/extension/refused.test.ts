import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { main } from '../../src/cli/main.ts';

describe('a plugin that can’t be loaded', () => {
  let folder: string;
  let config: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-refused-'));
    config = join(folder, 'driftline.conf');
    await writeFile(join(folder, 'broken.mjs'), "throw new Error('no licence');");
    await writeFile(config, '[driftline]\nplugins = ./broken.mjs\n');
  });
  after(() => rm(folder, { recursive: true }));

  async function run(...argv: readonly string[]) {
    let text = '';
    const write = (more: string): void => {
      text += more;
    };
    const terminal = { out: write, err: write, isInteractive: false, ask: undefined };
    const code = await main([...argv, '--config-file', config], terminal, new AbortController().signal);
    return { code, text };
  }

  it('ends every command before it connects, with its name and what to do', async () => {
    for (const command of [['check'], ['repair', '--yes'], ['tasks', 'list'], ['run', '--once']]) {
      const { code, text } = await run(...command);
      assert.equal(code, 1);
      const told = /^driftline: plugin \.\/broken\.mjs: it can't be loaded: no licence; mend it, or take it out of /;
      assert.match(text, told);
    }
  });

  it('is an error of the configuration, at its line', async () => {
    const { code, text } = await run('config', 'check');
    assert.equal(code, 1);
    assert.ok(text.includes(`${config}:2: error: plugin ./broken.mjs: it can't be loaded: no licence; mend it`), text);
  });
});
