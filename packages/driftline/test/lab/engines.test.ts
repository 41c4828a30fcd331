import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { openGolden } from './golden.ts';

/** Rows in which every conversion shows: flags, JSON with escapes, times, missing values, enumerations. */
const questions = [
  'SELECT id, admin_state_up, name FROM networks ORDER BY id',
  'SELECT port_id, vif_details, profile FROM ml2_port_bindings ORDER BY port_id, host',
  'SELECT id, created_at, description, revision_number FROM standardattributes ORDER BY id',
  'SELECT id, direction, protocol, port_range_min FROM securitygrouprules ORDER BY id',
  'SELECT id, enable_dhcp, ipv6_ra_mode FROM subnets ORDER BY id',
];

/** Each engine has its own idea of a flag and of a 64-bit number; what is meant is the same. */
function normalise(cell: unknown): string | null {
  if (cell === null) return null;
  return String(typeof cell === 'boolean' ? Number(cell) : cell);
}

async function ask(databaseUrl: string): Promise<(string | null)[][][]> {
  // SQLAlchemy takes a URL without a host, URL does not.
  const [, engine, user = '', database = '', query] =
    /^(\w+).*?:\/\/(\w*)@?\w*\/([^?]*)\??(.*)$/.exec(databaseUrl) ?? [];
  const options = new URLSearchParams(query);
  const answers: unknown[][][] = [];
  if (engine === 'mysql') {
    const socketPath = options.get('unix_socket') ?? '';
    const connection = await createConnection({ socketPath, user, database, dateStrings: true });
    for (const sql of questions) {
      const [rows] = await connection.query({ sql, rowsAsArray: true });
      answers.push(rows as unknown[][]);
    }
    await connection.end();
  } else if (engine === 'postgresql') {
    const types = { getTypeParser: () => (text: string) => ({ t: '1', f: '0' })[text] ?? text };
    const client = new Client({ host: options.get('host') ?? '', user, database, types });
    await client.connect();
    for (const text of questions) answers.push((await client.query({ text, rowMode: 'array' })).rows);
    await client.end();
  } else {
    using sqlite = new DatabaseSync(database, { readOnly: true });
    for (const sql of questions)
      answers.push(
        sqlite
          .prepare(sql)
          .all()
          .map((row) => Object.values(row)),
      );
  }
  return answers.map((rows) => rows.map((row) => row.map(normalise)));
}

test('SQLite, MariaDB and PostgreSQL give the same answers on a golden deployment', async () => {
  await using sqlite = await openGolden('2026.1', { engine: 'sqlite' });
  await using mariadb = await openGolden('2026.1', { engine: 'mariadb' });
  await using postgresql = await openGolden('2026.1', { engine: 'postgresql' });
  const wanted = await ask(sqlite.databaseUrl);
  assert.ok(wanted.every((rows) => rows.length > 0));
  assert.deepEqual(await ask(mariadb.databaseUrl), wanted);
  assert.deepEqual(await ask(postgresql.databaseUrl), wanted);
});
