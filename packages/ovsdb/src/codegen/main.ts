/**
 * Prints the row types of a schema: `node packages/ovsdb/src/codegen/main.ts FILE.ovsschema > out.gen.ts`.
 * A second argument names the module to import `ReplicaRow` from.
 */
import { readFile } from 'node:fs/promises';
import { parseSchemaText } from '../schema/parse-schema.ts';
import { generateTypes } from './generate.ts';

const [schemaFile, importFrom] = process.argv.slice(2);
if (schemaFile === undefined) {
  process.stderr.write('usage: main.ts FILE.ovsschema [MODULE] > OUT.gen.ts\n');
  process.exitCode = 1;
} else {
  const schema = parseSchemaText(await readFile(schemaFile, 'utf8'));
  process.stdout.write(generateTypes(schema, importFrom === undefined ? {} : { importFrom }));
}
