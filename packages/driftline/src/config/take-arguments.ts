import { ConfigError } from './config-error.ts';
import type { Option } from './option.ts';
import { ALL_OPTIONS } from './options.ts';
import type { ConfigArgument } from './sources.ts';

/** An option set on the command line. */
export interface Override {
  readonly group: string;
  readonly name: string;
  readonly value: string;
  /** As typed, without the value. */
  readonly flag: string;
}

export interface TakenArguments {
  readonly arguments: readonly ConfigArgument[];
  readonly overrides: readonly Override[];
  /** What is not about configuration, in its order. */
  readonly rest: readonly string[];
}

/**
 * Takes out of a command line what oslo.config would: `--config-file F`, `--config-dir D`, and any option that is read
 * as `--GROUP-OPTION VALUE` (`--ovn-ovn_nb_connection tcp:...`), where `-` and `_` are alike and `=` may stand for the
 * blank. A boolean takes no value: `--ovn-ovn_metadata_enabled` is true, `--ovn-noovn_metadata_enabled` false. Options
 * of the group DEFAULT have no flag: without a group in front, theirs would be anybody's. Stops at `--`.
 *
 * @throws ConfigError with code `bad-argument` where the value is missing
 */
export function takeConfigArguments(argv: readonly string[]): TakenArguments {
  const taken: ConfigArgument[] = [];
  const overrides: Override[] = [];
  const rest: string[] = [];
  const queue = [...argv];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--') {
      rest.push(word, ...queue);
      break;
    }
    const equal = word.indexOf('=');
    const flag = equal < 0 ? word : word.slice(0, equal);
    const attached = equal < 0 ? undefined : word.slice(equal + 1);
    const key = flag.replaceAll('_', '-');
    const meaning = flag.startsWith('--') ? flags.get(key.slice(2)) : undefined;
    if (key === '--config-file' || key === '--config-dir') {
      const path = attached ?? takeValue(flag, queue);
      taken.push({ kind: key === '--config-file' ? 'file' : 'dir', path });
    } else if (meaning === undefined) {
      rest.push(word);
    } else {
      const { group, name } = meaning.option;
      const value =
        meaning.implied === undefined ? (attached ?? takeValue(flag, queue)) : (attached ?? meaning.implied);
      overrides.push({ group, name, value, flag });
    }
  }
  return { arguments: taken, overrides, rest };
}

function takeValue(flag: string, queue: string[]): string {
  const value = queue.shift();
  if (value === undefined || value.startsWith('--')) {
    throw new ConfigError('bad-argument', {
      place: { kind: 'command-line', flag },
      problem: 'its value is missing',
      remedy: `write ${flag} VALUE, or ${flag}=VALUE where it starts with --`,
    });
  }
  return value;
}

interface Meaning {
  readonly option: Option<unknown>;
  /** The value of a flag that takes none. */
  readonly implied: 'true' | 'false' | undefined;
}

const flags: ReadonlyMap<string, Meaning> = new Map(
  ALL_OPTIONS.filter(({ group }) => group !== 'DEFAULT').flatMap(nameFlags),
);

function nameFlags(option: Option<unknown>): [flag: string, meaning: Meaning][] {
  const group = option.group.replaceAll('_', '-');
  const name = option.name.replaceAll('_', '-');
  if (option.eras[0]?.type.name !== 'boolean') return [[`${group}-${name}`, { option, implied: undefined }]];
  return [
    [`${group}-${name}`, { option, implied: 'true' }],
    [`${group}-no${name}`, { option, implied: 'false' }],
  ];
}
