/**
 * The tables of docs/upstream: what upstream tests, or does wrong, line by line with the test of ours that shows what
 * Driftline does. A reference reads `path/below/packages.test.ts` › "name of the test".
 */
import { dirname, join } from 'node:path';

export interface Line {
  /** What stands in the first column; in a table of tests with the module from the heading above. */
  readonly id: string;
  readonly references: readonly Reference[];
  /** Why no test can be; undefined where there are some. */
  readonly cannotApply: string | undefined;
}

export interface Reference {
  readonly file: string;
  readonly name: string;
}

/** Text of a file below packages/; undefined where there is none. */
export type ReadSource = (file: string) => string | undefined;

const REFERENCE = /`([^`]+\.test\.ts)` › "([^"]+)"/g;
const CANNOT = /^can't apply: .{10,}$/;

export function readTable(document: string): readonly Line[] {
  const lines: Line[] = [];
  let module = '';
  for (const text of document.split('\n')) {
    const heading = /^## `(\S+\.py)`/.exec(text);
    if (text.startsWith('## ')) module = heading?.[1] === undefined ? '' : `${heading[1]} `;
    if (!text.startsWith('| `')) continue;
    const cells = text.split('|').slice(1, -1);
    const id = (cells[0] ?? '').trim().replaceAll('`', '');
    const last = (cells.at(-1) ?? '').trim();
    const references = [...last.matchAll(REFERENCE)].map(([, file = '', name = '']) => ({ file, name }));
    const rest = last.replaceAll(REFERENCE, '').replaceAll('<br>', '').trim();
    lines.push({ id: `${module}${id}`, references, cannotApply: rest === '' ? undefined : rest });
  }
  return lines;
}

/** What is wrong with a table, in words; nothing where each of `wanted` has its line, and each line its tests. */
export function problemsOf(lines: readonly Line[], wanted: readonly string[], read: ReadSource): readonly string[] {
  const problems: string[] = [];
  const ids = lines.map(({ id }) => id);
  for (const id of wanted) {
    const count = ids.filter((each) => each === id).length;
    if (count !== 1) problems.push(`${id} has ${count} lines`);
  }
  for (const { id, references, cannotApply } of lines) {
    if (!wanted.includes(id)) problems.push(`${id} is on no list of upstream's`);
    if (cannotApply === undefined && references.length === 0) problems.push(`${id} has neither a test nor a reason`);
    if (cannotApply !== undefined && (references.length > 0 || !CANNOT.test(cannotApply))) {
      problems.push(`${id} has something that is neither a reference nor a reason: ${cannotApply}`);
    }
    for (const { file, name } of references) {
      const source = read(file);
      if (source === undefined) problems.push(`${id} names ${file}, which does not exist`);
      else if (!hasTest(file, source, name, read)) problems.push(`${id} names "${name}", which ${file} does not have`);
    }
  }
  return problems;
}

/** Whether a test file has a test of that name, itself or by a module that makes tests of its cases. */
function hasTest(file: string, source: string, name: string, read: ReadSource): boolean {
  const makers = [...source.matchAll(/from '(\.[^']+\.ts)'/g)]
    .map(([, path = '']) => join(dirname(file), path))
    .filter((path) => path.includes('/test/'));
  const sources = [source, ...makers.map((path) => read(path) ?? '')];
  return sources.some((each) => testNames(each).some((known) => isNameBy(known, name, source)));
}

/** As they stand in the source, templates with their holes. Skipped tests and those that are to do are not among them. */
function testNames(source: string): readonly string[] {
  return [...source.matchAll(/^\s*(?:it|test)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/gm)].map(([, , name = '']) =>
    name.replaceAll(/\\(.)/g, '$1'),
  );
}

/** A template has the name if each hole is filled with a string that stands in the test file, close together. */
function isNameBy(known: string, name: string, source: string): boolean {
  if (known === name) return true;
  const parts = known.split(/\$\{[^}]*\}/);
  if (parts.length === 1) return false;
  const filled = new RegExp(`^${parts.map(quoteRegExp).join('(.+?)')}$`).exec(name);
  if (filled === null) return false;
  const literals = filled.slice(1).map((text) => `['"\`]${quoteRegExp(text)}['"\`]`);
  return new RegExp(literals.join('[^]{0,200}?')).test(source.replaceAll("\\'", "'"));
}

const quoteRegExp = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
