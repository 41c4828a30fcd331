import type { Release } from '../neutron/release-name.ts';
import { ConfigError, type Place } from './config-error.ts';
import { maskUrl } from './database-url.ts';
import { eraOf, isAlive, isOption, namesOf, type Option } from './option.ts';
import { findOption, HOST_OPTION, type Resolved } from './options.ts';
import type { ConfigSources } from './sources.ts';

interface Written {
  readonly text: string;
  readonly place: Place;
}

/**
 * The value of an option: from the command line, else from the environment, else from the last file that sets it, else
 * its default. A release that does not know the option has its nearest default. Without a release, the newest counts.
 *
 * @throws ConfigError with code `bad-value` or `bad-reference`
 */
export function readOption<T>(sources: ConfigSources, subject: Option<T>, release?: Release): T {
  return read(sources, subject, release, []) as T;
}

/** Reads a whole table of options into an object of its shape. */
export function readOptions<T extends object>(sources: ConfigSources, table: T, release?: Release): Resolved<T> {
  const values = Object.entries(table).map(([name, each]) => [
    name,
    isOption(each) ? readOption(sources, each, release) : readOptions(sources, each, release),
  ]);
  return Object.fromEntries(values);
}

function read(
  sources: ConfigSources,
  subject: Option<unknown>,
  release: Release | undefined,
  trail: readonly string[],
): unknown {
  const era = eraOf(subject, release);
  const written = isAlive(subject, release) ? findWritten(sources, subject, release) : [];
  const last = written.at(-1);
  if (last === undefined) return subject === HOST_OPTION ? sources.hostname : era.fallback;
  const values = (subject.multi ? written : [last]).map((each) => {
    const text = substitute(sources, subject, each, release, trail);
    const parsed = era.type.parse(text);
    if (parsed.ok) return parsed.value;
    const shown = JSON.stringify(subject.secret ? maskUrl(text) : text);
    const problem = `[${subject.group}] ${subject.name} = ${shown} ${parsed.problem}`;
    throw new ConfigError('bad-value', { place: each.place, problem, remedy: parsed.remedy });
  });
  return subject.multi ? values : values[0];
}

/**
 * Every place of the strongest source that sets the option, weakest first. Of several names in one file the newest
 * counts, but an older name in a later file beats a newer one in an earlier: so oslo.config has it.
 */
export function findWritten(sources: ConfigSources, subject: Option<unknown>, release?: Release): readonly Written[] {
  const { group, name } = subject;
  const names = namesOf(subject, release);
  const flags = sources.overrides.filter((each) => each.group === group && each.name === name);
  if (flags.length > 0) {
    return flags.map(({ value, flag }) => ({ text: value, place: { kind: 'command-line', flag } }));
  }
  const proper = names[0] ?? subject;
  const variable = `OS_${proper.group.toUpperCase()}__${proper.name.toUpperCase()}`;
  const fromEnvironment = sources.environment[variable];
  if (fromEnvironment !== undefined) {
    return [{ text: fromEnvironment, place: { kind: 'environment', variable } }];
  }
  return sources.files.flatMap((file) => {
    for (const alias of names) {
      const found = file.entries.filter((entry) => entry.key === alias.name && isSameGroup(entry.section, alias.group));
      if (found.length > 0) {
        return found.map(({ value, line }) => ({
          text: value,
          place: { kind: 'file', path: file.path, line } as const,
        }));
      }
    }
    return [];
  });
}

/** In files the case of a group's name does not count, but for DEFAULT. */
export function isSameGroup(left: string, right: string): boolean {
  return normalize(left) === normalize(right);
}

function normalize(group: string): string {
  return group === 'DEFAULT' ? group : group.toLowerCase();
}

const reference = /\$(?:(?<escaped>\$)|(?<named>[_a-z][._a-z0-9]*)|\{(?<braced>[_a-z][._a-z0-9]*)\})/gi;

/**
 * Replaces `$option`, `${option}` and `${group.option}` by their values, `$$` and `\$` by a dollar sign; a dollar sign
 * before anything else stands for itself. A bare name is looked for in the option's own group, then in DEFAULT.
 */
function substitute(
  sources: ConfigSources,
  subject: Option<unknown>,
  written: Written,
  release: Release | undefined,
  trail: readonly string[],
): string {
  const self = `${subject.group}.${subject.name}`;
  function refuse(name: string, problem: string): never {
    const remedy = 'name an option that is set, or write $$ for a dollar sign';
    throw new ConfigError('bad-reference', {
      place: written.place,
      problem: `[${subject.group}] ${subject.name} refers to \${${name}}, ${problem}`,
      remedy,
    });
  }

  return written.text.replaceAll('\\$', '$$$$').replace(reference, (...match) => {
    const groups = match.at(-1) as { escaped?: string; named?: string; braced?: string };
    const name = groups.named ?? groups.braced;
    if (name === undefined) return '$';
    const target = resolveReference(sources, subject.group, name);
    if (target === undefined) refuse(name, 'which no file sets and Driftline does not know');
    const key = `${target.group}.${target.name}`;
    if (key === self || trail.includes(key)) refuse(name, 'which comes back to itself');
    return pythonText(read(sources, target, release, [...trail, self]));
  });
}

function resolveReference(sources: ConfigSources, group: string, name: string): Option<unknown> | undefined {
  const dot = name.indexOf('.');
  const candidates =
    dot < 0
      ? [
          [group, name],
          ['DEFAULT', name],
        ]
      : [[name.slice(0, dot), name.slice(dot + 1)]];
  // In oslo.config DEFAULT is no group that a reference could name.
  const pairs = candidates.filter(([inGroup]) => dot < 0 || inGroup !== 'DEFAULT');
  const known = pairs
    .map(([inGroup = '', inName = '']) => findOption(inGroup, inName))
    .find((each) => each !== undefined);
  if (known !== undefined) return known;
  // Neutron knows many more options than are listed here. What a file sets under that name is what it would have read.
  const guesses = pairs.map(([inGroup = '', inName = '']) => ({ ...plainText, group: inGroup, name: inName }));
  return guesses.find((guess) => findWritten(sources, guess).length > 0);
}

const plainText: Omit<Option<unknown>, 'group' | 'name'> = {
  since: 'zed',
  until: undefined,
  eras: [{ since: 'zed', fallback: '', type: { name: 'string', parse: (text) => ({ ok: true, value: text }) } }],
  deprecated: [],
  secret: false,
  multi: false,
};

/** The value as Python's str() would put it into the text. */
function pythonText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map((item) => pythonQuote(String(item))).join(', ')}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${pythonQuote(key)}: ${pythonQuote(item)}`).join(', ')}}`;
  }
  return String(value);
}

function pythonQuote(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}
