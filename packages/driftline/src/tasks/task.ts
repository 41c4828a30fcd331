import type { NeutronConfig } from '../config/config.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import type { Release } from '../neutron/release-name.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import type { Verdict } from '../reconcile/judge.ts';
import type { Scope, ScopePart } from './scope.ts';

/** The releases in which upstream has had maintenance tasks; those before Zed only as the origin of old rows. */
export type UpstreamRelease = 'train' | 'ussuri' | 'victoria' | 'wallaby' | 'xena' | 'yoga' | Release;

export interface Task {
  /** Upstream's, of the newest release that has it. */
  readonly name: string;
  /** What upstream called it before. */
  readonly formerly?: readonly string[];
  /** The first release that has it, and the last; upstream removes a migration after two long-term releases. */
  readonly since: UpstreamRelease;
  readonly until?: UpstreamRelease;
  /** The plugin that it comes from; absent: upstream's, and then `since` means something. */
  readonly plugin?: string;
  /**
   * - enforcement: what the configuration says must be so; true at any time.
   * - back-fill: brings rows of earlier releases to the present shape; kept for who skips releases.
   * - continuous: repairs what goes wrong while a deployment runs.
   */
  readonly kind: 'enforcement' | 'back-fill' | 'continuous';
  /** Whether only the holder of the maintenance lock may run it. */
  readonly gate: 'lock' | 'none';
  /** Upstream's, between the starts of two runs. */
  readonly spacingMs: number;
  readonly runAtStart: boolean;
  /** Once per database and configuration, or for ever. */
  readonly recurs: boolean;
  /** What its result depends on: when one of these changes, it is run again. */
  readonly options: readonly OptionPath[];
  readonly reads: string;
  readonly writes: string;
  /** What upstream's does wrong and this one does not. */
  readonly mended?: string;
  /** Not run unless a person enables it, and why. */
  readonly offBecause?: string;
  readonly work: Work;
}

/** A place in `NeutronConfig`, such as `ovn.fdbAgeThresholdS`. */
export type OptionPath = {
  [G in 'ovn' | 'ovnNbGlobal' | 'ovs' | 'networkLog']: `${G}.${keyof NeutronConfig[G] & string}`;
}['ovn' | 'ovnNbGlobal' | 'ovs' | 'networkLog'];

export type Work =
  | {
      readonly is: 'scope';
      readonly scope: Scope;
      /** What follows from the rows: told before they are mended, and mended when none of them is left. */
      readonly after?: Inspection;
    }
  | CodeWork
  /** Not run here: it is done by another part of Driftline, or there is nothing left that could be right. */
  | { readonly is: 'elsewhere'; readonly why: string };

/** What no translation of Neutron's rows can say: tasks and checks alike are made of it. */
export interface Inspection {
  /** What is amiss; reads, never writes. */
  look(context: TaskContext): Promise<readonly Finding[]>;
  /**
   * Is given what the look said would be changed, and answers how many rows it changed. What changed since the look is
   * left alone. Absent: all that is found is only told.
   */
  mend?(findings: readonly Finding[], context: WritableTaskContext): Promise<number>;
}

export interface CodeWork extends Inspection {
  readonly is: 'code';
  /** The first release whose Neutron expects the outcome. */
  readonly firstRelease: Release;
  /** What of the Northbound follows from it, mended after it. */
  readonly scope?: readonly ScopePart[];
  /**
   * What the scope is cut from, where the passes of a daemon judge otherwise and would let something be. Beside a daemon
   * too it is mended whole, drift and all.
   */
  readonly judge?: (context: TaskContext) => Promise<Verdict>;
}

export interface Finding {
  /** What it is about: a row's id. */
  readonly id: string;
  /** For people, and kept in the ledger: what is so. */
  readonly what: string;
  /** And what would be; absent: nothing that could be done here is sure to be right. */
  readonly wouldBe?: string;
}

/** As one sentence. */
export const sayFinding = ({ what, wouldBe }: Finding): string =>
  wouldBe === undefined ? what : `${what}: ${wouldBe}`;

export interface TaskContext {
  readonly deployment: Deployment;
  readonly verdict: Verdict;
  readonly nowMs: number;
  readonly signal?: AbortSignal;
}

export interface WritableTaskContext extends TaskContext {
  readonly neutron: WritableNeutronConnection;
}

/** Upstream's run-once tasks since 2024.2; before, every ten minutes. */
export const ONCE_SPACING_MS = 5_000;
export const OLD_ONCE_SPACING_MS = 600_000;

/** What most tasks have in common. */
const once = { gate: 'lock', runAtStart: true, recurs: false, options: [] } as const;
export const enforcement = { ...once, kind: 'enforcement', spacingMs: ONCE_SPACING_MS } as const;
export const backfill = { ...once, kind: 'back-fill', spacingMs: ONCE_SPACING_MS } as const;
/** Of upstream's older releases. */
export const oldBackfill = { ...once, kind: 'back-fill', spacingMs: OLD_ONCE_SPACING_MS } as const;

export const scopeOf = (...parts: readonly ScopePart[]): Work => ({ is: 'scope', scope: parts });
