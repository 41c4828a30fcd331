import type { BaseType, Column, OvsdbAtom } from '@driftline/ovsdb';
import type { Random } from './random.ts';

/** Another value of a column's type that could stand there by a slip, or undefined where the type allows no other. */
export function alterAtom(type: BaseType, value: OvsdbAtom, random: Random): OvsdbAtom | undefined {
  if (type.enum !== undefined) {
    const others = [...type.enum].filter((other) => other !== value);
    return others.length === 0 ? undefined : random.pick(others);
  }
  switch (type.type) {
    case 'boolean':
      return value !== true;
    case 'integer': {
      const low = Number(type.minimum ?? 0);
      const high = Number(type.maximum ?? 2 ** 31);
      const near = [Number(value) + 1, Number(value) - 1, Number(value) + 10].filter((n) => n >= low && n <= high);
      return near.length === 0 ? undefined : random.pick(near);
    }
    case 'string':
      return alterText(String(value), random).slice(0, type.maxLength);
    default:
      return undefined;
  }
}

/** A value for an optional column that has none. */
export function madeAtom(column: Column, random: Random): OvsdbAtom | undefined {
  const { key } = column;
  if (key.enum !== undefined) return random.pick([...key.enum]);
  switch (key.type) {
    case 'boolean':
      return random.below(2) === 0;
    case 'integer':
      return Number(key.minimum ?? 0) + 1 + random.below(100);
    case 'string':
      return `drifted-${random.below(1000)}`;
    default:
      return undefined;
  }
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const MAC = /([0-9a-f]{2}(:[0-9a-f]{2}){4}):([0-9a-f]{2})/;
const IPV4 = /(\d+\.\d+\.\d+)\.(\d+)/;

/** Changes what the text is made of: an address becomes another address, a number another number. */
export function alterText(text: string, random: Random): string {
  if (text === '') return `drifted-${random.below(1000)}`;
  const flipped = { true: 'false', false: 'true', True: 'False', False: 'True' }[text];
  if (flipped !== undefined) return flipped;
  if (/^\d+$/.test(text)) return String(Number(text) + 1 + random.below(9));
  const ways = [`${text}-drifted`];
  if (UUID.test(text)) ways.push(text.replace(UUID, random.uuid()));
  if (MAC.test(text)) ways.push(text.replace(MAC, (_all, head, _tail, last) => `${head}:${otherByte(last)}`));
  if (IPV4.test(text)) ways.push(text.replace(IPV4, (_all, head, last) => `${head}.${(Number(last) % 254) + 1}`));
  if (text.includes(' ')) ways.push(text.slice(0, text.lastIndexOf(' ')));
  return random.pick(ways);
}

const otherByte = (byte: string): string => ((Number.parseInt(byte, 16) + 1) % 256).toString(16).padStart(2, '0');
