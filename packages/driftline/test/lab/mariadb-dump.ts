/**
 * Reads what `mariadb-dump` writes of a Neutron database, as data: tables and rows.
 *
 * Only the dialect of those dumps: CREATE TABLE with keys and constraints one a line, INSERT with one or many tuples
 * and without a column list, comments. Anything else is refused rather than skipped, so that no dump loads by halves.
 */
export interface DumpColumn {
  readonly name: string;
  /** As MariaDB spells it, without arguments: `varchar`, `tinyint`, `enum`. */
  readonly type: string;
  /** What stands between the type's brackets: `36`, `1`, `'a','b'`; empty when there are none. */
  readonly typeArguments: string;
  readonly isNullable: boolean;
  readonly isAutoIncrement: boolean;
  /** The default's SQL literal; undefined when there is none or it is NULL. */
  readonly defaultLiteral: string | undefined;
}

export interface DumpForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
  readonly references: readonly string[];
  /** Such as `ON DELETE CASCADE`; may be empty. */
  readonly actions: string;
}

export interface DumpKey {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface DumpTable {
  readonly name: string;
  readonly columns: readonly DumpColumn[];
  readonly primaryKey: readonly string[];
  readonly uniqueKeys: readonly DumpKey[];
  readonly keys: readonly DumpKey[];
  readonly foreignKeys: readonly DumpForeignKey[];
}

export type DumpValue = string | number | bigint | Uint8Array | null;

export interface DumpRows {
  readonly table: string;
  readonly rows: readonly (readonly DumpValue[])[];
}

export type DumpStatement =
  | { readonly kind: 'table'; readonly table: DumpTable }
  | { readonly kind: 'rows'; readonly rows: DumpRows };

export function* readDump(text: string): Generator<DumpStatement> {
  let at = 0;
  while (true) {
    at = skipBlanksAndComments(text, at);
    if (at >= text.length) return;
    if (text.startsWith('CREATE TABLE ', at)) {
      const end = text.indexOf(';\n', at);
      yield { kind: 'table', table: parseTable(text.slice(at, end)) };
      at = end + 1;
    } else if (text.startsWith('INSERT INTO ', at)) {
      const values = text.indexOf(' VALUES', at);
      const table = unquote(text.slice(at + 'INSERT INTO '.length, values));
      const { rows, end } = parseTuples(text, values + ' VALUES'.length);
      yield { kind: 'rows', rows: { table, rows } };
      at = end;
    } else {
      throw new Error(`dump holds a statement that this reader does not know: ${text.slice(at, at + 80)}`);
    }
  }
}

function skipBlanksAndComments(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (character === '\n' || character === ' ' || character === '\r' || character === ';') at += 1;
    else if (text.startsWith('/*', at)) at = text.indexOf('*/', at) + 2;
    else if (text.startsWith('-- ', at)) at = text.indexOf('\n', at) + 1;
    else break;
  }
  return at;
}

function parseTable(statement: string): DumpTable {
  const [head = '', ...lines] = statement.split('\n');
  const name = unquote(head.replace(/^CREATE TABLE /, '').replace(/ \($/, ''));
  const columns: DumpColumn[] = [];
  const uniqueKeys: DumpKey[] = [];
  const keys: DumpKey[] = [];
  const foreignKeys: DumpForeignKey[] = [];
  let primaryKey: readonly string[] = [];
  for (const rawLine of lines.slice(0, -1)) {
    const line = rawLine.trim().replace(/,$/, '');
    const key = /^(PRIMARY KEY|UNIQUE KEY `(?<unique>\w+)`|KEY `(?<plain>\w+)`) \((?<columns>[^)]*)\)$/.exec(line);
    const foreign =
      /^CONSTRAINT `[^`]+` FOREIGN KEY \(([^)]*)\) REFERENCES `(\w+)` \(([^)]*)\)(?<actions>( ON \w+ [A-Z ]+)*)$/.exec(
        line,
      );
    if (key?.groups) {
      const keyColumns = unquoteList(key.groups.columns ?? '');
      if (key.groups.unique !== undefined) uniqueKeys.push({ name: key.groups.unique, columns: keyColumns });
      else if (key.groups.plain !== undefined) keys.push({ name: key.groups.plain, columns: keyColumns });
      else primaryKey = keyColumns;
    } else if (foreign) {
      foreignKeys.push({
        columns: unquoteList(foreign[1] ?? ''),
        table: foreign[2] ?? '',
        references: unquoteList(foreign[3] ?? ''),
        actions: (foreign.groups?.actions ?? '').trim(),
      });
    } else if (!/^CONSTRAINT `[^`]+` CHECK /.test(line)) {
      columns.push(parseColumn(line));
    }
  }
  return { name, columns, primaryKey, uniqueKeys, keys, foreignKeys };
}

