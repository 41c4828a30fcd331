import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { driftlineSettings } from '../config/config.ts';
import type { ConfigSources } from '../config/sources.ts';
import { Journal } from '../journal/journal.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import type { attemptTask } from '../tasks/attempt.ts';
import { databaseIdentity } from '../tasks/fingerprint.ts';
import { Ledger, type LedgerAccess } from '../tasks/ledger.ts';
import { type CommandContext, type LimitFlags, limitsOf, openNeutronToWrite } from './session.ts';

export const driftlineVersion: string = packageJson.version;

/** To read unless told otherwise: a command that only tells needs no write access, and leaves nothing behind. */
export const openLedger = (sources: ConfigSources, deployment: Deployment, access: LedgerAccess = 'read'): Ledger =>
  new Ledger(join(driftlineSettings(sources).statePath, 'tasks.db'), databaseIdentity(deployment), access);

export interface OpenTaskTools extends AsyncDisposable {
  /** All but the look. */
  readonly tools: Omit<Parameters<typeof attemptTask>[1], 'look'>;
}

/** All that running tasks from a command line takes; the lock is held when it resolves. */
export async function openTaskTools(
  context: CommandContext,
  sources: ConfigSources,
  deployment: Deployment,
  flags: LimitFlags,
): Promise<OpenTaskTools> {
  await using opened = new AsyncDisposableStack();
  const ledger = opened.use(openLedger(sources, deployment, 'write'));
  const journal = opened.use(new Journal(join(driftlineSettings(sources).statePath, 'journal.db')));
  const neutron = opened.use(openNeutronToWrite(sources));
  await deployment.northbound.takeLock(context.signal);
  const { signal } = context;
  const tools = {
    deployment,
    journal,
    neutron,
    limits: limitsOf(sources, flags),
    signal,
    ledger,
    version: driftlineVersion,
  };
  const resources = opened.move();
  return {
    tools,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
