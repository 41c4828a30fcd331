import type { Check } from '../checks/check.ts';
import type { RowOwner } from '../northbound/owners.ts';
import type { Task } from '../tasks/task.ts';
import type { Plugin } from './plugin.ts';

/** All that plugins add, in the order of the configuration. */
export interface Extension {
  readonly plugins: readonly LoadedPlugin[];
  readonly owners: readonly RowOwner[];
  readonly tasks: readonly Task[];
  readonly checks: readonly Check[];
}

export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** Where its module stands. */
  readonly url: string;
}

export const NO_EXTENSION: Extension = { plugins: [], owners: [], tasks: [], checks: [] };
