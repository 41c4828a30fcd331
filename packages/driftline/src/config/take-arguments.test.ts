import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from './config-error.ts';
import { takeConfigArguments } from './take-arguments.ts';

test('files and folders keep their order', () => {
  const taken = takeConfigArguments(['--config-file', 'a', '--config-dir=b', '--config-file=c', 'check']);
  assert.deepEqual(taken.arguments, [
    { kind: 'file', path: 'a' },
    { kind: 'dir', path: 'b' },
    { kind: 'file', path: 'c' },
  ]);
  assert.deepEqual(taken.rest, ['check']);
});

test('an option is set by group and name, where - and _ are alike', () => {
  const value = 'tcp:127.0.0.1:1';
  for (const flag of ['--ovn-ovn_nb_connection', '--ovn-ovn-nb-connection', '--ovn_ovn_nb_connection']) {
    const set = { group: 'ovn', name: 'ovn_nb_connection', value, flag };
    assert.deepEqual(takeConfigArguments([flag, value]).overrides, [set]);
    assert.deepEqual(takeConfigArguments([`${flag}=${value}`]).overrides, [set]);
  }
});

test('a group whose name holds another is told from it', () => {
  const { overrides } = takeConfigArguments(['--ovn_nb_global-fdb_removal_limit', '5', '--ovn-fdb_age_threshold', '6']);
  assert.deepEqual(
    overrides.map(({ group, name, value }) => [group, name, value]),
    [
      ['ovn_nb_global', 'fdb_removal_limit', '5'],
      ['ovn', 'fdb_age_threshold', '6'],
    ],
  );
});

test('a boolean takes no value, and no before its name makes it false', () => {
  const taken = takeConfigArguments(['--ovn-ovn_metadata_enabled', 'check', '--ovn-noenable_distributed_floating_ip']);
  assert.deepEqual(
    taken.overrides.map(({ name, value }) => [name, value]),
    [
      ['ovn_metadata_enabled', 'true'],
      ['enable_distributed_floating_ip', 'false'],
    ],
  );
  assert.deepEqual(taken.rest, ['check']);
});

test('an option of Neutron that keeps its sync tool’s spelling works', () => {
  assert.deepEqual(takeConfigArguments(['--ovn-neutron_sync_mode=repair']).overrides[0]?.value, 'repair');
});

test('everything else stays, in its order', () => {
  const rest = ['check', '--host', 'x', '--max-deletes', '5', '-f', 'json', '--ovn-unheard_of', '1', '--driftline'];
  assert.deepEqual(takeConfigArguments(rest), { arguments: [], overrides: [], rest });
});

test('nothing is taken behind --', () => {
  const argv = ['explain', '--', '--config-file', 'a'];
  assert.deepEqual(takeConfigArguments(argv).rest, argv);
});

test('a flag without its value is refused', () => {
  for (const argv of [['--config-file'], ['--driftline-interval'], ['--config-dir', '--yes']]) {
    assert.throws(
      () => takeConfigArguments(argv),
      (error) =>
        error instanceof ConfigError && error.code === 'bad-argument' && error.message.startsWith(`${argv[0]}: `),
    );
  }
});

test('no word is lost and none invented', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('--config-file=a', '--ovn-ovn_metadata_enabled', '--driftline-interval=5'),
  );
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      const { arguments: taken, overrides, rest } = takeConfigArguments(argv);
      assert.equal(taken.length + overrides.length + rest.length, argv.length);
    }),
  );
});
