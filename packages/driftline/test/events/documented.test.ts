import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CLASSES_WITHOUT_ROWS, EVENT_CLASSES } from '../../src/events/event-classes.ts';

test("the documentation names each of upstream's event classes, on the side where it belongs", async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/events.md'), 'utf8');
  const [, looked = '', passed = ''] = /## Which events(.*?)These lead nowhere here(.*?)## Errors/s.exec(page) ?? [];
  const namesIn = (text: string) => [...text.matchAll(/`(\w+(?:Event|Created))`/g)].map(([, name]) => name).sort();
  assert.deepEqual(namesIn(looked), [...new Set(EVENT_CLASSES.map(({ name }) => name))].sort());
  assert.deepEqual(namesIn(passed), Object.keys(CLASSES_WITHOUT_ROWS).sort());
});
