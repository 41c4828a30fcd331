import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DumpStatement, readDump } from './mariadb-dump.ts';

function rowsOf(dump: string) {
  const statements = [...readDump(dump)];
  return statements.flatMap((statement: DumpStatement) => (statement.kind === 'rows' ? statement.rows.rows : []));
}

test('one INSERT a row and one INSERT for many rows read the same', () => {
  const single = "INSERT INTO `t` VALUES ('a',1);\nINSERT INTO `t` VALUES ('b',NULL);\n";
  const many = "INSERT INTO `t` VALUES\n('a',1),\n('b',NULL);\n";
  assert.deepEqual(rowsOf(single), rowsOf(many));
  assert.deepEqual(rowsOf(many), [
    ['a', 1],
    ['b', null],
  ]);
});

test('string escapes stand for their characters', () => {
  const dump = String.raw`INSERT INTO ${'`t`'} VALUES ('{\"a\": \'b\'}','it''s','line\nnext\\n','a),(b; c');`;
  assert.deepEqual(rowsOf(dump), [['{"a": \'b\'}', "it's", 'line\nnext\\n', 'a),(b; c']]);
});

test('numbers keep their value beyond what a double holds', () => {
  assert.deepEqual(rowsOf('INSERT INTO `t` VALUES (-1,1.5,9223372036854775807);'), [[-1, 1.5, 9223372036854775807n]]);
});

test('hexadecimal and _binary values are bytes', () => {
  assert.deepEqual(rowsOf("INSERT INTO `t` VALUES (0xC0FFEE,_binary 'ab');"), [
    [Buffer.from('c0ffee', 'hex'), Buffer.from('ab')],
  ]);
});

test('a table is read with its keys, defaults and references', () => {
  const dump = `/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE \`agents\` (
  \`id\` bigint(20) NOT NULL AUTO_INCREMENT,
  \`host\` varchar(255) DEFAULT NULL,
  \`kind\` enum('a','b') NOT NULL DEFAULT 'a',
  PRIMARY KEY (\`id\`),
  UNIQUE KEY \`uniq_host\` (\`host\`,\`kind\`),
  KEY \`ix_kind\` (\`kind\`),
  CONSTRAINT \`agents_ibfk_1\` FOREIGN KEY (\`host\`) REFERENCES \`hosts\` (\`id\`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
`;
  const column = { typeArguments: '', isNullable: false, isAutoIncrement: false, defaultLiteral: undefined };
  assert.deepEqual(
    [...readDump(dump)],
    [
      {
        kind: 'table',
        table: {
          name: 'agents',
          columns: [
            { ...column, name: 'id', type: 'bigint', typeArguments: '20', isAutoIncrement: true },
            { ...column, name: 'host', type: 'varchar', typeArguments: '255', isNullable: true },
            { ...column, name: 'kind', type: 'enum', typeArguments: "'a','b'", defaultLiteral: "'a'" },
          ],
          primaryKey: ['id'],
          uniqueKeys: [{ name: 'uniq_host', columns: ['host', 'kind'] }],
          keys: [{ name: 'ix_kind', columns: ['kind'] }],
          foreignKeys: [{ columns: ['host'], table: 'hosts', references: ['id'], actions: 'ON DELETE CASCADE' }],
        },
      },
    ],
  );
});

test('a statement of another kind is refused', () => {
  assert.throws(() => [...readDump('DROP TABLE `t`;')], /does not know: DROP TABLE/);
});
