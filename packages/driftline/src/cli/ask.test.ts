import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ask } from './ask.ts';

test('a line is an answer', async () => {
  const input = new PassThrough();
  const answer = ask('Apply? ', input, new PassThrough());
  input.write('yes\n');
  assert.equal(await answer, 'yes');
});

test('leaving without an answer answers with nothing', async () => {
  const input = new PassThrough();
  const answer = ask('Apply? ', input, new PassThrough());
  input.end();
  assert.equal(await answer, '');
});
