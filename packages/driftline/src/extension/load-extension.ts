import { type ResolveHookSync, registerHooks } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findCheck } from '../checks/catalogue/catalogue.ts';
import { driftlineSettings } from '../config/config.ts';
import type { Place } from '../config/config-error.ts';
import { DRIFTLINE_OPTIONS } from '../config/options.ts';
import { findWritten } from '../config/read-option.ts';
import type { ConfigSources } from '../config/sources.ts';
import { findTask } from '../tasks/catalogue/catalogue.ts';
import { toCheck, toTask } from './adapt.ts';
import { type Extension, type LoadedPlugin, NO_EXTENSION } from './extension.ts';
import { PluginError } from './plugin-error.ts';
import { readPlugin } from './read-plugin.ts';

/**
 * Loads what `[driftline] plugins` names. All or nothing: whoever leaves out a plugin that owns rows may delete them.
 *
 * @throws PluginError, ConfigError
 */
export async function loadExtension(sources: ConfigSources): Promise<Extension> {
  const { plugins: specifiers } = driftlineSettings(sources);
  if (specifiers.length === 0) return NO_EXTENSION;
  const place = findWritten(sources, DRIFTLINE_OPTIONS.plugins).at(-1)?.place;
  const loaded: LoadedPlugin[] = [];
  for (const specifier of specifiers) {
    const url = locate(specifier, folderOf(place));
    loaded.push({ plugin: readPlugin(await importDefault(specifier, url), specifier), url });
  }
  refuseTakenNames(loaded);
  const plugins = loaded.map(({ plugin }) => plugin);
  return {
    plugins: loaded,
    owners: plugins.flatMap(({ name, rows = [] }) => (rows.length === 0 ? [] : { name, rows })),
    tasks: plugins.flatMap(({ name, tasks = [] }) => tasks.map((task) => toTask(task, name))),
    checks: plugins.flatMap(({ name, checks = [] }) => checks.map((check) => toCheck(check, name))),
  };
}

/** What a relative path begins at: the file that says it. */
const folderOf = (place: Place | undefined): string =>
  place?.kind === 'file' ? dirname(resolve(place.path)) : process.cwd();

/** A path, where it looks like one; else a package, as Node finds it from here and from its own folders. */
function locate(specifier: string, folder: string): string {
  if (isAbsolute(specifier) || specifier.startsWith('./') || specifier.startsWith('../')) {
    return pathToFileURL(resolve(folder, specifier)).href;
  }
  try {
    return import.meta.resolve(specifier);
  } catch (cause) {
    throw notFound(specifier, `there is no package ${specifier} where Driftline is installed`, cause);
  }
}

const notFound = (plugin: string, problem: string, cause: unknown): PluginError =>
  new PluginError(
    'not-found',
    { plugin, problem, remedy: 'install it there, or write its path: /etc/driftline/octavia.js or ./octavia.js' },
    { cause },
  );

/** A module that awaits something for ever would keep everything else from starting. */
const IMPORT_PATIENCE_MS = 10_000;

async function importDefault(specifier: string, url: string): Promise<unknown> {
  const broken = (problem: string, cause?: unknown): PluginError =>
    new PluginError(
      'broken',
      { plugin: specifier, problem, remedy: 'mend it, or take it out of [driftline] plugins' },
      { cause },
    );
  const patience = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => patience.reject(broken(`its module was not loaded after ${IMPORT_PATIENCE_MS / 1000} s`)),
    IMPORT_PATIENCE_MS,
  );
  const hooks = registerHooks({ resolve: resolveInterface });
  try {
    const module: { readonly default?: unknown } = await Promise.race([import(url), patience.promise]);
    return module.default;
  } catch (cause) {
    if (cause instanceof PluginError) throw cause;
    if (isMissing(cause, url)) throw notFound(specifier, `there is no file ${fileURLToPath(url)}`, cause);
    throw broken(`it can't be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  } finally {
    hooks.deregister();
    clearTimeout(timer);
  }
}

/** A plugin need not stand where Driftline is installed too: what it imports the interface of is this one. */
const resolveInterface: ResolveHookSync = (specifier, context, next) =>
  specifier === INTERFACE ? { url: INTERFACE_URL, shortCircuit: true } : next(specifier, context);

const INTERFACE = 'driftline/plugin';
const INTERFACE_URL = import.meta.resolve(INTERFACE);

/** The module itself, not one that it imports. */
const isMissing = (error: unknown, url: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  (!('url' in error) || error.url === url);

/**
 * Tasks and checks share their names: the ledger knows them by nothing else.
 *
 * @throws PluginError where two things would have one name.
 */
function refuseTakenNames(loaded: readonly LoadedPlugin[]): void {
  const plugins = new Set<string>();
  const holders = new Map<string, string>();
  for (const { plugin } of loaded) {
    const taken = (what: string, by: string, remedy: string): PluginError =>
      new PluginError('name-taken', { plugin: plugin.name, problem: `${what}: ${by}`, remedy });
    if (plugins.has(plugin.name)) {
      throw taken('its name', 'another plugin has it too', 'name it once in [driftline] plugins');
    }
    plugins.add(plugin.name);
    for (const { name } of [...(plugin.tasks ?? []), ...(plugin.checks ?? [])]) {
      const holder = holderOf(name) ?? holders.get(name);
      if (holder !== undefined) throw taken(name, `${holder} of that name`, 'begin the name with that of the plugin');
      holders.set(name, `plugin ${plugin.name} has a task or check`);
    }
  }
}

function holderOf(name: string): string | undefined {
  if (findTask(name) !== undefined) return "Neutron's maintenance worker has a task";
  return findCheck(name) === undefined ? undefined : 'Driftline has a check';
}
