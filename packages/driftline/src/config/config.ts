/**
 * Configuration, out of the files that Neutron reads and with the meaning that it gives them, and Driftline's own
 * options, which live in the group [driftline] of the same files or of driftline.conf.
 *
 *     argv --takeConfigArguments--> request --loadConfig--> ConfigSources --resolveConfig(release)--> NeutronConfig
 *
 * Defaults depend on the release, and the release is found out in the database: so what it takes to connect,
 * `databaseSettings`, `ovsdbSettings` and `driftlineSettings`, is read without one.
 */

import type { Release } from '../neutron/release-name.ts';
import { ConfigError } from './config-error.ts';
import { type DatabaseUrl, maskUrl, parseDatabaseUrl } from './database-url.ts';
import {
  DATABASE_OPTIONS,
  DRIFTLINE_OPTIONS,
  HOST_OPTION,
  NEUTRON_OPTIONS,
  OVSDB_OPTIONS,
  type Resolved,
} from './options.ts';
import { findWritten, readOption, readOptions } from './read-option.ts';
import type { ConfigSources } from './sources.ts';

export interface DatabaseSettings {
  readonly url: DatabaseUrl;
  /** The URL as it was written, its password hidden. */
  readonly maskedUrl: string;
  /** Attempts to open the first connection; -1 never gives up. */
  readonly maxRetries: number;
  readonly retryIntervalS: number;
  /** Galera's wsrep_sync_wait for each session; undefined: see `connectOptionsOf`. */
  readonly mysqlWsrepSyncWait: number | undefined;
}

export interface OvsdbRemote {
  /** Never empty; `tcp:IP:PORT`, `ssl:IP:PORT`, `unix:FILE`. */
  readonly endpoints: readonly string[];
  /** Paths of PEM files; undefined where none of the three is set. */
  readonly tls: { readonly privateKey: string; readonly certificate: string; readonly caCert: string } | undefined;
}

export interface OvsdbSettings {
  readonly northbound: OvsdbRemote;
  readonly southbound: OvsdbRemote;
  readonly connectionTimeoutS: number;
  readonly retryMaxIntervalS: number;
  /** 0 disables the probe; Neutron raises anything else to at least 1000. */
  readonly probeIntervalMs: number;
}

export interface DriftlineSettings extends Resolved<typeof DRIFTLINE_OPTIONS> {}

/** All that was configured, for one release. Options that the release does not know have the nearest default. */
export interface NeutronConfig extends Resolved<typeof NEUTRON_OPTIONS> {
  readonly database: DatabaseSettings;
  readonly ovsdb: OvsdbSettings;
  /** The name under which Neutron's workers on this machine appear, in the hash ring for one. */
  readonly host: string;
  readonly driftline: DriftlineSettings;
}

/** @throws ConfigError at the first option whose value cannot be used */
export function resolveConfig(sources: ConfigSources, release: Release): NeutronConfig {
  return {
    database: databaseSettings(sources),
    ovsdb: ovsdbSettings(sources),
    ...readOptions(sources, NEUTRON_OPTIONS, release),
    host: readHost(sources, release),
    driftline: driftlineSettings(sources),
  };
}

/** @throws ConfigError also where no connection is set */
export function databaseSettings(sources: ConfigSources): DatabaseSettings {
  const { connection, connectionParameters, ...retries } = readOptions(sources, DATABASE_OPTIONS);
  if (connection === undefined) {
    throw new ConfigError('missing', {
      problem: '[database] connection is not set',
      remedy: "name Neutron's configuration file with --config-file, or set OS_DATABASE__CONNECTION",
    });
  }
  const extended = extendUrl(connection, connectionParameters);
  const place = findWritten(sources, DATABASE_OPTIONS.connection).at(-1)?.place;
  return { url: parseDatabaseUrl(extended, place), maskedUrl: maskUrl(extended), ...retries };
}

/** Parameters of the URL itself give way to the added ones, as in oslo.db. */
function extendUrl(url: string, parameters: string): string {
  if (parameters === '') return url;
  const mark = url.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  for (const [name, value] of new URLSearchParams(parameters)) query.set(name, value);
  return `${mark < 0 ? url : url.slice(0, mark)}?${query}`;
}

/** @throws ConfigError */
export function ovsdbSettings(sources: ConfigSources): OvsdbSettings {
  const values = readOptions(sources, OVSDB_OPTIONS);
  return {
    northbound: {
      endpoints: values.ovnNbConnection,
      tls: gatherTls(values.ovnNbPrivateKey, values.ovnNbCertificate, values.ovnNbCaCert),
    },
    southbound: {
      endpoints: values.ovnSbConnection,
      tls: gatherTls(values.ovnSbPrivateKey, values.ovnSbCertificate, values.ovnSbCaCert),
    },
    connectionTimeoutS: values.ovsdbConnectionTimeoutS,
    retryMaxIntervalS: values.ovsdbRetryMaxIntervalS,
    probeIntervalMs: values.ovsdbProbeIntervalMs,
  };
}

function gatherTls(privateKey: string, certificate: string, caCert: string): OvsdbRemote['tls'] {
  return privateKey + certificate + caCert === '' ? undefined : { privateKey, certificate, caCert };
}

/** @throws ConfigError */
export function driftlineSettings(sources: ConfigSources): DriftlineSettings {
  return readOptions(sources, DRIFTLINE_OPTIONS);
}

function readHost(sources: ConfigSources, release: Release): string {
  return readOption(sources, HOST_OPTION, release) ?? sources.hostname;
}
