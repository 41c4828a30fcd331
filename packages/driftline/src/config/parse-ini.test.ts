import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from './config-error.ts';
import { parseIni } from './parse-ini.ts';

function read(text: string): [section: string, key: string, value: string][] {
  return parseIni('f.conf', text).entries.map(({ section, key, value }) => [section, key, value]);
}

function refusal(text: string): string {
  try {
    parseIni('f.conf', text);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, 'syntax');
    return error.message;
  }
  assert.fail(`${JSON.stringify(text)} was accepted`);
}

test('the first = or : ends the key', () => {
  assert.deepEqual(read('[a]\nx = 1\ny: 2\nz=k:v\nw: k=v'), [
    ['a', 'x', '1'],
    ['a', 'y', '2'],
    ['a', 'z', 'k:v'],
    ['a', 'w', 'k=v'],
  ]);
});

test('a repeated key is several entries, each with its line', () => {
  const { entries } = parseIni('f.conf', '[a]\nx = 1\n\nx = 2');
  assert.deepEqual(
    entries.map(({ value, line }) => [value, line]),
    [
      ['1', 2],
      ['2', 4],
    ],
  );
});

test('an indented line continues the value, even when it looks like a comment or a section', () => {
  assert.deepEqual(read('[a]\nx = 1,\n  2\n\t# 3\n  [b]'), [['a', 'x', '1,\n2\n# 3\n[b]']]);
});

test('a comment starts at the first column only, and behind a value belongs to the value', () => {
  assert.deepEqual(read('# c\n; c\n[a]\nx = 1 # not\n;y = 2'), [['a', 'x', '1 # not']]);
});

test('nothing can be continued after a blank line, a comment or a section', () => {
  assert.match(refusal('[a]\nx = 1\n\n  2'), /^f\.conf:4: an indented line continues nothing/);
  assert.match(refusal('[a]\nx = 1\n# c\n  2'), /^f\.conf:4:/);
  assert.match(refusal('[a]\n  2'), /^f\.conf:2:/);
  assert.match(refusal('  2'), /^f\.conf:1:/);
});

test('a line of blanks is a blank line', () => {
  assert.match(refusal('[a]\nx = 1\n   \n  2'), /^f\.conf:4:/);
});

test('one pair of equal quotes is taken off the first line of a value', () => {
  assert.deepEqual(read(`[a]\na = " b "\nc = 'd"\ne = "\nf = ""g""\nh = "i"\n  "j"`), [
    ['a', 'a', ' b '],
    ['a', 'c', `'d"`],
    ['a', 'e', ''],
    ['a', 'f', '"g"'],
    ['a', 'h', 'i\n"j"'],
  ]);
});

test('section names keep their case and inner blanks', () => {
  assert.deepEqual(read('[OVS]\nx = 1\n[ ovn ]\ny = 2\n[a]b]\nz = 3'), [
    ['OVS', 'x', '1'],
    [' ovn ', 'y', '2'],
    ['a]b', 'z', '3'],
  ]);
});

test('a section that is not closed, or has no name, is refused with its line', () => {
  assert.match(refusal('[a] # c'), /^f\.conf:1: a section does not end with \]/);
  assert.match(refusal('x: 1\n[a'), /^f\.conf:1: option x stands before any section/);
  assert.match(refusal('[]'), /^f\.conf:1: a section has no name/);
});

test('an option before any section is refused where it stands', () => {
  assert.match(refusal('# c\n\nx = 1\n[a]'), /^f\.conf:3: option x stands before any section; put it below/);
});

test('a line with neither = nor :, and a value without a key, are refused', () => {
  assert.match(refusal('[a]\nx'), /^f\.conf:2: a line has neither = nor :/);
  assert.match(refusal('[a]\n= 1'), /^f\.conf:2: a value has no key/);
});

test('lines may end as on any system', () => {
  assert.deepEqual(read('[a]\r\nx = 1\ry = 2\n'), [
    ['a', 'x', '1'],
    ['a', 'y', '2'],
  ]);
});

test('an empty value is a value', () => {
  assert.deepEqual(read('[a]\nx =\ny = ""'), [
    ['a', 'x', ''],
    ['a', 'y', ''],
  ]);
});

test('whatever is written as section and key = value is read back, in order', () => {
  const name = fc.stringMatching(/^[a-z_]{1,12}$/);
  const value = fc.stringMatching(/^[a-z0-9:=,./[\]#;]([a-z0-9:=,./[\]#; ]{0,20}[a-z0-9:=,./[\]#;])?$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name, value)), (entries) => {
      const text = entries.map(([section, key, each]) => `[${section}]\n${key} = ${each}\n`).join('');
      assert.deepEqual(read(text), entries);
    }),
  );
});

test('any text is either read or refused with a line that it has', () => {
  const line = fc.oneof(fc.string(), fc.constantFrom('[a]', 'x = 1', ' y', '# z', '', '[', '='));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      try {
        for (const entry of parseIni('f.conf', lines.join('\n')).entries) assert.notEqual(entry.key, '');
      } catch (error) {
        assert.ok(error instanceof ConfigError && error.place?.kind === 'file');
        assert.ok(error.place.line >= 1);
      }
    }),
  );
});
