import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../config/config-error.ts';
import { CHECKS } from './catalogue/catalogue.ts';
import { policiesOf } from './policies.ts';

describe('the policies of checks', () => {
  const read = (entries: Record<string, string> = {}) => policiesOf(CHECKS, new Map(Object.entries(entries)));

  it('are to observe, of every check that can repair: each writes SQL, the Southbound, or what Neutron schedules', () => {
    assert.deepEqual([...new Set(read().values())], ['observe']);
    assert.equal(read().size, CHECKS.length);
    assert.equal(new Set(CHECKS.map(({ name }) => name)).size, CHECKS.length);
  });

  it('are what is configured, one by one', () => {
    const policies = read({ 'port-status': 'repair', agents: 'off' });
    assert.equal(policies.get('port-status'), 'repair');
    assert.equal(policies.get('agents'), 'off');
    assert.equal(policies.get('duplicate-chassis'), 'observe');
  });

  it('name a check there is, a policy there is, and repair only what can be repaired', () => {
    const problem = (entries: Record<string, string>) => {
      try {
        read(entries);
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        return error.message;
      }
      return undefined;
    };
    assert.equal(
      problem({ 'port-stauts': 'off' }),
      '[driftline] checks names no check "port-stauts"; did you mean port-status?',
    );
    assert.match(
      problem({ unheard: 'off' }) ?? '',
      /names no check "unheard"; choose from port-status, virtual-ports, /,
    );
    assert.match(
      problem({ agents: 'mend' }) ?? '',
      /gives agents the policy "mend"; choose one of observe, repair, off/,
    );
    assert.match(problem({ agents: 'repair' }) ?? '', /tells agents to repair, which only looks; say agents:observe/);
  });
});
