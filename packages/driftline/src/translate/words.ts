/** Lists that Neutron joins in whatever order SQL or a Python set gave them: their order says nothing. */
import { type Choice, choice } from '../northbound/desired.ts';

/** The same words, as often, in any order. */
export function isPermutation(found: string, wanted: string, separator: string): boolean {
  if (found === wanted) return true;
  if (found.length !== wanted.length) return false;
  const words = wanted.split(separator).sort();
  const others = found.split(separator).sort();
  return others.length === words.length && words.every((word, at) => word === others[at]);
}

/** A map key of joined words. One word has but one order. */
export function anyOrder(words: readonly string[], separator: string): string | Choice<string | number> {
  const wanted = words.join(separator);
  if (words.length < 2) return wanted;
  return choice<string | number>(
    'these words in any order',
    (found) => typeof found === 'string' && isPermutation(found, wanted, separator),
    () => wanted,
  );
}

/** `lead rest...`: the first word stands, the others may come in any order. */
export function startsAlike(found: string, wanted: string): boolean {
  const lead = wanted.indexOf(' ');
  if (lead === -1 || found === wanted) return found === wanted;
  return (
    found.startsWith(wanted.slice(0, lead + 1)) && isPermutation(found.slice(lead + 1), wanted.slice(lead + 1), ' ')
  );
}
