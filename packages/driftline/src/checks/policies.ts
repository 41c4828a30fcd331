import { ConfigError } from '../config/config-error.ts';
import { findNearestName } from '../config/nearest-name.ts';
import { type Check, type CheckPolicy, POLICIES } from './check.ts';

/**
 * The policy of each check by its name: what `[driftline] checks` says, and else its own.
 *
 * @throws ConfigError where a name is no check's, a word is no policy, or what only looks is told to repair.
 */
export function policiesOf(
  checks: readonly Check[],
  configured: ReadonlyMap<string, string>,
): ReadonlyMap<string, CheckPolicy> {
  const policies = new Map(checks.map(({ name, defaultPolicy }) => [name, defaultPolicy]));
  for (const [name, word] of configured) {
    const check = checks.find((each) => each.name === name);
    if (check === undefined) {
      const near = findNearestName(name, [...policies.keys()]);
      throw refused(
        `names no check ${JSON.stringify(name)}`,
        near === undefined ? `choose from ${[...policies.keys()].join(', ')}` : `did you mean ${near}?`,
      );
    }
    const policy = POLICIES.find((each) => each === word);
    if (policy === undefined) {
      throw refused(`gives ${name} the policy ${JSON.stringify(word)}`, `choose one of ${POLICIES.join(', ')}`);
    }
    if (policy === 'repair' && !canRepair(check)) {
      throw refused(`tells ${name} to repair, which only looks`, `say ${name}:observe, or ${name}:off`);
    }
    policies.set(name, policy);
  }
  return policies;
}

export const canRepair = (check: Check): boolean => check.mend !== undefined || check.scope !== undefined;

const refused = (problem: string, remedy: string): ConfigError =>
  new ConfigError('bad-value', { problem: `[driftline] checks ${problem}`, remedy });
