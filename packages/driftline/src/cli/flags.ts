import { InvalidArgumentError, Option } from 'commander';

/* Flags that several commands have. */

export const format = (): Option =>
  new Option('-f, --format <format>', 'output').choices(['table', 'json']).default('table');

export function countOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is wanted');
  return Number(text);
}
