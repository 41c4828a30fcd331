import { access, constants } from 'node:fs/promises';
import { databaseSettings } from './config.ts';
import type { Place } from './config-error.ts';
import { attempt, byPlace, type Finding } from './findings.ts';
import { DATABASE_OPTIONS, OVSDB_OPTIONS } from './options.ts';
import { findWritten, readOption } from './read-option.ts';
import type { ConfigSources } from './sources.ts';

/** What `listFindings` cannot know without the file system: certificates, keys and databases that may not be read. */
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
