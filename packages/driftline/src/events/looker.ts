import type { Look, LookAt, LookOf } from './look.ts';

/** What a look found. */
export interface Finding {
  readonly look: Look;
  readonly is: /** Nothing to do. */
    | 'right'
    /** Something is to be done, and was not: by policy, or because it is too fresh to be believed. */
    | 'differs'
    | 'mended'
    /** Somebody else does the rest: the engine was told, or the policy leaves it to Neutron. */
    | 'left';
  /** What is left for somebody else differs still: looked at again after that, and then acted on. */
  readonly againInMs?: number;
  /** For people; absent where there is nothing to tell. */
  readonly message?: string;
}

export interface LookOptions {
  /** False: only look. What is found now is looked at again, and counts if it is still there. */
  readonly mayAct: boolean;
  readonly signal: AbortSignal;
}

/**
 * Looks at both databases as they are now, at all places of one kind that wait, and mends what it may. Idempotent: a
 * second look finds everything right. One finding for each look. Rejects when a look could not be finished.
 */
export type Looker<At extends LookAt> = (
  looks: readonly LookOf<At>[],
  options: LookOptions,
) => Promise<readonly Finding[]>;

/** A kind of place that has no looker is left alone. */
export type Lookers = { readonly [At in LookAt]?: Looker<At> };

/** What is done where upstream writes SQL or the Southbound by itself, and Neutron's own workers do it too. */
export type Policy = 'observe' | 'act';
