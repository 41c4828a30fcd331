import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBoolean, toJsonObject, toStringList, toTimeMs } from './decode.ts';
import { NeutronReadError } from './read-error.ts';

test('a time is the same number as each of the three drivers spells it', () => {
  const expected = Date.UTC(2026, 10, 22, 16, 19, 7);
  assert.equal(toTimeMs('2026-11-22 16:19:07'), expected);
  assert.equal(toTimeMs('2026-11-22 16:19:07.000000'), expected);
  assert.equal(toTimeMs('2026-11-22 16:19:07+00'), expected);
});

test('a fraction of a second is cut after milliseconds', () => {
  assert.equal(toTimeMs('1970-01-01 00:00:00.5'), 500);
  assert.equal(toTimeMs('1970-01-01 00:00:00.123999'), 123);
});

test('a time in another zone is refused rather than shifted', () => {
  assert.throws(() => toTimeMs('2026-11-22 16:19:07+02'), NeutronReadError);
});

test('flags of MySQL and SQLite are numbers, of PostgreSQL booleans', () => {
  assert.deepEqual([toBoolean(1), toBoolean(true), toBoolean(0), toBoolean(false)], [true, true, false, false]);
});

test('a flag that is NULL or whose column does not exist yet takes the default', () => {
  assert.equal(toBoolean(null), false);
  assert.equal(toBoolean(undefined, true), true);
});

test('a profile that is no JSON object reads as empty, as Neutron reads it', () => {
  for (const text of ['', null, '[]', '"x"', '{broken']) assert.deepEqual(toJsonObject(text), {});
  assert.deepEqual(toJsonObject('{"trusted": "true"}'), { trusted: 'true' });
});

test('hints are a list of strings, and anything else is none', () => {
  assert.deepEqual(toStringList('["az-1", "az-2"]'), ['az-1', 'az-2']);
  for (const text of ['', null, undefined, '{}', 'az-1']) assert.deepEqual(toStringList(text), []);
});
