import { isAtLeast, RELEASES, type Release } from '../neutron/release-name.ts';
import type { OptionType } from './option-types.ts';

/** One option in one release: how its text is read, and what it is when nobody sets it. */
export interface OptionEra<T> {
  readonly since: Release;
  readonly type: OptionType<unknown>;
  readonly fallback: T;
}

export interface OptionName {
  readonly group: string;
  readonly name: string;
}

export interface DeprecatedName extends OptionName {
  /** The release that brought the newer name; before it, this one was the only one. */
  readonly since: Release;
}

export interface Option<T> {
  /** As Neutron registers it: `OVS` and `SECURITYGROUP` are in capitals, and so must references to them be. */
  readonly group: string;
  readonly name: string;
  /** First and last release that read the option. The others go by its nearest default, whatever the files say. */
  readonly since: Release;
  readonly until: Release | undefined;
  /** Never empty, oldest first; the first begins with the first release. */
  readonly eras: readonly OptionEra<T>[];
  /** Older names that mean this option too, nearest first. */
  readonly deprecated: readonly DeprecatedName[];
  /** Its value is a password or holds one: it is masked wherever it is shown. */
  readonly secret: boolean;
  /** Every occurrence counts, in the order of the files, instead of the last one alone. */
  readonly multi: boolean;
}

interface Life<T> {
  readonly since?: Release;
  readonly until?: Release;
  readonly deprecated?: Option<T>['deprecated'];
  readonly secret?: boolean;
  /** What a later release changed: its limits, its default, or both. */
  readonly changed?: Readonly<Partial<Record<Release, { readonly type?: OptionType<T>; readonly fallback?: T }>>>;
}

export function option<T>(
  group: string,
  name: string,
  type: OptionType<T>,
  fallback: NoInfer<T>,
  life?: Life<T>,
): Option<T>;
export function option<T>(
  group: string,
  name: string,
  type: OptionType<T>,
  fallback: undefined,
  life?: Life<T>,
): Option<T | undefined>;
export function option<T>(
  group: string,
  name: string,
  type: OptionType<T>,
  fallback: T,
  life: Life<T> = {},
): Option<T> {
  const { since = 'zed', until, deprecated = [], secret = false, changed = {} } = life;
  const eras: OptionEra<T>[] = [{ since: 'zed', type, fallback }];
  let now = { type, fallback };
  for (const release of RELEASES) {
    const change = changed[release];
    if (change === undefined) continue;
    now = { ...now, ...change };
    eras.push({ since: release, ...now });
  }
  return { group, name, since, until, eras, deprecated, secret, multi: false };
}

/** An option that may stand several times; its value is the list of all. */
export function multi<T>(single: Option<T>): Option<readonly T[]> {
  const eras = single.eras.map((era) => ({ ...era, fallback: [] }));
  return { ...single, eras, multi: true };
}

export function isOption(value: unknown): value is Option<unknown> {
  return typeof value === 'object' && value !== null && 'eras' in value;
}

/** The release reads the option. Without a release, the newest is meant. */
export function isAlive(subject: Option<unknown>, release?: Release): boolean {
  if (release === undefined) return subject.until === undefined;
  return isAtLeast(release, subject.since) && (subject.until === undefined || isAtLeast(subject.until, release));
}

/** The names that a release reads, the proper one first. Without a release, the newest is meant. */
export function namesOf(subject: Option<unknown>, release?: Release): readonly OptionName[] {
  const proper = subject.deprecated.find(({ since }) => release !== undefined && !isAtLeast(release, since));
  return proper === undefined ? [subject, ...subject.deprecated] : [proper];
}

/** Without a release, the newest is meant. */
export function eraOf<T>(subject: Option<T>, release?: Release): OptionEra<T> {
  const era = subject.eras.findLast((each) => release === undefined || isAtLeast(release, each.since));
  if (era === undefined) throw new Error(`option ${subject.name} has no era for ${release}`);
  return era;
}
