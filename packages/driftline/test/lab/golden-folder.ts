/** What a golden folder holds: the three databases of one deployment, zipped, beside its `neutron.conf`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

export type GoldenFile = 'neutron.sql' | 'northbound.db' | 'southbound.db';

export async function readGoldenFile(folder: string, file: GoldenFile): Promise<Buffer> {
  return unzip(await readFile(join(folder, `${file}.gz`)));
}

export async function writeGoldenFile(folder: string, file: GoldenFile, content: Buffer | string): Promise<void> {
  await writeFile(join(folder, `${file}.gz`), await zip(content, { level: 9 }));
}
