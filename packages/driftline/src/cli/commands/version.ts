import packageJson from '../../../package.json' with { type: 'json' };
import { RELEASES } from '../../neutron/release-name.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { CommandContext } from '../session.ts';

export async function runVersion({ terminal }: CommandContext): Promise<ExitCode> {
  terminal.out(
    `driftline ${packageJson.version} (Neutron ${RELEASES[0]} to ${RELEASES.at(-1)}; Node ${process.version})\n`,
  );
  return EXIT.clean;
}
