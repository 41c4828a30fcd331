import { listFileFindings } from '../../config/file-findings.ts';
import { byPlace, formatFinding, listFindings } from '../../config/findings.ts';
import { readSources } from '../../config/sources.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { CommandContext } from '../session.ts';
import { printable } from '../terminal.ts';

/** Errors make it fail, warnings don't. */
export async function runConfigCheck({ terminal, request }: CommandContext): Promise<ExitCode> {
  const read = await readSources(request);
  const findings = [...listFindings(read), ...(await listFileFindings(read.sources))].sort(byPlace);
  for (const finding of findings) terminal.out(`${printable(formatFinding(finding))}\n`);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const files = read.sources.files.map(({ path }) => path).join(', ') || 'no file';
  terminal.out(`${errors} errors, ${findings.length - errors} warnings; read ${files}\n`);
  return errors > 0 ? EXIT.error : EXIT.clean;
}
