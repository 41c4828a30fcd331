import type { Deployment } from '../../reconcile/deployment.ts';
import { check } from '../../reconcile/reconcile.ts';
import { everything } from '../../reconcile/select.ts';
import { type Attempt, attemptTask, whyOf } from '../../tasks/attempt.ts';
import { findTask, TASKS } from '../../tasks/catalogue/catalogue.ts';
import { fingerprintOf } from '../../tasks/fingerprint.ts';
import { isEnabled, type Ledger, type LedgerLine } from '../../tasks/ledger.ts';
import { previewTask } from '../../tasks/run-task.ts';
import { SharedLook } from '../../tasks/shared-look.ts';
import { type Finding, sayFinding, type Task } from '../../tasks/task.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { jsonChange } from '../report/json.ts';
import { changeLines } from '../report/table.ts';
import { type CommandContext, extensionOf, judgeNow, type LimitFlags, openDeployment } from '../session.ts';
import { openLedger, openTaskTools } from '../task-tools.ts';
import { asLines, printable, writeOut } from '../terminal.ts';

type Format = 'table' | 'json';

export async function runTasksList(context: CommandContext, format: Format): Promise<ExitCode> {
  const { sources, deployment, extension } = await openDeployment(context, { writable: false });
  await using _closing = deployment;
  using ledger = openLedger(sources, deployment);
  const tasks = [...TASKS, ...extension.tasks].map((task) => describe(task, deployment, ledger));
  if (format === 'json') printJson(context, { tasks });
  else {
    const rows = tasks.map(({ name, kind, origin, since, until, state, enabled, changed, last_run }) => [
      name,
      kind,
      since === null ? origin : since === until ? since : `${since} to ${until ?? 'now'}`,
      enabled ? state : `${state}, off`,
      String(changed),
      last_run ?? '',
    ]);
    writeOut(context.terminal, asLines(columns([['TASK', 'KIND', 'UPSTREAM', 'STATE', 'ROWS', 'LAST RUN'], ...rows])));
  }
  return EXIT.clean;
}

