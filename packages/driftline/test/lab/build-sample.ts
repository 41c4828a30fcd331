/**
 * Builds the demo's sample deployment from golden 2026.1; run by hand when that changes:
 * `node packages/driftline/test/lab/build-sample.ts`. A test says when the two have grown apart.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createOvnDatabase, startOvsdbServer } from '../../src/demo/ovsdb-server.ts';
import { type Golden, openGolden } from './golden.ts';

const run = promisify(execFile);
export const sampleRelease = '2026.1';
const sampleFolder = join(import.meta.dirname, '..', '..', 'src', 'demo', 'sample');

export async function buildSample(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const golden = stack.use(await openGolden(sampleRelease));
  const folder = await mkdtemp(join(tmpdir(), 'driftline-sample-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));

  const southbound = join(folder, 'southbound.db');
  await copyChassis(golden, southbound, join(folder, 'southbound.sock'));
  await zip(southbound, 'southbound.db.gz');
  await zip(golden.databaseUrl.replace('sqlite:///', ''), 'neutron.sqlite.gz');
  await copyFile(golden.configFiles[0] ?? '', join(sampleFolder, 'neutron.conf'));
}

/** The logical flows and port bindings of a whole Southbound would be history here: only chassis matter. */
async function copyChassis(golden: Golden, databaseFile: string, socketFile: string): Promise<void> {
  await createOvnDatabase(databaseFile, 'southbound');
  await using server = await startOvsdbServer({ databaseFile, socketFile });
  const operations: unknown[] = [{ op: 'insert', table: 'SB_Global', row: {} }];
  for (const chassis of await select(golden.southbound.endpoint, 'Chassis')) {
    const name = String(chassis.name);
    const encaps = await select(golden.southbound.endpoint, 'Encap', [['chassis_name', '==', name]]);
    const encapNames = encaps.map((_, index) => `encap_${name.replaceAll('-', '_')}_${index}`);
    encaps.forEach(({ type, ip, options, chassis_name }, index) => {
      const row = { type, ip, options, chassis_name };
      operations.push({ op: 'insert', table: 'Encap', 'uuid-name': encapNames[index], row });
    });
    const { hostname, external_ids, other_config, transport_zones } = chassis;
    const references = ['set', encapNames.map((encap) => ['named-uuid', encap])];
    const row = { name, hostname, external_ids, other_config, transport_zones, encaps: references };
    const uuidName = `chassis_${name.replaceAll('-', '_')}`;
    operations.push({ op: 'insert', table: 'Chassis', 'uuid-name': uuidName, row });
    operations.push({ op: 'insert', table: 'Chassis_Private', row: { name, chassis: ['named-uuid', uuidName] } });
  }
  await transact(server.endpoint, operations);
  await server.appctl('ovsdb-server/compact');
}

async function select(endpoint: string, table: string, where: unknown[] = []): Promise<Record<string, unknown>[]> {
  const [result] = await transact(endpoint, [{ op: 'select', table, where }]);
  return result?.rows ?? [];
}

async function transact(endpoint: string, operations: unknown[]): Promise<{ rows?: Record<string, unknown>[] }[]> {
  const { stdout } = await run('ovsdb-client', [
    'transact',
    endpoint,
    JSON.stringify(['OVN_Southbound', ...operations]),
  ]);
  if (stdout.includes('"error"')) throw new Error(`ovsdb-client transact: ${stdout}`);
  return JSON.parse(stdout);
}

async function zip(file: string, name: string): Promise<void> {
  await writeFile(join(sampleFolder, name), gzipSync(await readFile(file), { level: 9 }));
}

if (import.meta.main) await buildSample();
