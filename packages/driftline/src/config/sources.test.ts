import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ConfigError } from './config-error.ts';
import { type ConfigRequest, loadConfig, readSources } from './sources.ts';

/** A machine with these files, given by their paths below its root, where `etc` and `home` lie. */
async function withMachine(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (root: string, request: ConfigRequest) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'driftline-config-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    const request = { arguments: [], overrides: [], environment: {}, hostname: 'h' };
    await use(root, { ...request, home: join(root, 'home'), etc: join(root, 'etc') });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function listRead(root: string, request: ConfigRequest): Promise<string[]> {
  const { files } = await loadConfig(request);
  return files.map(({ path }) => path.slice(root.length + 1));
}

const file = (path: string) => ({ kind: 'file', path }) as const;
const dir = (path: string) => ({ kind: 'dir', path }) as const;

test('files and folders are read in the order of the command line, a folder’s files by name', async () => {
  const files = {
    'a.conf': '',
    'd/2.conf': '',
    'd/10.conf': '',
    'd/.hidden.conf': '',
    'd/readme.txt': 'x',
    'b.conf': '',
  };
  await withMachine(files, async (root, request) => {
    const given = [file(`${root}/a.conf`), dir(`${root}/d`), file(`${root}/b.conf`)];
    const read = await listRead(root, { ...request, arguments: given });
    assert.deepEqual(read, ['a.conf', 'd/10.conf', 'd/2.conf', 'b.conf']);
  });
});

test('without a file given, the first neutron.conf and driftline.conf of the search are read', async () => {
  const files = {
    'etc/neutron.conf': '',
    'etc/neutron/neutron.conf': '',
    'etc/driftline.conf': '',
    'home/driftline.conf': '',
  };
  await withMachine(files, async (root, request) => {
    assert.deepEqual(await listRead(root, request), ['etc/neutron/neutron.conf', 'home/driftline.conf']);
  });
});

test('a file of the user’s own folder comes before those of the machine', async () => {
  await withMachine({ 'etc/neutron/neutron.conf': '', 'home/.neutron/neutron.conf': '' }, async (root, request) => {
    assert.deepEqual(await listRead(root, request), ['home/.neutron/neutron.conf']);
  });
});

test('beside a neutron.conf that was found, ml2_conf.ini is read', async () => {
  const files = { 'etc/neutron/neutron.conf': '', 'etc/neutron/plugins/ml2/ml2_conf.ini': '' };
  await withMachine(files, async (root, request) => {
    assert.deepEqual(await listRead(root, request), [
      'etc/neutron/neutron.conf',
      'etc/neutron/plugins/ml2/ml2_conf.ini',
    ]);
  });
});

test('a machine without any file gives empty sources', async () => {
  await withMachine({}, async (root, request) => {
    assert.deepEqual(await listRead(root, request), []);
  });
});

test('the variables of Neutron’s WSGI module name the files', async () => {
  const files = {
    'x/neutron.conf': '',
    'x/plugins/ml2/ml2_conf.ini': '',
    'x/own.conf': '',
    'etc/neutron/own.conf': '',
  };
  await withMachine(files, async (root, request) => {
    const inFolder = { ...request, environment: { OS_NEUTRON_CONFIG_DIR: join(root, 'x') } };
    assert.deepEqual(await listRead(root, inFolder), ['x/neutron.conf', 'x/plugins/ml2/ml2_conf.ini']);
    const environment = {
      OS_NEUTRON_CONFIG_DIR: join(root, 'x'),
      OS_NEUTRON_CONFIG_FILES: ' own.conf ; neutron.conf;',
    };
    assert.deepEqual(await listRead(root, { ...request, environment }), ['x/own.conf', 'x/neutron.conf']);
    const filesAlone = { ...request, environment: { OS_NEUTRON_CONFIG_FILES: 'own.conf' } };
    assert.deepEqual(await listRead(root, filesAlone), ['etc/neutron/own.conf']);
  });
});

test('the default folders are read before the files given, until a folder is given', async () => {
  const files = {
    'etc/neutron/neutron.conf.d/1.conf': '',
    'etc/driftline.conf.d/2.conf': '',
    'a.conf': '',
    'd/3.conf': '',
  };
  await withMachine(files, async (root, request) => {
    const given = [file(`${root}/a.conf`)];
    assert.deepEqual(await listRead(root, { ...request, arguments: given }), [
      'etc/neutron/neutron.conf.d/1.conf',
      'etc/driftline.conf.d/2.conf',
      'a.conf',
    ]);
    const both = [file(`${root}/a.conf`), dir(`${root}/d`)];
    assert.deepEqual(await listRead(root, { ...request, arguments: both }), ['a.conf', 'd/3.conf']);
  });
});

test('~ leads home', async () => {
  await withMachine({ 'home/a.conf': '', 'home/d/b.conf': '' }, async (root, request) => {
    const given = [file('~/a.conf'), dir('~/d')];
    assert.deepEqual(await listRead(root, { ...request, arguments: given }), ['home/a.conf', 'home/d/b.conf']);
  });
});

test('a file or folder that is given must be there', async () => {
  await withMachine({ 'd/x.txt': '' }, async (root, request) => {
    const missing = {
      ...request,
      arguments: [file(join(root, 'no.conf')), dir(join(root, 'no')), file(join(root, 'd'))],
    };
    const { faults } = await readSources(missing);
    assert.deepEqual(
      faults.map(({ code, message }) => [code, message.slice(root.length + 1)]),
      [
        ['unreadable', 'no.conf: there is no such file; check the path that --config-file names'],
        ['unreadable', 'no: there is no such folder; check the path that --config-dir names'],
        ['unreadable', 'd: is a folder; name it with --config-dir'],
      ],
    );
    await assert.rejects(loadConfig(missing), ConfigError);
  });
});

test('a file that is not text is refused', async () => {
  await withMachine({ 'a.conf': Uint8Array.of(0x5b, 0xff, 0x5d) }, async (root, request) => {
    const { faults } = await readSources({ ...request, arguments: [file(`${root}/a.conf`)] });
    assert.match(faults[0]?.message ?? '', /a\.conf: is not UTF-8 text/);
  });
});

test('one bad file does not hide the faults of the next', async () => {
  await withMachine({ 'a.conf': 'x', 'b.conf': '[a]\nx = 1', 'd/c.conf': '[' }, async (root, request) => {
    const given = [file(`${root}/a.conf`), file(`${root}/b.conf`), dir(`${root}/d`)];
    const { sources, faults } = await readSources({ ...request, arguments: given });
    assert.equal(sources.files.length, 1);
    assert.deepEqual(
      faults.map(({ code }) => code),
      ['syntax', 'syntax'],
    );
  });
});