function parseColumn(line: string): DumpColumn {
  const column = /^`(?<name>\w+)` (?<type>\w+)(\((?<typeArguments>[^)]*)\))?(?<rest>.*)$/.exec(line)?.groups;
  if (!column) throw new Error(`dump holds a table line that this reader does not know: ${line}`);
  const rest = column.rest ?? '';
  const defaultLiteral = / DEFAULT ('(?:[^'\\]|''|\\.)*'|[\w.()-]+)/.exec(rest)?.[1];
  return {
    name: column.name ?? '',
    type: column.type ?? '',
    typeArguments: column.typeArguments ?? '',
    isNullable: !rest.includes(' NOT NULL'),
    isAutoIncrement: rest.includes(' AUTO_INCREMENT'),
    defaultLiteral: defaultLiteral === 'NULL' ? undefined : defaultLiteral,
  };
}

function parseTuples(text: string, from: number): { rows: DumpValue[][]; end: number } {
  const rows: DumpValue[][] = [];
  let at = from;
  while (true) {
    while (text[at] === ' ' || text[at] === '\n') at += 1;
    if (text[at] !== '(') throw new Error(`dump: expected a tuple at ${at}: ${text.slice(at, at + 40)}`);
    const row: DumpValue[] = [];
    do {
      const { value, end } = parseValue(text, at + 1);
      row.push(value);
      at = end;
    } while (text[at] === ',');
    if (text[at] !== ')') throw new Error(`dump: expected the end of a tuple at ${at}: ${text.slice(at, at + 40)}`);
    rows.push(row);
    at += 1;
    if (text[at] === ';') return { rows, end: at + 1 };
    at += 1;
  }
}

const bare = /(?<null>NULL)|(?<hex>0x[0-9A-Fa-f]*)|(?<number>-?\d+(\.\d+)?(e[+-]?\d+)?)/y;

function parseValue(text: string, from: number): { value: DumpValue; end: number } {
  const at = text.startsWith('_binary ', from) ? from + '_binary '.length : from;
  if (text[at] === "'") {
    const { value, end } = parseString(text, at);
    return { value: at === from ? value : Buffer.from(value, 'latin1'), end };
  }
  bare.lastIndex = at;
  const match = bare.exec(text);
  if (!match?.groups) throw new Error(`dump: unknown value at ${at}: ${text.slice(at, at + 40)}`);
  const end = bare.lastIndex;
  const { hex, number } = match.groups;
  if (hex !== undefined) return { value: Buffer.from(hex.slice(2), 'hex'), end };
  if (number === undefined) return { value: null, end };
  const value = Number(number);
  return { value: Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(number) : value, end };
}

/** MariaDB's string escapes; a backslash before any other character stands for that character. */
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', b: '\b', Z: '\x1a' };

function parseString(text: string, from: number): { value: string; end: number } {
  let value = '';
  let start = from + 1;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') {
      const escaped = text[at + 1] ?? '';
      value += text.slice(start, at) + (escapes[escaped] ?? escaped);
      at += 1;
      start = at + 1;
    } else if (character === "'") {
      value += text.slice(start, at);
      if (text[at + 1] !== "'") return { value, end: at + 1 };
      value += "'";
      at += 1;
      start = at + 1;
    }
  }
  throw new Error(`dump: string that starts at ${from} has no end`);
}

function unquote(name: string): string {
  return name.replaceAll('`', '');
}

function unquoteList(names: string): string[] {
  return names.split(',').map((name) => unquote(name.trim()));
}
