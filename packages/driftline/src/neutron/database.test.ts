import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDatabaseUrl } from '../config/database-url.ts';
import { describeDatabase } from './database.ts';

test('the description of a database names its place and neither user nor password', () => {
  const urls = [
    'mysql+pymysql://account:hunter2@db.example.org:3307/neutron',
    'mysql+pymysql://account:hunter2@localhost/neutron?unix_socket=/run/db.example.org/sock',
    'postgresql://account:hunter2@db.example.org/neutron',
    'sqlite:////var/lib/db.example.org/neutron.sqlite',
  ];
  for (const url of urls) {
    const description = describeDatabase(parseDatabaseUrl(url));
    assert.match(description, /db\.example\.org/);
    assert.doesNotMatch(description, /hunter2|account/);
  }
});
