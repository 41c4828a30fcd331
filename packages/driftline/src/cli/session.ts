import { databaseSettings, driftlineSettings } from '../config/config.ts';
import { type ConfigRequest, type ConfigSources, loadConfig } from '../config/sources.ts';
import type { Change } from '../diff/change.ts';
import { type Extension, NO_EXTENSION } from '../extension/extension.ts';
import { connectOptionsOf, openWritable, type WritableNeutronConnection } from '../neutron/connect.ts';
import type { LimitFinding, Limits } from '../plan/limits.ts';
import { Deployment } from '../reconcile/deployment.ts';
import type { Verdict } from '../reconcile/judge.ts';
import { check, type LookOptions } from '../reconcile/reconcile.ts';
import { refusalsOf } from '../reconcile/refusals.ts';
import { type Selection, select } from '../reconcile/select.ts';
import { ProgressLine } from './progress.ts';
import { printable, type Terminal } from './terminal.ts';

/** What every command is run with. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly request: ConfigRequest;
  readonly signal: AbortSignal;
  /** Calls the listener whenever somebody asks for the configuration to be read again; returns what takes it off. */
  readonly onReload?: OnReload;
}

export type OnReload = (listener: () => void) => () => void;

/** `looksAtOnce`: Neutron is read while connecting, for a look that follows. */
export async function openDeployment(
  context: CommandContext,
  { writable, looksAtOnce = false }: { readonly writable: boolean; readonly looksAtOnce?: boolean },
): Promise<{ sources: ConfigSources; deployment: Deployment; extension: Extension }> {
  const sources = await loadConfig(context.request);
  const extension = await extensionIn(sources);
  const { owners } = extension;
  const { signal } = context;
  const reading = looksAtOnce ? followReading(context) : undefined;
  const deployment = await Deployment.open(sources, {
    writable,
    readAhead: reading?.options,
    owners,
    signal,
    onRefused: tellOnce(context.terminal),
  });
  reading?.end();
  for (const warning of deployment.warnings) context.terminal.err(`warning: ${warning}\n`);
  return { sources, deployment, extension };
}

/** What plugins add, for a command that asks before it connects. */
export const extensionOf = async ({ request }: CommandContext): Promise<Extension> =>
  extensionIn(await loadConfig(request));

/** Most have no plugin, and do without the code that loads one. */
async function extensionIn(sources: ConfigSources): Promise<Extension> {
  if (driftlineSettings(sources).plugins.length === 0) return NO_EXTENSION;
  const { loadExtension } = await import('../extension/load-extension.ts');
  return loadExtension(sources);
}

/** Where commands write what is Neutron's own, in SQL. */
export function openNeutronToWrite(sources: ConfigSources): WritableNeutronConnection {
  const settings = databaseSettings(sources);
  return openWritable(settings.url, connectOptionsOf(settings));
}

/** Waiting may take as long as [ovn] ovsdb_connection_timeout and [database] max_retries say: nobody should have to guess for what. */
function tellOnce(terminal: Terminal): (endpoint: string, why: string) => void {
  const told = new Set<string>();
  return (endpoint, why) => {
    if (told.has(endpoint)) return;
    told.add(endpoint);
    terminal.err(`warning: ${endpoint} does not serve yet, trying on: ${printable(why)}\n`);
  };
}

function followReading({ terminal }: CommandContext): { readonly options: ReadingOptions; readonly end: () => void } {
  const progress = new ProgressLine(terminal, 'reading Neutron, rows');
  // Counting what there is to read costs a query: only for somebody who watches.
  const options: ReadingOptions = terminal.isInteractive
    ? { onProgress: ({ rowsRead, rowsExpected }) => progress.report(rowsRead, rowsExpected) }
    : {};
  return { options, end: () => progress.end() };
}

type ReadingOptions = Pick<LookOptions, 'onProgress'>;

export interface Judged {
  readonly verdict: Verdict;
  readonly drift: readonly Change[];
  readonly backfill: readonly Change[];
  readonly refusals: readonly LimitFinding[];
}

/** Both looks, narrowed to what was asked for. */
export async function judgeNow(context: CommandContext, deployment: Deployment, selection: Selection): Promise<Judged> {
  const reading = followReading(context);
  const verdict = await check(deployment, { signal: context.signal, ...reading.options });
  reading.end();
  const projectOf = (resource: Parameters<typeof verdict.facts.of>[0]) => verdict.facts.of(resource)?.projectId;
  return {
    verdict,
    drift: select(verdict.drift, selection, projectOf),
    backfill: select(verdict.backfill, selection, projectOf),
    refusals: refusalsOf(verdict, deployment),
  };
}

export interface LimitFlags {
  readonly maxDeletes: number | undefined;
  readonly limits: boolean;
}

/** undefined: --no-limits. */
export function limitsOf(sources: ConfigSources, flags: LimitFlags): Limits | undefined {
  if (!flags.limits) return undefined;
  const settings = driftlineSettings(sources);
  return {
    maxDeletes: flags.maxDeletes ?? settings.maxDeletes,
    // Who says how many may go has looked at the plan.
    maxDeleteShare: flags.maxDeletes === undefined ? settings.maxDeleteShare : 1,
    maxGatewayShare: settings.maxGatewayShare,
  };
}
