import type { ResourceRef } from '../northbound/desired.ts';

/**
 * A resource that can't be translated, because what it needs is not in the snapshot. It yields no rows, the others go
 * on; what OVN holds of it is not judged.
 */
export interface TranslationFault {
  readonly resource: ResourceRef;
  /** Names what is missing and what to do about it. */
  readonly message: string;
}
