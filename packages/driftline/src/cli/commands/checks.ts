import { CHECKS, findCheck } from '../../checks/catalogue/catalogue.ts';
import type { Check, CheckPolicy } from '../../checks/check.ts';
import { canRepair, policiesOf } from '../../checks/policies.ts';
import { toTask } from '../../checks/to-task.ts';
import { driftlineSettings } from '../../config/config.ts';
import { loadConfig } from '../../config/sources.ts';
import { everything } from '../../reconcile/select.ts';
import type { Ledger } from '../../tasks/ledger.ts';
import { previewTask } from '../../tasks/run-task.ts';
import { type Finding, sayFinding } from '../../tasks/task.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandContext, extensionOf, judgeNow, openDeployment } from '../session.ts';
import { openLedger } from '../task-tools.ts';
import { asLines, printable, writeOut } from '../terminal.ts';
import { columns, jsonFinding, printJson, runInOrder, type TaskRunFlags } from './tasks.ts';

export async function runChecksList(context: CommandContext, format: TaskRunFlags['format']): Promise<ExitCode> {
  const { sources, deployment, extension } = await openDeployment(context, { writable: false });
  await using _closing = deployment;
  const all = [...CHECKS, ...extension.checks];
  const policies = policiesOf(all, deployment.config.driftline.checks);
  using ledger = openLedger(sources, deployment);
  const checks = all.map((check) => describe(check, policies.get(check.name) ?? check.defaultPolicy, ledger));
  if (format === 'json') {
    printJson(context, { checks });
    return EXIT.clean;
  }
  const rows = checks.map(({ name, policy, state, found, last_run, looks_at }) => [
    name,
    policy,
    state,
    String(found.length),
    last_run ?? '',
    looks_at,
  ]);
  const head = ['CHECK', 'POLICY', 'STATE', 'FOUND', 'LAST RUN', 'LOOKS AT'];
  writeOut(context.terminal, asLines(columns([head, ...rows])));
  for (const { name, found } of checks) {
    writeOut(context.terminal, asLines(found.map((text) => `${name}: ${printable(text)}`)));
  }
  return EXIT.clean;
}

/** A check with what it found last, in the keys of the JSON report. */
function describe(check: Check, policy: CheckPolicy, ledger: Ledger) {
  const last = ledger.read(check.name);
  return {
    name: check.name,
    origin: check.plugin === undefined ? 'driftline' : `plugin:${check.plugin}`,
    policy,
    default_policy: check.defaultPolicy,
    can_repair: canRepair(check),
    looks_at: check.looksAt,
    writes: check.writes ?? null,
    spacing_s: toTask(check, 'observe').spacingMs / 1000,
    state: policy === 'off' ? 'off' : (last?.state ?? 'never run'),
    last_run: last === undefined ? null : new Date(last.startedAtMs).toISOString(),
    why: last?.why ?? null,
    changed: last?.changed ?? 0,
    found: last?.details ?? [],
  };
}

export interface CheckRunFlags extends TaskRunFlags {
  readonly repair: boolean;
}

export async function runChecksRun(
  context: CommandContext,
  names: readonly string[],
  flags: CheckRunFlags,
): Promise<ExitCode> {
  const all = await allChecks(context);
  const named = names.map((name) => findCheck(name, all));
  const unknown = names.find((_, at) => named[at] === undefined);
  if (unknown !== undefined) {
    context.terminal.err(`there is no check ${printable(unknown)}; see driftline checks list\n`);
    return EXIT.error;
  }
  const checks = named.filter((check) => check !== undefined);
  if (!flags.repair || flags.dryRun) return look(context, checks, flags.format);
  const mute = checks.find((check) => !canRepair(check));
  if (mute !== undefined) {
    context.terminal.err(`${mute.name} only looks: there is nothing that it could repair\n`);
    return EXIT.error;
  }
  const wanted = await chosen(context, checks, (policy) => policy === 'repair');
  return runInOrder(
    context,
    wanted.map((check) => toTask(check, 'repair')),
    flags,
  );
}

/** Those named; without names those whose policy fits. */
async function chosen(
  context: CommandContext,
  named: readonly Check[],
  isWanted: (policy: CheckPolicy) => boolean,
): Promise<readonly Check[]> {
  const all = await allChecks(context);
  const policies = policiesOf(all, driftlineSettings(await loadConfig(context.request)).checks);
  if (named.length > 0) return named;
  return all.filter(({ name }) => isWanted(policies.get(name) ?? 'off'));
}

/** Also those of plugins. */
const allChecks = async (context: CommandContext): Promise<readonly Check[]> => [
  ...CHECKS,
  ...(await extensionOf(context)).checks,
];

interface Looked {
  readonly check: Check;
  readonly findings: readonly Finding[];
  readonly skipped?: string | undefined;
  readonly failed?: string;
}

/** Writes nothing; one check that can't look does not keep the others from it. */
async function look(
  context: CommandContext,
  named: readonly Check[],
  format: TaskRunFlags['format'],
): Promise<ExitCode> {
  const checks = await chosen(context, named, (policy) => policy !== 'off');
  const { deployment } = await openDeployment(context, { writable: false });
  await using _closing = deployment;
  const { verdict } = await judgeNow(context, deployment, everything);
  const looked: Looked[] = [];
  for (const check of checks) {
    context.signal.throwIfAborted();
    try {
      const { findings, skipped } = await previewTask(toTask(check, 'observe'), deployment, verdict, context.signal);
      looked.push({ check, findings, skipped });
    } catch (cause) {
      if (context.signal.aborted) throw cause;
      looked.push({ check, findings: [], failed: cause instanceof Error ? cause.message : String(cause) });
    }
  }
  if (format === 'json') {
    printJson(context, {
      checks: looked.map(({ check, findings, skipped, failed }) => ({
        name: check.name,
        skipped: skipped ?? null,
        failed: failed ?? null,
        findings: findings.map(jsonFinding),
      })),
    });
  } else {
    for (const each of looked) writeOut(context.terminal, asLines(lookedLines(each)));
  }
  if (looked.some(({ failed }) => failed !== undefined)) return EXIT.error;
  return looked.some(({ findings }) => findings.length > 0) ? EXIT.drift : EXIT.clean;
}

function* lookedLines({ check: { name }, findings, skipped, failed }: Looked): Iterable<string> {
  if (failed !== undefined) yield `${name}: failed (${printable(failed)})`;
  else if (skipped !== undefined) yield `${name}: skipped (${printable(skipped)})`;
  else yield `${name}: ${findings.length === 0 ? 'nothing found' : `${findings.length} found`}`;
  for (const finding of findings) yield `  ${printable(sayFinding(finding))}`;
}
