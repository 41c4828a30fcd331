import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { type IniFile, parseIni } from './parse-ini.ts';
import type { Override } from './take-arguments.ts';

/** One `--config-file` or `--config-dir`, in the order of the command line: the later wins. */
export type ConfigArgument =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'dir'; readonly path: string };

export interface ConfigRequest {
  readonly arguments: readonly ConfigArgument[];
  readonly overrides: readonly Override[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `~` leads. */
  readonly home: string;
  /** Neutron's default for `[DEFAULT] host`. */
  readonly hostname: string;
  /** Replaces `/etc` in the default search. */
  readonly etc?: string;
}

/** Everything that options are read from, nothing of it interpreted yet. */
export interface ConfigSources {
  /** In the order in which they were read: the last one that sets an option decides. */
  readonly files: readonly IniFile[];
  /** `OS_<GROUP>__<OPTION>`; above the files. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--GROUP-OPTION VALUE`; above all. */
  readonly overrides: readonly Override[];
  readonly hostname: string;
}

export interface ReadSources {
  readonly sources: ConfigSources;
  /** One for each file or folder that could not be read or parsed; such a file adds nothing to the sources. */
  readonly faults: readonly ConfigError[];
}

/** A request as this process got it: `taken` from its command line, the rest from where it runs. */
export function requestFromProcess(taken: Pick<ConfigRequest, 'arguments' | 'overrides'>): ConfigRequest {
  const { arguments: given, overrides } = taken;
  return { arguments: given, overrides, environment: process.env, home: homedir(), hostname: hostname() };
}

/**
 * Reads the files that Neutron would read, and `driftline.conf`.
 * @throws ConfigError for the first file that cannot be read or parsed
 */
export async function loadConfig(request: ConfigRequest): Promise<ConfigSources> {
  const { sources, faults } = await readSources(request);
  const first = faults[0];
  if (first !== undefined) throw first;
  return sources;
}

/** Like `loadConfig`, but reads on past faults, to tell of all of them at once. */
export async function readSources(request: ConfigRequest): Promise<ReadSources> {
  const files: IniFile[] = [];
  const faults: ConfigError[] = [];
  const wanted: ConfigArgument[] = [...(await findDefaults(request)), ...request.arguments];
  for (const argument of wanted) {
    const path = expandHome(argument.path, request.home);
    const paths = argument.kind === 'file' ? [path] : await collectFault(faults, () => listConfigDir(path));
    for (const each of paths ?? []) {
      const file = await collectFault(faults, async () => parseIni(each, await readText(each)));
      if (file !== undefined) files.push(file);
    }
  }
  const { environment, overrides, hostname } = request;
  return { sources: { files, environment, overrides, hostname }, faults };
}

async function collectFault<T>(faults: ConfigError[], action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(error);
    return undefined;
  }
}

/**
 * What is read when the command line does not say, by the rules of oslo.config and of Neutron's WSGI module.
 *
 * Without `--config-file`:
 * - where OS_NEUTRON_CONFIG_DIR or OS_NEUTRON_CONFIG_FILES (between semicolons) is set, the files they name;
 * - else the first `neutron.conf` of ~/.neutron, ~, /etc/neutron and /etc, and beside it plugins/ml2/ml2_conf.ini;
 * - the first `driftline.conf` of the same folders.
 *
 * Without `--config-dir`, whether or not there is a `--config-file`: the first `neutron.conf.d` and the first
 * `driftline.conf.d` of the same folders. What `--config-file` names is read after them, and so wins.
 */
async function findDefaults(request: ConfigRequest): Promise<ConfigArgument[]> {
  const etc = request.etc ?? '/etc';
  const folders = [join(request.home, '.neutron'), request.home, join(etc, 'neutron'), etc];
  const found: ConfigArgument[] = [];
  if (!request.arguments.some((argument) => argument.kind === 'file')) {
    const named = namedByNeutron(request.environment, join(etc, 'neutron'));
    const paths = named ?? (await findNeutronFiles(folders));
    const own = await findFirst(folders, 'driftline.conf');
    if (own !== undefined) paths.push(own);
    for (const path of paths) found.push({ kind: 'file', path });
  }
  if (!request.arguments.some((argument) => argument.kind === 'dir')) {
    for (const name of ['neutron.conf.d', 'driftline.conf.d']) {
      const path = await findFirst(folders, name);
      if (path !== undefined) found.push({ kind: 'dir', path });
    }
  }
  return found;
}

function namedByNeutron(environment: ConfigRequest['environment'], folder: string): string[] | undefined {
  const { OS_NEUTRON_CONFIG_DIR: dir, OS_NEUTRON_CONFIG_FILES: files } = environment;
  if (dir === undefined && files === undefined) return undefined;
  const names = (files ?? '').split(';').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  const wanted = given.length > 0 ? given : ['neutron.conf', 'plugins/ml2/ml2_conf.ini'];
  return wanted.map((name) => resolve((dir ?? folder).trim(), name));
}

async function findNeutronFiles(folders: readonly string[]): Promise<string[]> {
  const main = await findFirst(folders, 'neutron.conf');
  if (main === undefined) return [];
  const ml2 = join(main, '..', 'plugins', 'ml2', 'ml2_conf.ini');
  return (await exists(ml2)) ? [main, ml2] : [main];
}

async function findFirst(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

function expandHome(path: string, home: string): string {
  if (path === '~') return home;
  return resolve(path.startsWith('~/') ? join(home, path.slice(2)) : path);
}

async function listConfigDir(path: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    throw unreadable(path, 'folder', error);
  }
  const configs = names.filter((name) => name.endsWith('.conf') && !name.startsWith('.'));
  return configs.sort().map((name) => join(path, name));
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw unreadable(path, 'file', error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const place = { kind: 'file', path, line: 0 } as const;
    const what = { place, problem: 'is not UTF-8 text', remedy: 'save it as UTF-8' };
    throw new ConfigError('unreadable', what, { cause: error });
  }
}

function unreadable(path: string, noun: 'file' | 'folder', error: unknown): ConfigError {
  const place = { kind: 'file', path, line: 0 } as const;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  const endings: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
    ENOENT: [`there is no such ${noun}`, `check the path that --config-${noun === 'file' ? 'file' : 'dir'} names`],
    EACCES: ['may not be read', `run as a user who may, such as neutron, or give this user leave to read the ${noun}`],
    EISDIR: ['is a folder', 'name it with --config-dir'],
    ENOTDIR: ['is not a folder', 'name it with --config-file'],
  };
  const [problem, remedy] = endings[code] ?? [`cannot be read (${code})`, 'check the path and the file system'];
  return new ConfigError('unreadable', { place, problem, remedy }, { cause: error });
}
