/** The workers of a campaign: daemons as processes of their own, and Neutron's worker as its log tells of it. */
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningProcess, startProcess } from '../../../src/demo/process.ts';

const executable = join(import.meta.dirname, '..', '..', '..', 'bin', 'driftline.js');

/** The lock came to a worker, or went from it. */
export interface LockEvent {
  readonly worker: string;
  readonly isHeld: boolean;
  readonly atMs: number;
}

/** What tells in a worker's log that it got or lost the lock; the first group is the moment. */
interface Marks {
  readonly held: RegExp;
  readonly lost: RegExp;
}

const DAEMON_MARKS: Marks = {
  held: /^(\S+) INFO the maintenance lock is held/,
  lost: /^(\S+) WARNING the maintenance lock is with another worker/,
};

const NEUTRON_MARKS: Marks = { held: /(\S+) LOCK held by \d+$/, lost: /(\S+) LOCK lost by \d+$/ };

/** Follows a log; whole lines only. */
class LogFollower {
  readonly #file: string;
  #position = 0;

  constructor(file: string) {
    this.#file = file;
  }

  async newLines(): Promise<readonly string[]> {
    const size = (await stat(this.#file).catch(() => undefined))?.size ?? 0;
    if (size <= this.#position) return [];
    await using file = await open(this.#file);
    const bytes = Buffer.alloc(size - this.#position);
    await file.read(bytes, 0, bytes.length, this.#position);
    const end = bytes.lastIndexOf('\n') + 1;
    this.#position += end;
    return bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
  }
}

export class Daemon {
  readonly name: string;
  /** Its state: journal, ledger. */
  readonly folder: string;
  readonly logFile: string;
  /** Every process it has had. */
  readonly pids = new Set<number>();
  /** When one of them ended. */
  readonly ends: number[] = [];
  readonly #args: readonly string[];
  #process: RunningProcess | undefined;
  isStopped = false;

  /** @param args of `driftline run`, but for where its state is */
  constructor(name: string, folder: string, args: readonly string[]) {
    this.name = name;
    this.folder = folder;
    this.logFile = join(folder, 'driftline.log');
    this.#args = args;
  }

  get isRunning(): boolean {
    return this.#process?.isRunning() === true;
  }

  async start(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    this.#process = startProcess({
      command: process.execPath,
      args: [executable, 'run', ...this.#args, '--driftline-state_path', this.folder],
      logFile: this.logFile,
    });
    this.pids.add(this.#process.pid);
  }

  /** Waits for its end, unless it only pauses or goes on. Answers how it ended. */
  async signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<string | undefined> {
    if (this.#process === undefined || !this.#process.isRunning()) return undefined;
    process.kill(this.#process.pid, signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') {
      this.isStopped = signal === 'SIGSTOP';
      return undefined;
    }
    const ending = await this.#process.ended;
    this.ends.push(Date.now());
    return ending;
  }

  async end(): Promise<void> {
    await this.signal('SIGKILL');
  }
}

/** Who has the lock, by the workers' own logs. */
export class LockWatch implements AsyncDisposable {
  readonly events: LockEvent[] = [];
  readonly #sources: readonly { readonly worker: string; readonly log: LogFollower; readonly marks: Marks }[];
  readonly #stop = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  readonly #following: Promise<void>;

  constructor(daemons: readonly Daemon[], neutronLog: string | undefined) {
    this.#sources = [
      ...daemons.map(({ name, logFile }) => ({ worker: name, log: new LogFollower(logFile), marks: DAEMON_MARKS })),
      ...(neutronLog === undefined
        ? []
        : [{ worker: NEUTRON, log: new LogFollower(neutronLog), marks: NEUTRON_MARKS }]),
    ];
    this.#following = this.#follow();
  }

  /**
   * The last that was given the lock of those that have not lost it since; a worker that was killed or paused does not
   * say so. Neutron's worker asks any server for the lock, and leaves it a moment later when it is not the leader: what it
   * got there is none.
   */
  get holder(): string | undefined {
    const last = this.events.findLast((event) => event.isHeld && this.isLasting(event));
    return last?.worker;
  }

  /** Whether the worker has not lost it again. */
  isLasting(event: LockEvent): boolean {
    return this.events.findLast(({ worker }) => worker === event.worker) === event;
  }

  /** One reader at a time: each goes on where the last one ended. */
  read(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#readOnce());
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    for (const { worker, log, marks } of this.#sources) {
      for (const line of await log.newLines()) {
        const held = marks.held.exec(line)?.[1];
        const lost = marks.lost.exec(line)?.[1];
        const at = held ?? lost;
        if (at !== undefined) this.events.push({ worker, isHeld: held !== undefined, atMs: Date.parse(at) });
      }
    }
    this.events.sort((a, b) => a.atMs - b.atMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.read();
      await sleep(FOLLOW_MS);
    }
  }
}

export const NEUTRON = 'neutron';
const FOLLOW_MS = 50;
