import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseSchemaText } from '../schema/parse-schema.ts';
import { generateTypes, rowTypeName } from './generate.ts';

const zoo = `{
  "name": "Big_Zoo", "version": "1.0.0",
  "tables": {
    "Wild_Cat": {
      "columns": {
        "name": {"type": "string", "mutable": false},
        "mood": {"type": {"key": {"type": "string", "enum": ["set", ["calm", "it's"]]}, "min": 0}},
        "kittens": {"type": {"key": {"type": "uuid", "refTable": "Wild_Cat", "refType": "weak"}, "min": 0, "max": 3}},
        "age": {"type": {"key": {"type": "integer", "minInteger": 0, "maxInteger": 30}}},
        "seen": {"type": "integer"},
        "notes": {"type": {"key": "string", "value": "string", "min": 0, "max": "unlimited"}, "ephemeral": true}
      },
      "indexes": [["name"]], "isRoot": true, "maxRows": 1
    },
    "Bone": {"columns": {"lengths": {"type": {"key": "real", "min": 1, "max": "unlimited"}}}}
  }
}`;

test('each table becomes a type that says what the schema says', () => {
  assert.equal(
    generateTypes(parseSchemaText(zoo)),
    `// Generated from the schema of Big_Zoo 1.0.0 by @driftline/ovsdb/codegen. Do not edit.

/** The tables of Big_Zoo 1.0.0 and their rows. */
export type BigZooTables = {
  readonly Bone: BoneRow;
  readonly Wild_Cat: WildCatRow;
};

/** Not in the root set: a row vanishes when nothing refers to it strongly. */
export type BoneRow = {
  readonly _uuid: string;
  /** One or more. */
  readonly lengths: readonly number[];
};

/** Unique: name. At most 1 row. */
export type WildCatRow = {
  readonly _uuid: string;
  /** 0 to 30. */
  readonly age: number;
  /** 0 to 3. Weak reference to Wild_Cat. */
  readonly kittens: readonly string[];
  readonly mood: 'calm' | 'it\\'s' | undefined;
  /** Set on insert only. */
  readonly name: string;
  /** Ephemeral: not kept across a restart of the server. */
  readonly notes: ReadonlyMap<string, string>;
  readonly seen: number | bigint;
};
`,
  );
});

test('every table and column of the OVN schemas is generated, in the schema spelling', async () => {
  for (const file of ['ovn-nb', 'ovn-sb']) {
    const schema = parseSchemaText(await readFile(`/usr/share/ovn/${file}.ovsschema`, 'utf8'));
    const text = generateTypes(schema);
    for (const table of schema.tables.values()) {
      const [, body = ''] = text.split(`export type ${rowTypeName(table.name)} = {`);
      const columns = [...(body.split('\n}')[0] ?? '').matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name);
      assert.deepEqual(columns, ['_uuid', ...[...table.columns.keys()].sort()], table.name);
    }
  }
});
