import type { Outcome } from '../apply/outcome.ts';
import type { ConsistencyReport } from '../consistency/report.ts';
import type { Change } from '../diff/change.ts';
import type { LimitFinding } from '../plan/limits.ts';
import type { WakeReason } from './wake.ts';

/** Everything a daemon tells of itself. */
export type DaemonEvent =
  | { readonly kind: 'watching'; readonly neutron: string; readonly northbound: string; readonly release: string }
  | { readonly kind: 'lock'; readonly isHeld: boolean }
  | {
      readonly kind: 'pass';
      readonly reasons: ReadonlySet<WakeReason>;
      /** Read anew from SQL as a whole, or only what changed. */
      readonly isFull: boolean;
      readonly durationMs: number;
      readonly desiredRows: number;
      readonly drift: readonly Change[];
      /** What of it is old enough to count. */
      readonly ripe: readonly Change[];
      /** It has the lock, and was not told to observe. */
      readonly mayRepair: boolean;
    }
  | { readonly kind: 'repaired'; readonly outcomes: readonly Outcome[]; readonly durationMs: number }
  /** Of a full pass, before anything is noted: numbers that do not agree. */
  | { readonly kind: 'revisions'; readonly report: ConsistencyReport }
  /** `ovn_revision_numbers` lagged behind what OVN holds; so many rows of it were written, and so many taken away. */
  | { readonly kind: 'noted'; readonly written: number; readonly gone: number }
  | { readonly kind: 'refused'; readonly refusals: readonly LimitFinding[] }
  | { readonly kind: 'clean' }
  | { readonly kind: 'trouble'; readonly what: string; readonly retryInMs: number }
  | { readonly kind: 'stopped' };
