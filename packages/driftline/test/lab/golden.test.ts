import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { goldenReleases, openGolden, readGolden } from './golden.ts';
import { readDump } from './mariadb-dump.ts';

for (const release of goldenReleases) {
  test(`golden ${release} holds in SQLite every row of its dump, with references intact`, async () => {
    await using golden = await openGolden(release);
    const wanted = new Map<string, number>();
    for (const statement of readDump((await readGolden(release, 'neutron.sql.gz')).toString())) {
      if (statement.kind === 'table') wanted.set(statement.table.name, 0);
      else wanted.set(statement.rows.table, (wanted.get(statement.rows.table) ?? 0) + statement.rows.rows.length);
    }
    using database = new DatabaseSync(golden.databaseUrl.replace('sqlite:///', ''), { readOnly: true });
    const found = new Map(
      [...wanted.keys()].map((table) => [
        table,
        database.prepare(`SELECT count(*) AS count FROM "${table}"`).get()?.count,
      ]),
    );
    assert.deepEqual(found, wanted);
    assert.deepEqual(database.prepare('PRAGMA foreign_key_check').all(), []);
  });
}

test('a golden deployment serves Northbound and Southbound, and nothing is left of it afterwards', async () => {
  const golden = await openGolden('2026.1');
  const count = (tool: string, endpoint: string, table: string) =>
    execFileSync(tool, ['--db', endpoint, '--bare', '--columns=_uuid', 'list', table], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== '').length;
  assert.equal(count('ovn-nbctl', golden.northbound.endpoint, 'NB_Global'), 1);
  assert.equal(count('ovn-sbctl', golden.southbound.endpoint, 'Chassis'), 5);
  await golden[Symbol.asyncDispose]();
  assert.equal(golden.northbound.process.isRunning(), false);
  assert.equal(existsSync(golden.folder), false);
});
