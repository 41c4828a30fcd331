import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadConfig } from '../config/sources.ts';
import type { Extension } from './extension.ts';
import { loadExtension } from './load-extension.ts';
import { PluginError, type PluginErrorCode } from './plugin-error.ts';

const GOOD = "name: 'good', interfaceVersion: 1";

describe('the plugins of a configuration', () => {
  let folder: string;
  let count = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftline-plugins-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** Loads plugins as a configuration file beside them names them. */
  async function load(plugins: string): Promise<Extension> {
    const path = join(folder, `driftline-${count++}.conf`);
    await writeFile(path, `[driftline]\nplugins = ${plugins}\n`);
    const request = { overrides: [], environment: {}, home: folder, hostname: 'test', etc: folder };
    return loadExtension(await loadConfig({ ...request, arguments: [{ kind: 'file', path }] }));
  }
  /** Writes a module, under a new name, for a module is imported once. */
  async function moduleOf(code: string): Promise<string> {
    const name = `./plugin-${count++}.mjs`;
    await writeFile(join(folder, name), code);
    return name;
  }
  const pluginOf = (members: string): Promise<string> => moduleOf(`export default { ${members} };`);

  async function refuses(plugins: string, code: PluginErrorCode, message: RegExp): Promise<void> {
    await assert.rejects(load(plugins), (error) => {
      assert.ok(error instanceof PluginError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  }

  it('are none where none is named', async () => {
    assert.deepEqual(await load(''), { plugins: [], owners: [], tasks: [], checks: [] });
  });

  it('are found beside the file that names them, and by their path', async () => {
    const name = await pluginOf(GOOD);
    assert.equal((await load(name)).plugins[0]?.plugin.name, 'good');
    assert.equal((await load(join(folder, name))).plugins[0]?.plugin.name, 'good');
  });

  it('may be TypeScript', async () => {
    await writeFile(
      join(folder, 'typed.ts'),
      `const name: string = 'typed';\nexport default { name, interfaceVersion: 1 };`,
    );
    assert.equal((await load('./typed.ts')).plugins[0]?.plugin.name, 'typed');
  });

  it('have the interface of the Driftline that loads them, wherever they stand', async () => {
    const path = await moduleOf(
      `import { definePlugin, INTERFACE_VERSION } from 'driftline/plugin';\nexport default definePlugin({ name: 'far', interfaceVersion: INTERFACE_VERSION });`,
    );
    assert.equal((await load(path)).plugins[0]?.plugin.name, 'far');
  });

  it('bring what is theirs in the order of the configuration, with what was left out filled in', async () => {
    const rows = "rows: [{ table: 'Load_Balancer', claim: () => undefined }]";
    const task = "name: 'good_task', kind: 'back-fill', spacingMs: 1000, reads: 'a', writes: 'b'";
    const work = "work: { is: 'code', look: () => [] }";
    const first = await pluginOf(`${GOOD}, ${rows}, tasks: [{ ${task}, ${work} }]`);
    const second = await pluginOf(
      "name: 'other', interfaceVersion: 1, checks: [{ name: 'other-check', looksAt: 'x', look: () => [] }]",
    );
    const { owners, tasks, checks } = await load(`${first},${second}`);
    assert.deepEqual(
      owners.map(({ name, rows }) => [name, rows.length]),
      [['good', 1]],
    );
    const [added] = tasks;
    assert.deepEqual(
      [added?.plugin, added?.gate, added?.runAtStart, added?.recurs],
      ['good', 'lock', true, false],
      'a back-fill is done once',
    );
    assert.deepEqual(
      checks.map(({ name, plugin, defaultPolicy }) => [name, plugin, defaultPolicy]),
      [['other-check', 'other', 'observe']],
    );
  });

  it('are refused where there is no such file or package', async () => {
    await refuses('./no-such.mjs', 'not-found', /plugin \.\/no-such\.mjs: there is no file .*no-such\.mjs; install it/);
    await refuses('no-such-package', 'not-found', /there is no package no-such-package where Driftline is installed/);
  });

  it('a module that imports what is not there is broken, not absent', async () => {
    const path = await moduleOf("import './gone.mjs';\nexport default {};");
    await refuses(
      path,
      'broken',
      /it can't be loaded: .*gone\.mjs.*; mend it, or take it out of \[driftline\] plugins/,
    );
  });

  it('one that throws when it is imported is named, with what it threw', async () => {
    const path = await moduleOf("throw new Error('no licence');");
    await refuses(path, 'broken', /^plugin \.\/plugin-\d+\.mjs: it can't be loaded: no licence; mend it/);
  });

  it('one written for another version of the interface says what to do', async () => {
    await refuses(
      await pluginOf("name: 'late', interfaceVersion: 2"),
      'version',
      /^plugin late: it was written for version 2 .* has 1; upgrade driftline/,
    );
    await refuses(await pluginOf("name: 'early', interfaceVersion: 0"), 'version', /use a later version of the plugin/);
    await refuses(await pluginOf("name: 'none'"), 'version', /version missing/);
  });

  it('a malformed one is told where, and what would be right', async () => {
    const work = "work: { is: 'code', look: () => [] }";
    const task = `name: 'good_task', kind: 'continuous', spacingMs: 1000, reads: 'a', writes: 'b', ${work}`;
    const cases: readonly [string, RegExp][] = [
      ["name: 'Bad Name', interfaceVersion: 1", /its name is "Bad Name"; give it one of small letters/],
      [`${GOOD}, taskz: []`, /has a member taskz; did you mean tasks\?/],
      [`${GOOD}, tasks: {}`, /tasks is a value of type object; make it a list/],
      [`${GOOD}, rows: [{ table: 'Load_Balancers', claim: () => '' }]`, /did you mean Load_Balancer\?/],
      [`${GOOD}, rows: [{ table: 'Load_Balancer' }]`, /rows\[0\]\.claim is missing; give it a function/],
      [`${GOOD}, rows: [{ table: 'Mirror', claim: () => '', wants: () => ({}) }]`, /which Driftline never writes/],
      [`${GOOD}, tasks: [{ ${task}, kind: 'weekly' }]`, /tasks\[0\]\.kind is "weekly"; choose one of enforcement/],
      [`${GOOD}, tasks: [{ ${task}, spacingMs: 5 }]`, /tasks\[0\]\.spacingMs is 5; give it at least 1000/],
      [`${GOOD}, tasks: [{ ${task}, work: { is: 'code' } }]`, /tasks\[0\]\.work\.look is missing/],
      [`${GOOD}, tasks: [{ ${task}, work: { is: 'scope', scope: [{ table: 'X' }] } }]`, /scope\[0\]\.table is "X"/],
      [`${GOOD}, checks: [{ name: 'c', looksAt: 'x', look: 1 }]`, /checks\[0\]\.look is 1; give it a function/],
      [
        `${GOOD}, checks: [{ name: 'c', looksAt: 'x', look: () => [], defaultPolicy: 'repair' }]`,
        /is to repair and has no mend/,
      ],
    ];
    for (const [members, message] of cases) await refuses(await pluginOf(members), 'malformed', message);
    await refuses(await moduleOf('export const plugin = 1;'), 'malformed', /exports as default is missing; make it an/);
  });

  it('a name that is taken is refused: of Neutron’s tasks, also their old names, and of each other’s', async () => {
    const taskOf = (name: string) =>
      `tasks: [{ name: '${name}', kind: 'continuous', spacingMs: 1000, reads: 'a', writes: 'b', work: { is: 'code', look: () => [] } }]`;
    for (const name of ['check_for_inconsistencies', 'touch_hash_ring_nodes']) {
      const message = new RegExp(`plugin good: ${name}: Neutron's maintenance worker has a task of that name; begin`);
      await refuses(await pluginOf(`${GOOD}, ${taskOf(name)}`), 'name-taken', message);
    }
    const first = await pluginOf(`${GOOD}, ${taskOf('sweep')}`);
    const second = await pluginOf(`name: 'other', interfaceVersion: 1, ${taskOf('sweep')}`);
    await refuses(`${first},${second}`, 'name-taken', /plugin other: sweep: plugin good has a task or check of that/);
    await refuses(`${first},${first}`, 'name-taken', /plugin good: its name: another plugin has it too; name it once/);
    const check = "checks: [{ name: 'chassis-private', looksAt: 'x', look: () => [] }]";
    await refuses(await pluginOf(`${GOOD}, ${check}`), 'name-taken', /Driftline has a check of that name/);
  });

  it('are all loaded or none', async () => {
    const good = await pluginOf(GOOD);
    await mkdir(join(folder, 'empty'), { recursive: true });
    await refuses(`${good},./empty/none.mjs`, 'not-found', /none\.mjs/);
  });
});
