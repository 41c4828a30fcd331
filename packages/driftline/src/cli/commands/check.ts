import { reportConsistency } from '../../consistency/report.ts';
import type { ResourceRef } from '../../northbound/desired.ts';
import { type Selection, selectConsistency } from '../../reconcile/select.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { jsonReport, ndjsonReport, type ReportInput } from '../report/json.ts';
import { tableReport } from '../report/table.ts';
import { type CommandContext, judgeNow, openDeployment } from '../session.ts';
import { asLines, writeOut } from '../terminal.ts';

export type Format = 'table' | 'json' | 'ndjson';

export interface CheckOptions {
  readonly format: Format;
  /** Back-fill counts as drift. */
  readonly strict: boolean;
  readonly selection: Selection;
}

/** Reads both sides, compares, reports. Its session has no way to write. */
export async function runCheck(context: CommandContext, options: CheckOptions): Promise<ExitCode> {
  const { deployment } = await openDeployment(context, { writable: false, looksAtOnce: true });
  await using _closing = deployment;
  const judged = await judgeNow(context, deployment, options.selection);
  const { facts } = judged.verdict;
  const projectOf = (resource: ResourceRef) => facts.of(resource)?.projectId;
  const consistency = selectConsistency(reportConsistency(judged.verdict), options.selection, projectOf);
  printReport(context, { ...judged, consistency }, options.format);
  if (judged.refusals.length > 0) return EXIT.refused;
  const counts = judged.drift.length + (options.strict ? judged.backfill.length : 0);
  return counts > 0 ? EXIT.drift : EXIT.clean;
}

export function printReport({ terminal }: CommandContext, judged: ReportInput, format: Format): void {
  switch (format) {
    case 'table':
      writeOut(terminal, asLines(tableReport(judged)));
      return;
    case 'json':
      writeOut(terminal, jsonReport(judged));
      return;
    case 'ndjson':
      writeOut(terminal, asLines(ndjsonReport(judged)));
      return;
    default:
      format satisfies never;
  }
}
