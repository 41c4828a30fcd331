import { isIP } from 'node:net';
import { trim } from './parse-ini.ts';

/** What became of a text: its value, or what is wrong with it, said so that it continues the name of the option. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

/** Turns the text of an option into its value, by the rules of oslo_config/types.py. Pure. */
export interface OptionType<T> {
  readonly name: 'string' | 'integer' | 'float' | 'boolean' | 'list' | 'dict' | 'host address';
  parse(text: string): Parsed<T>;
}

function accept<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function refuse(problem: string, remedy: string): { ok: false; problem: string; remedy: string } {
  return { ok: false, problem, remedy };
}

export function string(): OptionType<string>;
export function string<const C extends string>(limits: { readonly choices: readonly C[] }): OptionType<C>;
export function string(limits: { readonly pattern: RegExp; readonly meaning: string }): OptionType<string>;
export function string(
  limits: { readonly choices?: readonly string[]; readonly pattern?: RegExp; readonly meaning?: string } = {},
): OptionType<string> {
  const { choices, pattern, meaning } = limits;
  return {
    name: 'string',
    parse(text) {
      if (choices !== undefined && !choices.includes(text)) {
        const words = choices.map((choice) => (choice === '' ? 'nothing at all' : choice));
        return refuse('is none of its words', `choose one of ${words.join(', ')}`);
      }
      if (pattern !== undefined && !pattern.test(text)) return refuse(`is not ${meaning}`, `give ${meaning}`);
      return accept(text);
    },
  };
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** Python's int(): a sign, and underscores between digits. An empty value, for Python None, has no use and is refused. */
export function integer(range: Range = {}): OptionType<number> {
  return number('integer', /^[+-]?\d+(_\d+)*$/, range);
}

/** Python's float(), without its words for infinity and not-a-number. */
export function float(range: Range = {}): OptionType<number> {
  return number('float', /^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i, range);
}

function number(name: 'integer' | 'float', grammar: RegExp, range: Range): OptionType<number> {
  const noun = name === 'integer' ? 'a whole number' : 'a number';
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
  return {
    name,
    parse(text) {
      const digits = trim(text);
      if (!grammar.test(digits)) return refuse(`is not ${noun}`, `give ${noun}, or remove the line for the default`);
      const value = Number(digits.replaceAll('_', ''));
      if (value < min) return refuse('is too small', `give ${noun} of at least ${min}`);
      if (value > max) return refuse('is too large', `give ${noun} of at most ${max}`);
      if (!Number.isFinite(value) || (name === 'integer' && !Number.isSafeInteger(value))) {
        return refuse('has more digits than are counted here', `give ${noun} of at most 15 digits`);
      }
      return accept(value === 0 ? 0 : value);
    },
  };
}

export function boolean(): OptionType<boolean> {
  return {
    name: 'boolean',
    parse(text) {
      const word = text.toLowerCase();
      if (['true', '1', 'on', 'yes'].includes(word)) return accept(true);
      if (['false', '0', 'off', 'no'].includes(word)) return accept(false);
      return refuse('is neither true nor false', 'write true or false');
    },
  };
}

/**
 * Items between commas, trimmed; commas at the end count for nothing, an item between two commas may be empty. Where
 * an item's type refuses a text, the text grows by the next item until it is accepted: so items may hold commas.
 */
export function list<T>(item: OptionType<T>): OptionType<readonly T[]> {
  return {
    name: 'list',
    parse(text) {
      const body = trim(text).replace(/,+$/, '');
      if (body === '') return accept([]);
      return parseParts(body.split(','), (part) => item.parse(trim(part)));
    },
  };
}

/** `key:value` pairs between commas. A value may hold colons; a part without one is the start of the next part's key. */
export function dict(): OptionType<ReadonlyMap<string, string>> {
  return {
    name: 'dict',
    parse(text) {
      const body = trim(text);
      if (body === '') return accept(new Map());
      const pairs = parseParts(body.split(','), parsePair);
      if (!pairs.ok) return pairs;
      const map = new Map<string, string>();
      for (const [key, value] of pairs.value) {
        if (key === '') return refuse('has a pair without a key', 'write key:value');
        if (map.has(key)) return refuse(`names ${JSON.stringify(key)} twice`, 'keep one of the two');
        map.set(key, value);
      }
      return accept(map);
    },
  };
}

function parsePair(part: string): Parsed<readonly [string, string]> {
  const colon = part.indexOf(':');
  if (colon < 0) return refuse('is not made of key:value pairs', 'write key:value,key:value');
  return accept([trim(part.slice(0, colon)), trim(part.slice(colon + 1))]);
}

function parseParts<T>(parts: readonly string[], parse: (part: string) => Parsed<T>): Parsed<readonly T[]> {
  const values: T[] = [];
  let part: string | undefined;
  let parsed: Parsed<T> | undefined;
  for (const next of parts) {
    part = part === undefined ? next : `${part},${next}`;
    parsed = parse(part);
    if (!parsed.ok) continue;
    values.push(parsed.value);
    part = undefined;
  }
  return part !== undefined && parsed !== undefined && !parsed.ok ? parsed : accept(values);
}

/** An IP address, or a host name by RFC 1123 whose last label is not a number. A dot at the end is taken off. */
export function hostAddress(): OptionType<string> {
  return {
    name: 'host address',
    parse(text) {
      if (isIP(text) !== 0) return accept(text);
      const name = text.endsWith('.') ? text.slice(0, -1) : text;
      const labels = name.split('.');
      const isName =
        text !== '' &&
        text.length <= 253 &&
        /[a-z-]/i.test(labels.at(-1) ?? '') &&
        labels.every((label) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i.test(label));
      return isName ? accept(name) : refuse('is no host name or IP address', 'give letters, digits, hyphens and dots');
    },
  };
}
