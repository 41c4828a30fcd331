/** catalogue/: every check there is, one file for each. */
import type { Check } from '../check.ts';
import { chassisPrivate } from './chassis-private.ts';

export const CHECKS: readonly Check[] = [chassisPrivate];

export const findCheck = (name: string, checks: readonly Check[] = CHECKS): Check | undefined =>
  checks.find((check) => check.name === name);
