/** From what the three drivers hand over to the model's values: flags, times, JSON, NULL. */
import { NeutronReadError } from './read-error.ts';
import type { SqlBoolean, SqlTime } from './tables.ts';

/** NULL, and a column that this release lacks, count as `whenNull`. */
export function toBoolean(value: SqlBoolean | null | undefined, whenNull = false): boolean {
  return value === null || value === undefined ? whenNull : Boolean(value);
}

export function toOptional<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}

const timePattern = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(?:\+00(?::?00)?|Z)?$/;

/** UTC milliseconds; the fraction, which only PostgreSQL and SQLite keep, is cut after the third digit. */
export function toTimeMs(time: SqlTime): number {
  const match = timePattern.exec(time);
  if (match === null) throw new NeutronReadError('refused', `'${time}' is not a time as SQL writes it in UTC`);
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  return Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(fraction.slice(0, 3).padEnd(3, '0')),
  );
}

export function toOptionalTimeMs(time: SqlTime | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : toTimeMs(time);
}

/** '' and NULL are {}; so is what is no JSON object, as Neutron itself reads it (it logs an error and takes {}). */
export function toJsonObject(text: string | null | undefined): Readonly<Record<string, unknown>> {
  if (text === null || text === undefined || text === '') return emptyObject;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through: Neutron carries on with {}.
  }
  return emptyObject;
}

const emptyObject: Readonly<Record<string, unknown>> = Object.freeze({});

/** A JSON list of strings, as `availability_zone_hints` columns hold; NULL, '' and anything else are []. */
export function toStringList(text: string | null | undefined): readonly string[] {
  if (text === null || text === undefined || text === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.filter((item) => typeof item === 'string');
  } catch {
    // Falls through.
  }
  return [];
}

/** By code units: the same on every engine, whatever its collation. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
