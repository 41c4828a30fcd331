import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const source = join(import.meta.dirname, '..');
const generator = join(source, '..', '..', 'ovsdb', 'src', 'codegen', 'main.ts');

describe('the generated row types', () => {
  for (const [schema, file] of [
    ['ovn-nb-7.18.0', 'northbound/northbound.gen.ts'],
    ['ovn-sb-21.8.0', 'southbound/southbound.gen.ts'],
  ] as const) {
    it(`of ${file} are what the schema gives (npm run codegen makes them anew)`, async () => {
      const schemaFile = join(source, '..', 'schemas', `${schema}.ovsschema`);
      const { stdout } = await promisify(execFile)(process.execPath, [generator, schemaFile]);
      assert.equal(await readFile(join(source, file), 'utf8'), stdout);
    });
  }
});
