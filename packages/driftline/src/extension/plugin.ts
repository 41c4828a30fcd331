/**
 * extension/: what others add to Driftline without changing it: owners of rows beside Neutron, tasks, and checks. This
 * file is the interface that a plugin is written for, and the package's entry `driftline/plugin`; docs/extension.md
 * explains it.
 *
 *     [driftline] plugins --resolve--> module --import--> export --readPlugin--> Plugin --+--> owners: every look
 *                                                                                         +--> tasks: scheduler, ledger
 *                                                                                         +--> checks
 *
 * A plugin reads and answers. It has no way to write to OVN: it says how its rows should be, and Driftline writes, under
 * the lock, with guards, limits and a journal. What it throws is caught where it was called, told, and harms nobody.
 */
import type { CheckPolicy } from '../checks/check.ts';
import type { Release } from '../neutron/release-name.ts';
import type { OwnedRows, OwnerView } from '../northbound/owners.ts';
import type { ScopePart } from '../tasks/scope.ts';
import type { Finding, Task } from '../tasks/task.ts';

/** Raised when a plugin that was written for the number before would no longer do. */
export const INTERFACE_VERSION = 1;

export interface Plugin {
  /** Letters, digits and hyphens: how it is named wherever something of it is shown. */
  readonly name: string;
  /** The version of this interface that it was written for. */
  readonly interfaceVersion: typeof INTERFACE_VERSION;
  /** Which rows of the Northbound are this plugin's, and how they should be. Plain functions: nothing is awaited. */
  readonly rows?: readonly OwnedRows[];
  /** Beside those of Neutron's worker: run by the daemon, and by `driftline tasks`. */
  readonly tasks?: readonly PluginTask[];
  /** What is looked at periodically, and told: run by the daemon, and by `driftline checks`. */
  readonly checks?: readonly PluginCheck[];
}

/** The same shape as a task of Neutron's worker; what most have alike may be left out. */
export interface PluginTask extends Pick<Task, 'name' | 'kind' | 'reads' | 'writes' | 'offBecause'> {
  /** `lock` where absent: only the holder of the maintenance lock runs it. */
  readonly gate?: Task['gate'];
  /** Between the starts of two runs, in milliseconds; at least a second. */
  readonly spacingMs: number;
  /** true where absent. */
  readonly runAtStart?: boolean;
  /** Once per database, release and schema, or for ever; where absent, a back-fill once and the others for ever. */
  readonly recurs?: boolean;
  readonly work: PluginWork;
}

export type PluginWork =
  /** Of what differs from how the plugin's rows should be (and Neutron's), this part. */
  | { readonly is: 'scope'; readonly scope: readonly ScopePart[] }
  /** Anything else: rows of the plugin's own service, say. Not the Northbound. */
  | ({ readonly is: 'code' } & PluginInspection);

export interface PluginInspection {
  /** What is amiss; reads, never writes. */
  look(context: PluginContext): readonly Finding[] | Promise<readonly Finding[]>;
  /**
   * Is given the findings that say what would be, and answers how many rows it changed. What changed since the look is
   * to be left alone. Absent: all that is found is only told.
   */
  mend?(findings: readonly Finding[], context: PluginContext): number | Promise<number>;
}

export interface PluginCheck extends PluginInspection {
  /** kebab-case. */
  readonly name: string;
  /** For people: what is compared with what. */
  readonly looksAt: string;
  /** For people: what a repair writes. */
  readonly writes?: string;
  /** `observe` where absent. */
  readonly defaultPolicy?: CheckPolicy;
  /** Between the starts of two looks, in milliseconds; five minutes where absent. */
  readonly spacingMs?: number;
}

/** Both databases at one moment, and when. */
export interface PluginContext extends OwnerView {
  readonly nowMs: number;
  /** Aborted when the run is to end: at its deadline, when the lock is lost, when Driftline stops. */
  readonly signal?: AbortSignal;
}

/** Answers what it is given: it is there for the types. */
export const definePlugin = (plugin: Plugin): Plugin => plugin;

export type { CheckPolicy } from '../checks/check.ts';
export type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
export type {
  NorthboundRow,
  OwnedRows,
  OwnerView,
  RowWants,
  WantedKey,
  WantedListing,
} from '../northbound/owners.ts';
export type { OwnedTable } from '../northbound/tables.ts';
export type { ScopedRow, ScopePart } from '../tasks/scope.ts';
export type { Finding } from '../tasks/task.ts';
export type { Release };
