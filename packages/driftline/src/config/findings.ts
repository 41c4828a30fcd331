import { access, constants } from 'node:fs/promises';
import { isIPv4, isIPv6 } from 'node:net';
import type { Release } from '../neutron/release-name.ts';
import { databaseSettings, driftlineSettings, type OvsdbRemote, ovsdbSettings } from './config.ts';
import { ConfigError, formatPlace, type Place } from './config-error.ts';
import { isAlive, type Option } from './option.ts';
import { ALL_OPTIONS, DATABASE_OPTIONS, DRIFTLINE_OPTIONS, NEUTRON_OPTIONS, OVSDB_OPTIONS } from './options.ts';
import { findWritten, isSameGroup, readOption } from './read-option.ts';
import type { ConfigSources, ReadSources } from './sources.ts';

/** What `driftline config check` tells of one place. */
export interface Finding {
  /** An error keeps Driftline from running; a warning says that a line does not do what it seems to. */
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
    ...findOldNames(sources),
    ...(known === undefined ? [] : findLifelessOptions(sources, known)),
    ...findMissingDriver(sources, known),
  ];
  return findings.sort(byPlace);
}

/** Adds what only the file system can tell: certificates, keys and databases that this process may not read. */
export async function listFileFindings(sources: ConfigSources): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { path, place, what } of listNamedFiles(sources)) {
    try {
      await access(path, constants.R_OK);
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      findings.push({
        severity: 'error',
        place,
        message: `${what} ${path} ${isMissing ? 'does not exist' : 'may not be read'}`,
        remedy: isMissing ? 'correct the path' : 'give the user who runs driftline leave to read it',
      });
    }
  }
  return findings.sort(byPlace);
}

function fromError(error: ConfigError): Finding {
  return { severity: 'error', place: error.place, message: error.problem, remedy: error.remedy };
}

function attempt<T>(action: () => T): T | undefined {
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
  const isReadable = Object.values(DATABASE_OPTIONS).every((option) => findBad(sources, option) === undefined);
  if (!isReadable) return [];
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
      const near = findNearest(name, names);
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

function findOldNames(sources: ConfigSources): Finding[] {
  const findings: Finding[] = [];
  for (const { section, key, place } of listEntries(sources)) {
    for (const option of ALL_OPTIONS) {
      if (!option.deprecated.some(({ group, name }) => name === key && isSameGroup(section, group))) continue;
      const message = `[${section}] ${key} is the older name of [${option.group}] ${option.name}`;
      findings.push({ severity: 'warning', place, message, remedy: 'Neutron drops older names: use the new one' });
    }
  }
  return findings.filter(({ message }) => !message.includes('tenant_network_types'));
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

interface NamedFile {
  readonly path: string;
  readonly place: Place | undefined;
  readonly what: string;
}

function listNamedFiles(sources: ConfigSources): NamedFile[] {
  const keys = ['PrivateKey', 'Certificate', 'CaCert'] as const;
  const options = keys.flatMap((key) => [OVSDB_OPTIONS[`ovnNb${key}`], OVSDB_OPTIONS[`ovnSb${key}`]]);
  const files: NamedFile[] = options.flatMap((option) => {
    const path = attempt(() => readOption(sources, option)) ?? '';
    const place = findWritten(sources, option).at(-1)?.place;
    return path === '' ? [] : [{ path, place, what: `the file of [${option.group}] ${option.name}` }];
  });
  const url = attempt(() => databaseSettings(sources))?.url;
  if (url === undefined) return files;
  const place = findWritten(sources, DATABASE_OPTIONS.connection).at(-1)?.place;
  if (url.engine === 'sqlite') return [...files, { path: url.path, place, what: 'the SQLite database' }];
  if (url.tls.mode !== 'required') return files;
  const { caFile, certFile, keyFile } = url.tls;
  const paths = [caFile, certFile, keyFile].filter((path) => path !== undefined);
  return [...files, ...paths.map((path) => ({ path, place, what: 'the TLS file of [database] connection' }))];
}

function findBad(sources: ConfigSources, option: Option<unknown>): ConfigError | undefined {
  try {
    readOption(sources, option);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** The name within a third of its letters (two at least) of another, by insertions, deletions and replacements. */
function findNearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase().replaceAll('-', '_');
  const ranked = candidates.map((candidate) => ({ candidate, distance: measureDistance(wanted, candidate) }));
  const best = ranked.sort((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(2, wanted.length / 3) ? best.candidate : undefined;
}

function measureDistance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return above[right.length] ?? 0;
}

function byPlace(left: Finding, right: Finding): number {
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
