import { ConfigError } from './config-error.ts';

/** One `key = value`, in the order of the file. A repeated key is several entries. */
export interface IniEntry {
  /** As written between the brackets, case and inner blanks included. */
  readonly section: string;
  readonly key: string;
  /** Continuation lines are joined by newlines. */
  readonly value: string;
  readonly line: number;
}

export interface IniFile {
  readonly path: string;
  readonly entries: readonly IniEntry[];
}

interface Assignment {
  readonly key: string;
  readonly lines: string[];
  readonly line: number;
}

/**
 * Reads the oslo.config dialect of INI (oslo_config/iniparser.py), which is not that of Python's configparser:
 * - a comment is a line whose first character is `#` or `;`; behind a value it belongs to the value;
 * - an indented line continues the value above it, even when it looks like a comment;
 * - a blank line or a comment ends a value, so nothing may be continued after it;
 * - one pair of equal quotes around the first line of a value is taken off, and nothing is unescaped;
 * - the first `=` or `:` ends the key;
 * - section names are not trimmed, and nothing may stand behind the `]`.
 *
 * @throws ConfigError with code `syntax`, at the first line that is none of these
 */
export function parseIni(path: string, text: string): IniFile {
  const entries: IniEntry[] = [];
  let section: string | undefined;
  let open: Assignment | undefined;

  function refuse(line: number, problem: string, remedy: string): never {
    throw new ConfigError('syntax', { place: { kind: 'file', path, line }, problem, remedy });
  }

  function close(): void {
    if (open === undefined) return;
    if (section === undefined) {
      refuse(open.line, `option ${open.key} stands before any section`, 'put it below a [section] line');
    }
    entries.push({ section, key: open.key, value: open.lines.join('\n'), line: open.line });
    open = undefined;
  }

  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1;
    const content = trimEnd(raw);
    const first = content.charAt(0);
    if (first === ' ' || first === '\t') {
      if (open === undefined) {
        refuse(line, 'an indented line continues nothing', 'remove the indent, or the blank line or comment above it');
      }
      open.lines.push(trim(content));
      continue;
    }
    close();
    if (first === '' || first === '#' || first === ';') continue;
    if (first === '[') {
      if (!content.endsWith(']')) refuse(line, 'a section does not end with ]', 'leave nothing behind the ]');
      if (content.length <= 2) refuse(line, 'a section has no name', 'name it, as in [DEFAULT]');
      section = content.slice(1, -1);
      continue;
    }
    const separator = content.search(/[=:]/);
    if (separator < 0) refuse(line, 'a line has neither = nor :', 'write option = value, or start it with # or [');
    const key = trim(content.slice(0, separator));
    if (key === '') refuse(line, 'a value has no key', 'write option = value');
    open = { key, lines: [unquote(trim(content.slice(separator + 1)))], line };
  }
  close();
  return { path, entries };
}

function unquote(value: string): string {
  const first = value.charAt(0);
  return (first === '"' || first === "'") && value.endsWith(first) ? value.slice(1, -1) : value;
}

/** What Python's str.strip() strips: unlike JavaScript's trim, U+001C to U+001F and U+0085, and not U+FEFF. */
const blank = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const blanksAtStart = new RegExp(`^${blank}+`);
const lastNonBlank = new RegExp(`^${blank}$`);

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && lastNonBlank.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Takes off what Python's str.strip() does. */
export function trim(text: string): string {
  return trimEnd(text).replace(blanksAtStart, '');
}
