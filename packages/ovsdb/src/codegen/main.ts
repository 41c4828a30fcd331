#!/usr/bin/env node
/**
 * `ovsdb-codegen SCHEMA`: prints the row types of a schema.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeCause } from '../errors.ts';
import { parseSchemaText } from '../schema/parse-schema.ts';
import { generateTypes } from './generate.ts';

const usage = `ovsdb-codegen SCHEMA [--output FILE]

Prints TypeScript types of the rows of SCHEMA, an .ovsschema file.

  -o, --output FILE      writes FILE instead
  -h, --help
`;

async function main(): Promise<number> {
  const options = {
    output: { type: 'string', short: 'o' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [schemaFile, ...more] = positionals;
  if (values.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  if (schemaFile === undefined || more.length > 0) {
    process.stderr.write(usage);
    return 2;
  }
  const schema = parseSchemaText(await readFile(schemaFile, 'utf8'));
  const text = generateTypes(schema);
  if (values.output === undefined) process.stdout.write(text);
  else await writeFile(values.output, text);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`ovsdb-codegen: ${describeCause(error)}\n`);
  process.exitCode = 1;
}
