import type { FeatureName } from '../neutron/features.ts';
import { absent, choice, dated, type KeyWant } from '../northbound/desired.ts';
import type { TranslationContext } from './context.ts';

/**
 * A key that a release began to write: wanted from then on (its absence is history), right with and without it where
 * only later point releases of the release have it, and not mentioned before.
 */
export function writtenSince(ctx: TranslationContext, feature: FeatureName, value: string): KeyWant | undefined {
  if (ctx.features.has(feature)) return dated(feature, value);
  if (!ctx.features.maybe(feature)) return undefined;
  return choice<string | number>(
    `${value}, or nothing: only later point releases write it`,
    (found) => found === undefined || found === value,
    () => undefined,
  );
}

/** A key that may be there with one of these values, and need not be; `fallback` is what to write. */
export function orAbsent(values: readonly string[], fallback?: string): KeyWant {
  if (values.length === 0) return absent;
  return choice<string | number>(
    `nothing, or one of ${JSON.stringify(values)}`,
    (found) => found === undefined || values.includes(String(found)),
    () => fallback,
  );
}
