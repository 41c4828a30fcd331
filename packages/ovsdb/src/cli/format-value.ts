import type { OvsdbAtom, OvsdbValue } from '../schema/database.ts';
import { printable } from './terminal.ts';

/** As Open vSwitch's tools write a value: `[a, b]`, `{k=v}`, `[]` for none; strings in quotes where they need them. */
export function formatValue(value: OvsdbValue): string {
  if (value === undefined) return '[]';
  if (value instanceof Map)
    return `{${[...value].map(([key, each]) => `${formatAtom(key)}=${formatAtom(each)}`).join(', ')}}`;
  if (isAtom(value)) return formatAtom(value);
  return `[${[...(value as readonly OvsdbAtom[])].map(formatAtom).join(', ')}]`;
}

/** JSON has neither maps nor integers of 64 bits: an object, and a string. */
export function toJson(value: OvsdbValue): unknown {
  if (value === undefined) return null;
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [String(key), jsonAtom(each)]));
  if (isAtom(value)) return jsonAtom(value);
  return [...(value as readonly OvsdbAtom[])].map(jsonAtom);
}

const isAtom = (value: OvsdbValue): value is OvsdbAtom => typeof value !== 'object' && value !== undefined;

const jsonAtom = (atom: OvsdbAtom): unknown => (typeof atom === 'bigint' ? atom.toString() : atom);

function formatAtom(atom: OvsdbAtom): string {
  if (typeof atom !== 'string') return String(atom);
  return /^[\p{L}\p{N}_./:@+-]+$/u.test(atom) ? atom : `"${printable(atom.replace(/["\\]/g, '\\$&'))}"`;
}
