import { isIPv4, isIPv6 } from 'node:net';
import type { Release } from '../neutron/release-name.ts';
import { databaseSettings, driftlineSettings, type OvsdbRemote, ovsdbSettings } from './config.ts';
import { ConfigError, formatPlace, type Place } from './config-error.ts';
import { findNearestName } from './nearest-name.ts';
import { isAlive, namesOf, type Option } from './option.ts';
import { ALL_OPTIONS, DATABASE_OPTIONS, DRIFTLINE_OPTIONS, NEUTRON_OPTIONS, OVSDB_OPTIONS } from './options.ts';
import { findWritten, isSameGroup, readOption, readOptions } from './read-option.ts';
import type { ConfigSources, ReadSources } from './sources.ts';

/** What `driftline config check` tells of one place. */
export interface Finding {
  /** An error: Driftline cannot run, or would not do what was meant. A warning: a line that does not do what it seems to. */
  readonly severity: 'error' | 'warning';
  /** Undefined where what is wrong is that nothing was written. */
  readonly place: Place | undefined;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Lists everything that is wrong or suspicious in what was read, sorted by place. Options of Neutron that Driftline
 * does not read are Neutron's own business: unknown names are reported in the group [driftline] alone.
 *
 * @param release of Neutron, where it is known; else that of [driftline] release, else the newest is assumed and
 *   nothing is said about options that come and go
 */
export function listFindings({ sources, faults }: ReadSources, release?: Release): readonly Finding[] {
  const known = release ?? attempt(() => driftlineSettings(sources).release);
  const findings = [
    ...faults.map(fromError),
    ...findBadValues(sources, known),
    ...findUnusableDatabase(sources),
    ...findUnusableRemotes(sources),
    ...findUnknownOptions(sources),
    ...findMisspelledOptions(sources),
    ...(known === undefined ? [] : findOldNames(sources, known)),
    ...(known === undefined ? [] : findLifelessOptions(sources, known)),
    ...findMissingDriver(sources, known),
  ];
  return findings.sort(byPlace);
}

function fromError(error: ConfigError): Finding {
  return { severity: 'error', place: error.place, message: error.problem, remedy: error.remedy };
}

/** The value, or undefined where a ConfigError kept it from being read. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function catchFinding(action: () => unknown): Finding[] {
  try {
    action();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [fromError(error)];
    throw error;
  }
}

function findBadValues(sources: ConfigSources, release: Release | undefined): Finding[] {
  return ALL_OPTIONS.flatMap((option) => catchFinding(() => readOption(sources, option, release)));
}

function findUnusableDatabase(sources: ConfigSources): Finding[] {
  if (attempt(() => readOptions(sources, DATABASE_OPTIONS)) === undefined) return [];
  const errors = catchFinding(() => databaseSettings(sources));
  if (errors.length > 0) return errors;
  const place = findWritten(sources, DATABASE_OPTIONS.connection).at(-1)?.place;
  return databaseSettings(sources).url.ignored.map((name) => ({
    severity: 'warning',
    place,
    message: `Driftline does not know the parameter ${name} of the database URL`,
    remedy: 'nothing, if it is for the Python driver alone',
  }));
}

function findUnusableRemotes(sources: ConfigSources): Finding[] {
  const settings = attempt(() => ovsdbSettings(sources));
  if (settings === undefined) return [];
  return [
    ...findUnusableRemote(sources, settings.northbound, OVSDB_OPTIONS.ovnNbConnection),
    ...findUnusableRemote(sources, settings.southbound, OVSDB_OPTIONS.ovnSbConnection),
  ];
}

function findUnusableRemote(sources: ConfigSources, remote: OvsdbRemote, option: Option<unknown>): Finding[] {
  const place = findWritten(sources, option).at(-1)?.place;
  const label = `[${option.group}] ${option.name}`;
  const findings: Finding[] = [];
  if (remote.endpoints.length === 0) {
    findings.push({ severity: 'error', place, message: `${label} names no server`, remedy: 'write tcp:IP:PORT' });
  }
  for (const endpoint of remote.endpoints) {
    if (isEndpoint(endpoint)) continue;
    const message = `${label}: ${JSON.stringify(endpoint)} is no OVSDB server`;
    findings.push({
      severity: 'error',
      place,
      message,
      remedy: 'write tcp:IP:PORT, ssl:IP:PORT or unix:FILE, IPv6 in []',
    });
  }
  const { privateKey = '', certificate = '', caCert = '' } = remote.tls ?? {};
  if (remote.endpoints.some((each) => each.startsWith('ssl:')) && [privateKey, certificate, caCert].includes('')) {
    const prefix = option.name.replace(/connection$/, '');
    const remedy = `set ${prefix}private_key, ${prefix}certificate and ${prefix}ca_cert`;
    findings.push({ severity: 'error', place, message: `${label} uses ssl without all three TLS files`, remedy });
  }
  return findings;
}

function isEndpoint(text: string): boolean {
  if (text.startsWith('unix:')) return text.length > 'unix:'.length;
  const parts = /^(?:tcp|ssl):(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]\s]+)):(?<port>\d+)$/.exec(text)?.groups;
  if (parts === undefined) return false;
  const port = Number(parts.port);
  if (port < 1 || port > 65_535) return false;
  if (parts.v6 !== undefined) return isIPv6(parts.v6.replace(/%.*$/, ''));
  return isIPv4(parts.host ?? '') || /[a-z]/i.test(parts.host ?? '');
}

function findUnknownOptions(sources: ConfigSources): Finding[] {
  const names = Object.values(DRIFTLINE_OPTIONS).map(({ name }) => name);
  return listDriftlineNames(sources)
    .filter(({ name }) => !names.includes(name))
    .map(({ name, place }) => {
      const near = findNearestName(name, names);
      return {
        severity: 'error',
        place,
        message: `[driftline] has no option ${JSON.stringify(name)}`,
        remedy: near === undefined ? `its options are ${names.join(', ')}` : `did you mean ${near}?`,
      };
    });
}

function listDriftlineNames(sources: ConfigSources): { readonly name: string; readonly place: Place }[] {
  const prefix = 'OS_DRIFTLINE__';
  const variables = Object.keys(sources.environment).filter((variable) => variable.startsWith(prefix));
  return [
    ...variables.map((variable) => ({
      name: variable.slice(prefix.length).toLowerCase(),
      place: { kind: 'environment', variable } as const,
    })),
    ...listEntries(sources)
      .filter(({ section }) => isSameGroup(section, 'driftline'))
      .map(({ key, place }) => ({ name: key, place })),
  ];
}

/** Lines that look like an option that is read, and are not: another case, dashes, blanks inside the brackets. */
function findMisspelledOptions(sources: ConfigSources): Finding[] {
  const loose = (text: string) => text.trim().toLowerCase().replaceAll('-', '_');
  const findings: Finding[] = [];
  for (const { section, key, place } of listEntries(sources)) {
    if (isSameGroup(section, 'driftline')) continue;
    const meant = ALL_OPTIONS.find((each) => loose(each.group) === loose(section) && loose(each.name) === loose(key));
    if (meant === undefined || (isSameGroup(section, meant.group) && key === meant.name)) continue;
    const message = `[${section}] ${key} is not read, neither by Neutron nor by Driftline`;
    findings.push({ severity: 'warning', place, message, remedy: `write it as ${meant.name} below [${meant.group}]` });
  }
  return findings;
}

function findOldNames(sources: ConfigSources, release: Release | undefined): Finding[] {
  const findings: Finding[] = [];
  for (const { section, key, place } of listEntries(sources)) {
    for (const option of ALL_OPTIONS) {
      const [proper, ...older] = namesOf(option, release);
      const isOld = older.some(({ group, name }) => name === key && isSameGroup(section, group));
      if (!isOld || proper === undefined) continue;
      const message = `[${section}] ${key} is the older name of [${proper.group}] ${proper.name}`;
      findings.push({
        severity: 'warning',
        place,
        message,
        remedy: 'use the new one: Neutron drops older names in time',
      });
    }
  }
  return findings;
}

function findLifelessOptions(sources: ConfigSources, release: Release): Finding[] {
  return ALL_OPTIONS.filter((option) => !isAlive(option, release)).flatMap((option) =>
    findWritten(sources, option).map(({ place }) => ({
      severity: 'warning',
      place,
      message: `[${option.group}] ${option.name} has no effect in release ${release}`,
      remedy: `Neutron knows it ${lifeText(option)}`,
    })),
  );
}

function lifeText({ since, until }: Option<unknown>): string {
  return until === undefined ? `since ${since}` : `from ${since} to ${until}`;
}

function findMissingDriver(sources: ConfigSources, release: Release | undefined): Finding[] {
  const drivers = attempt(() => readOption(sources, NEUTRON_OPTIONS.mechanismDrivers, release));
  if (drivers === undefined || drivers.includes('ovn')) return [];
  const place = findWritten(sources, NEUTRON_OPTIONS.mechanismDrivers).at(-1)?.place;
  const message = place === undefined ? '[ml2] mechanism_drivers is not set' : '[ml2] mechanism_drivers lacks ovn';
  const remedy = "add Neutron's ml2_conf.ini with another --config-file, if it has one: [ovn] stands there too";
  return [{ severity: 'warning', place, message, remedy }];
}

function listEntries(
  sources: ConfigSources,
): { readonly section: string; readonly key: string; readonly place: Place }[] {
  return sources.files.flatMap(({ path, entries }) =>
    entries.map(({ section, key, line }) => ({ section, key, place: { kind: 'file', path, line } as const })),
  );
}

/** By file and line; what has no place comes first. */
export function byPlace(left: Finding, right: Finding): number {
  const [a, b] = [left, right].map(({ place }) => (place?.kind === 'file' ? place.path : ''));
  if (a !== b) return (a ?? '') < (b ?? '') ? -1 : 1;
  return lineOf(left) - lineOf(right);
}

function lineOf({ place }: Finding): number {
  return place?.kind === 'file' ? place.line : 0;
}

/** One line: `FILE:LINE: severity: message; remedy`. */
export function formatFinding({ severity, place, message, remedy }: Finding): string {
  return `${place === undefined ? '' : `${formatPlace(place)}: `}${severity}: ${message}; ${remedy}`;
}
