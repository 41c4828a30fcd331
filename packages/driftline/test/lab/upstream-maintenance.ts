/** Neutron's own maintenance worker, as Debian packages it, whose tasks run when a test asks for them. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export const upstreamMaintenance = join(import.meta.dirname, 'upstream_maintenance.py');
/** The interpreter that Debian's Neutron belongs to. */
export const upstreamPython = '/usr/bin/python3';

/** A key of NB_Global's external_ids: what was written before its value is known to have arrived with it. */
export const MARK = 'driftline-test:mark';

/** Values as oslo.config holds them, by `group.name`. */
export type UpstreamOptions = Readonly<Record<string, string | number | boolean | Readonly<Record<string, string>>>>;

export interface UpstreamRun {
  /** `never again` is how a task ends that upstream runs once. */
  readonly ended: 'returned' | 'never again' | 'raised';
  /** What it raised. */
  readonly why: string | null;
  /** Of the call alone. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export class UpstreamMaintenance implements AsyncDisposable {
  /** Under upstream's names. */
  readonly tasks: readonly string[];
  /** Under which Neutron's worker writes itself down. */
  readonly host: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #log: string[];

  private constructor(
    started: { readonly tasks: readonly string[]; readonly host: string },
    process: ChildProcessByStdio<Writable, Readable, Readable>,
    lines: AsyncIterator<string>,
    log: string[],
  ) {
    this.tasks = started.tasks;
    this.host = started.host;
    this.#process = process;
    this.#lines = lines;
    this.#log = log;
  }

  /** Resolves when the worker holds the maintenance lock. */
  static async start(args: readonly string[]): Promise<UpstreamMaintenance> {
    const process = spawn(upstreamPython, [upstreamMaintenance, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const log: string[] = [];
    process.stderr.on('data', (text) => log.push(String(text)));
    const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    try {
      return new UpstreamMaintenance(await readAnswer(lines, log), process, lines, log);
    } catch (error) {
      process.kill('SIGKILL');
      throw error;
    }
  }

  async run(task: string, request: { options?: UpstreamOptions; after?: string } = {}): Promise<UpstreamRun> {
    this.#process.stdin.write(`${JSON.stringify({ task, ...request })}\n`);
    return readAnswer(this.#lines, this.#log);
  }

  /** What it has logged, for whoever reads why a test failed. */
  log(): string {
    return this.#log.join('');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL'); // Nothing of its own to bring in order: its databases go with it.
    await ended;
  }
}

async function readAnswer<T>(lines: AsyncIterator<string>, log: readonly string[]): Promise<T> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error(`Neutron's worker has ended:\n${log.join('').slice(-4000)}`);
  return JSON.parse(value) as T;
}
