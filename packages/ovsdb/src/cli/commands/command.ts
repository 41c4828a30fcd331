import type { Settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

export interface Command {
  readonly name: string;
  /** What follows the name. */
  readonly usage: string;
  readonly about: string;
  /** Resolves with the exit code; rejects with UsageError or OvsdbError. */
  run(settings: Settings, terminal: Terminal): Promise<number>;
}
