import { CHECKS } from '../../checks/catalogue/catalogue.ts';
import type { Check } from '../../checks/check.ts';
import { policiesOf } from '../../checks/policies.ts';
import { driftlineSettings } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { listFileFindings } from '../../config/file-findings.ts';
import { byPlace, type Finding, formatFinding, listFindings } from '../../config/findings.ts';
import { DRIFTLINE_OPTIONS } from '../../config/options.ts';
import { findWritten } from '../../config/read-option.ts';
import { type ConfigSources, readSources } from '../../config/sources.ts';
import { loadExtension } from '../../extension/load-extension.ts';
import { PluginError } from '../../extension/plugin-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { CommandContext } from '../session.ts';
import { printable } from '../terminal.ts';

/** Errors make it fail, warnings don't. */
export async function runConfigCheck({ terminal, request }: CommandContext): Promise<ExitCode> {
  const read = await readSources(request);
  const findings = [
    ...listFindings(read),
    ...(await listFileFindings(read.sources)),
    ...(await findUnusableExtension(read.sources)),
  ].sort(byPlace);
  for (const finding of findings) terminal.out(`${printable(formatFinding(finding))}\n`);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const files = read.sources.files.map(({ path }) => path).join(', ') || 'no file';
  terminal.out(`${errors} errors, ${findings.length - errors} warnings; read ${files}\n`);
  return errors > 0 ? EXIT.error : EXIT.clean;
}

/** Plugins are loaded, as every command would; the first that can't be is told. Only they know all names of checks. */
async function findUnusableExtension(sources: ConfigSources): Promise<readonly Finding[]> {
  try {
    const { checks } = await loadExtension(sources);
    return findUnusablePolicy(sources, [...CHECKS, ...checks]);
  } catch (error) {
    // Of what is wrong with the option itself the others tell.
    if (error instanceof ConfigError) return [];
    if (!(error instanceof PluginError)) throw error;
    const place = findWritten(sources, DRIFTLINE_OPTIONS.plugins).at(-1)?.place;
    return [{ severity: 'error', place, message: `plugin ${error.plugin}: ${error.problem}`, remedy: error.remedy }];
  }
}

function findUnusablePolicy(sources: ConfigSources, checks: readonly Check[]): readonly Finding[] {
  const configured = driftlineSettings(sources).checks;
  try {
    policiesOf(checks, configured);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const place = findWritten(sources, DRIFTLINE_OPTIONS.checks).at(-1)?.place;
    return [{ severity: 'error', place, message: error.problem, remedy: error.remedy }];
  }
}
