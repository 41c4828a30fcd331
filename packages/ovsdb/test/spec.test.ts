import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const sections = read('docs/spec/replica.md').split(/^### /m).slice(1);

for (const section of sections) {
  const id = /^[A-Z]\d+/.exec(section)?.[0] ?? 'no id';
  test(`invariant ${id} is cited where it is upheld and where it is shown`, () => {
    const upheld = [...section.matchAll(/^- Upheld in (.+)$/gm)].flatMap(([, files]) => (files ?? '').split(', '));
    const shown = [...section.matchAll(/^- Shown by `(.+?)`: (.+)$/gm)];
    assert.ok(upheld.length > 0 && shown.length > 0);
    for (const file of upheld) {
      const path = file.replaceAll('`', '');
      assert.ok(read(path).includes(`[${id}]`), `${path} does not cite [${id}]`);
    }
    for (const [, path = '', name = ''] of shown) {
      assert.ok(read(path).includes(name), `${path} has no test "${name}"`);
      assert.match(read(path), new RegExp(`\\b${id}\\b`), `${path} does not cite ${id}`);
    }
  });
}

test('ids are told apart', () => {
  const ids = sections.map((section) => /^[A-Z]\d+/.exec(section)?.[0]);
  assert.deepEqual([...new Set(ids)], ids);
});
