import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { problemsOf, type ReadSource, readTable } from './tables.ts';
import defects from './upstream-defects.json' with { type: 'json' };
/** From upstream's development branch of August 2026, and what older releases had beside it. */
import tests from './upstream-tests.json' with { type: 'json' };

const packages = join(import.meta.dirname, '../../..');
const documents = join(packages, '../docs/upstream');

const read: ReadSource = (file) => {
  const path = join(packages, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

const scenarios = Object.entries(tests).flatMap(([module, classes]) =>
  Object.entries(classes).flatMap(([group, names]) => names.map((name) => `${module} ${group}.${name}`)),
);

describe("the table of upstream's scenarios", () => {
  it('has a line for each of them, with tests that exist or with the reason why none can be', () => {
    assert.ok(scenarios.length > 200);
    const table = readTable(readFileSync(join(documents, 'scenarios.md'), 'utf8'));
    assert.deepEqual(problemsOf(table, scenarios, read), []);
  });
});

describe("the table of upstream's defects", () => {
  it('has a line for each of them, with tests that exist', () => {
    const table = readTable(readFileSync(join(documents, 'defects.md'), 'utf8'));
    assert.deepEqual(problemsOf(table, defects, read), []);
  });
});

describe('the check of a table', () => {
  const sources: Readonly<Record<string, string>> = {
    'p/test/a.test.ts': [
      "import { runAll } from './all.ts';",
      "it('holds', () => {});",
      "it.skip('is skipped', () => {});",
      "runAll([{ task: 'first', claim: 'it\\'s right' }, { task: 'second', claim: 'is left' }]);",
    ].join('\n'),
    'p/test/all.ts': '  it(`$' + '{task}: $' + '{claim}`, () => {});',
  };
  const check = (row: string) =>
    problemsOf(readTable(`## \`m.py\`\n\n| a | b | c |\n|---|---|---|\n${row}`), ['m.py C.t'], (file) => sources[file]);
  const line = (last: string, id = 'C.t') => `| \`${id}\` | says something | ${last} |`;

  it('takes a test that exists, one made of a case, and a reason', () => {
    assert.deepEqual(check(line('`p/test/a.test.ts` › "holds"')), []);
    assert.deepEqual(check(line('`p/test/a.test.ts` › "holds"<br>`p/test/a.test.ts` › "first: it\'s right"')), []);
    assert.deepEqual(check(line("can't apply: there is nothing like it here")), []);
  });

  const wrong: readonly (readonly [claim: string, row: string, problem: RegExp])[] = [
    ['a line that is missing', '', /m\.py C\.t has 0 lines/],
    ['a line that is there twice', `${line("can't apply: for a reason")}\n`.repeat(2), /has 2 lines/],
    ['a line of something else', line("can't apply: for a reason", 'C.other'), /C\.other is on no list/],
    ['a file that does not exist', line('`p/test/b.test.ts` › "holds"'), /b\.test\.ts, which does not exist/],
    ['a test that does not exist', line('`p/test/a.test.ts` › "fails"'), /"fails", which .* does not have/],
    ['a test that is skipped', line('`p/test/a.test.ts` › "is skipped"'), /does not have/],
    ['a case that does not exist', line('`p/test/a.test.ts` › "third: is left"'), /does not have/],
    ['the claim of another case', line('`p/test/a.test.ts` › "second: it\'s right"'), /does not have/],
    ['neither test nor reason', line(''), /has neither a test nor a reason/],
    ['a reason that is none', line("can't apply: no"), /neither a reference nor a reason/],
    ['words beside a reference', line('see `p/test/a.test.ts` › "holds"'), /neither a reference nor a reason: see/],
  ];
  for (const [claim, row, problem] of wrong) {
    it(`fails on ${claim}`, () => {
      assert.match(check(row).join('\n'), problem);
    });
  }
});