export async function runTasksShow(context: CommandContext, name: string, format: Format): Promise<ExitCode> {
  const task = await named(context, name);
  if (task === undefined) return EXIT.error;
  const { sources, deployment } = await openDeployment(context, { writable: false });
  await using _closing = deployment;
  using ledger = openLedger(sources, deployment);
  const { verdict } = await judgeNow(context, deployment, everything);
  const { changes, findings, skipped } = await previewTask(task, deployment, verdict, context.signal);
  const described = describe(task, deployment, ledger);
  if (format === 'json') {
    printJson(context, {
      ...described,
      would_change: changes.map((change) => jsonChange(change, verdict)),
      findings: findings.map(jsonFinding),
      runs: ledger.history(SHOWN_RUNS, task.name).map(jsonLine),
    });
    return EXIT.clean;
  }
  const lines = Object.entries(described)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${`${key.replaceAll('_', ' ')}:`.padEnd(12)} ${printable(String(value))}`);
  writeOut(context.terminal, asLines([...lines, '', ...previewLines(changes.length, findings, skipped)]));
  return EXIT.clean;
}

const SHOWN_RUNS = 10;

export interface TaskRunFlags extends LimitFlags {
  readonly dryRun: boolean;
  readonly format: Format;
}

export async function runTasksRun(context: CommandContext, name: string, flags: TaskRunFlags): Promise<ExitCode> {
  const task = await named(context, name);
  if (task === undefined) return EXIT.error;
  return flags.dryRun ? dryRun(context, [task], flags.format) : runInOrder(context, [task], flags);
}

/** What the tasks would change, each by itself; writes nothing. */
export async function dryRun(context: CommandContext, tasks: readonly Task[], format: Format): Promise<ExitCode> {
  const { deployment } = await openDeployment(context, { writable: false });
  await using _closing = deployment;
  const { verdict, refusals } = await judgeNow(context, deployment, everything);
  const shown = [];
  for (const task of tasks) {
    shown.push({ task, ...(await previewTask(task, deployment, verdict, context.signal)) });
  }
  if (format === 'json') {
    printJson(context, {
      tasks: shown.map(({ task, changes, findings, skipped }) => ({
        name: task.name,
        skipped: skipped ?? null,
        would_change: changes.map((change) => jsonChange(change, verdict)),
        findings: findings.map(jsonFinding),
      })),
    });
  } else {
    for (const { task, changes, findings, skipped } of shown) {
      const head = tasks.length > 1 ? [`${task.name}:`] : [];
      const body = [...changeLines(changes, verdict.facts), ...previewLines(changes.length, findings, skipped)];
      if (tasks.length === 1 || changes.length + findings.length > 0) {
        writeOut(context.terminal, asLines([...head, ...body]));
      }
    }
    if (tasks.length > 1 && shown.every(({ changes, findings }) => changes.length + findings.length === 0)) {
      context.terminal.out('Nothing to do.\n');
    }
  }
  for (const { message } of refusals) context.terminal.err(`refused: ${message}\n`);
  if (refusals.length > 0) return EXIT.refused;
  return shown.some(({ changes, findings }) => changes.length + findings.length > 0) ? EXIT.drift : EXIT.clean;
}

/** One after another; one that fails or is refused does not stop those after it. */
export async function runInOrder(
  context: CommandContext,
  tasks: readonly Task[],
  flags: LimitFlags & { readonly format: Format },
  isWanted: (task: Task, ledger: Ledger) => boolean = () => true,
): Promise<ExitCode> {
  const { sources, deployment } = await openDeployment(context, { writable: true });
  await using _closing = deployment;
  await using opened = await openTaskTools(context, sources, deployment, flags);
  const looks = new SharedLook((look) => check(deployment, look), { nowMs: Date.now });
  const ended: { readonly name: string; readonly attempt: Attempt }[] = [];
  for (const task of tasks) {
    context.signal.throwIfAborted();
    if (!isWanted(task, opened.tools.ledger)) continue;
    const attempt = await attemptTask(task, { ...opened.tools, look: looks.forOne(context.signal) });
    if (attempt.is !== 'done') looks.forget();
    ended.push({ name: task.name, attempt });
    if (flags.format === 'table') context.terminal.out(`${attemptLine(task.name, attempt)}\n`);
  }
  if (flags.format === 'json') {
    printJson(context, {
      tasks: ended.map(({ name, attempt }) => ({
        name,
        state: attempt.is,
        changed: attempt.is === 'skipped' ? 0 : attempt.changed,
        why: whyOf(attempt) ?? null,
      })),
    });
  }
  const states = new Set(ended.map(({ attempt }) => attempt.is));
  if (states.has('failed')) return EXIT.error;
  if (states.has('refused')) return EXIT.refused;
  return states.has('pending') || states.has('observed') ? EXIT.drift : EXIT.clean;
}

export async function runTasksHistory(
  context: CommandContext,
  name: string | undefined,
  flags: { readonly limit: number; readonly format: Format },
): Promise<ExitCode> {
  const task = name === undefined ? undefined : await named(context, name);
  if (name !== undefined && task === undefined) return EXIT.error;
  const { sources, deployment } = await openDeployment(context, { writable: false });
  await using _closing = deployment;
  using ledger = openLedger(sources, deployment);
  const runs = ledger.history(flags.limit, task?.name);
  if (flags.format === 'json') {
    printJson(context, { runs: runs.map(jsonLine) });
    return EXIT.clean;
  }
  if (runs.length === 0) {
    context.terminal.out('Nothing has run yet.\n');
    return EXIT.clean;
  }
  const rows = runs.map((line) => [
    new Date(line.startedAtMs).toISOString(),
    line.task,
    line.state,
    String(line.changed),
    `${line.endedAtMs - line.startedAtMs} ms`,
    line.version,
    printable([line.why ?? '', ...line.details].filter((text) => text !== '').join('; ')),
  ]);
  const head = ['STARTED', 'TASK', 'STATE', 'ROWS', 'TOOK', 'VERSION', 'WHY'];
  writeOut(context.terminal, asLines(columns([head, ...rows])));
  return EXIT.clean;
}

export async function runTasksSwitch(context: CommandContext, name: string, isEnabled: boolean): Promise<ExitCode> {
  const task = await named(context, name);
  if (task === undefined) return EXIT.error;
  if (task.work.is === 'elsewhere') {
    context.terminal.err(`${task.name} is not run here: ${task.work.why}\n`);
    return EXIT.error;
  }
  const { sources, deployment } = await openDeployment(context, { writable: false });
  await using _closing = deployment;
  using ledger = openLedger(sources, deployment, 'write');
  ledger.enable(task.name, isEnabled);
  context.terminal.out(`${task.name} is ${isEnabled ? 'on' : 'off'} for this deployment.\n`);
  return EXIT.clean;
}

async function named(context: CommandContext, name: string): Promise<Task | undefined> {
  const task = findTask(name) ?? (await extensionOf(context)).tasks.find((each) => each.name === name);
  if (task === undefined) context.terminal.err(`there is no task ${printable(name)}; see driftline tasks list\n`);
  return task;
}

/** A task with its state, in the keys of the JSON report. */
export function describe(task: Task, deployment: Deployment, ledger: Ledger) {
  const last = ledger.read(task.name);
  const isCurrent = last?.fingerprint === fingerprintOf(task, deployment);
  const { work } = task;
  return {
    name: task.name,
    kind: task.kind,
    origin: task.plugin === undefined ? 'upstream' : `plugin:${task.plugin}`,
    since: task.plugin === undefined ? task.since : null,
    until: task.until ?? null,
    lock: task.gate === 'lock',
    spacing_s: task.spacingMs / 1000,
    at_start: task.runAtStart,
    recurs: task.recurs,
    runs_as: work.is,
    enabled: isEnabled(task, ledger),
    state:
      work.is === 'elsewhere' ? 'elsewhere' : last === undefined ? 'never run' : isCurrent ? last.state : 'due again',
    failures: ledger.failures(task.name),
    changed: last?.changed ?? 0,
    last_run: last === undefined ? null : new Date(last.startedAtMs).toISOString(),
    why: work.is === 'elsewhere' ? work.why : (last?.why ?? null),
    off_because: task.offBecause ?? null,
    reads: task.reads,
    writes: task.writes,
    better: task.mended ?? null,
    options: task.options.join(', '),
  };
}

function* previewLines(changes: number, findings: readonly Finding[], skipped: string | undefined): Iterable<string> {
  if (skipped !== undefined) {
    yield `Would do nothing: ${printable(skipped)}.`;
    return;
  }
  for (const finding of findings) yield `  ${printable(sayFinding(finding))}`;
  yield changes + findings.length === 0 ? 'Nothing to do.' : `Would change ${changes + findings.length} rows.`;
}

export function attemptLine(name: string, attempt: Attempt): string {
  const why = whyOf(attempt);
  const rows = attempt.is === 'skipped' ? '' : `, ${attempt.changed} rows changed`;
  return `${name}: ${attempt.is}${rows}${why === undefined ? '' : ` (${printable(why)})`}`;
}

export const jsonFinding = ({ id, what, wouldBe }: Finding) => ({ id, what, would_be: wouldBe ?? null });

const jsonLine = (line: LedgerLine) => ({
  task: line.task,
  state: line.state,
  why: line.why ?? null,
  started_at: new Date(line.startedAtMs).toISOString(),
  ended_at: new Date(line.endedAtMs).toISOString(),
  changed: line.changed,
  version: line.version,
  details: line.details,
});

export const printJson = ({ terminal }: CommandContext, body: object): void =>
  writeOut(terminal, [`${JSON.stringify({ format_version: 1, ...body }, undefined, 2)}\n`]);

/** Left-aligned; the last column as long as it is. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
