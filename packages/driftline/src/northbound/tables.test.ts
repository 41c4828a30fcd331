import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { COLUMN_POLICIES, EMBEDDED_TABLES, FOREIGN_TABLES, listingColumns, OWNED_TABLES } from './tables.ts';

interface Schema {
  readonly version: string;
  readonly tables: Readonly<Record<string, { readonly columns: Readonly<Record<string, { readonly type: unknown }>> }>>;
}

/** OVN's own schemas, from what Zed's deployers ran to the newest. */
const folder = join(import.meta.dirname, '..', '..', 'schemas');
const schemas = readdirSync(folder)
  .filter((name) => name.startsWith('ovn-nb-'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Schema);

const judged: readonly string[] = [...OWNED_TABLES, ...EMBEDDED_TABLES];

/** Law 2: every column is compared, or is not ours with a reason. */
function unsaid({ tables }: Schema): string[] {
  return Object.entries(tables).flatMap(([table, { columns }]) => {
    if (table in FOREIGN_TABLES) return [];
    if (!judged.includes(table)) return [table];
    const policies = COLUMN_POLICIES[table as keyof typeof COLUMN_POLICIES];
    return Object.keys(columns)
      .filter((column) => !(column in policies))
      .map((column) => `${table}.${column}`);
  });
}

describe('the column policies', () => {
  for (const schema of schemas) {
    it(`say of every column of schema ${schema.version} whether it is compared, and if not, why`, () => {
      assert.deepEqual(unsaid(schema), []);
    });
  }

  it('would not pass over a column that a newer schema brings', () => {
    const newer: Schema = {
      version: '9',
      tables: { NAT: { columns: { brand_new: { type: 'string' } } }, New_Table: { columns: {} } },
    };
    assert.deepEqual(unsaid(newer), ['NAT.brand_new', 'New_Table']);
  });

  it('name no column that no schema has', () => {
    const known = new Set(
      schemas.flatMap(({ tables }) =>
        Object.entries(tables).flatMap(([table, { columns }]) =>
          Object.keys(columns).map((column) => `${table}.${column}`),
        ),
      ),
    );
    const named = judged.flatMap((table) =>
      Object.keys(COLUMN_POLICIES[table as keyof typeof COLUMN_POLICIES]).map((column) => `${table}.${column}`),
    );
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });

  it('treat exactly the map columns as maps', () => {
    for (const { tables } of schemas) {
      for (const table of judged) {
        for (const [column, { type }] of Object.entries(tables[table]?.columns ?? {})) {
          const policy = COLUMN_POLICIES[table as keyof typeof COLUMN_POLICIES][column];
          const isMap = typeof type === 'object' && type !== null && 'value' in type;
          if (policy !== undefined && policy.is !== 'ignored')
            assert.equal(policy.is === 'map', isMap, `${table}.${column}`);
        }
      }
    }
  });

  it('know where a switch port is listed', () => {
    assert.deepEqual(listingColumns('Logical_Switch_Port'), [
      ['Logical_Switch', 'ports'],
      ['Port_Group', 'ports'],
    ]);
  });
});
