/**
 * Writes what a living lab holds as a golden folder: Neutron's SQL as its engine dumps it, both OVN databases, the
 * configuration. `startNeutronLab({ from })` goes on from there.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeGoldenFile } from './golden-folder.ts';
import { databaseName, type NeutronLab } from './neutron-lab.ts';

const run = promisify(execFile);

/** Settle first: a golden folder holds a quiet deployment. */
export async function captureGolden(lab: NeutronLab, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeGoldenFile(folder, 'neutron.sql', await lab.database.dump(databaseName));
  await writeGoldenFile(folder, 'northbound.db', await backUp(lab.ovn.northbound.endpoint, 'OVN_Northbound'));
  await writeGoldenFile(folder, 'southbound.db', await backUp(lab.ovn.southbound.endpoint, 'OVN_Southbound'));
  const configuration = await Promise.all(lab.configFiles.map((file) => readFile(file, 'utf8')));
  const lines = configuration.join('').split('\n');
  await writeFile(join(folder, 'neutron.conf'), lines.filter((line) => !ofThisMachine.test(line)).join('\n'));
}

/** Options that say where this lab's servers and folders are. */
const ofThisMachine = /^(bind_host|bind_port|state_path|lock_path|connection|ovn_[ns]b_connection|transport_url) = /;

/** As one moment has it, in the format of a database file. */
async function backUp(endpoint: string, schema: string): Promise<Buffer> {
  const options = { encoding: 'buffer', maxBuffer: 512 * 1024 * 1024 } as const;
  return (await run('ovsdb-client', ['--timeout=60', 'backup', endpoint, schema], options)).stdout;
}
