/**
 * takeover/: three daemons and a Neutron server with its worker on one Northbound, a RAFT cluster that loses leaders,
 * servers and workers all the time. Never may two workers act, and nothing may be lost.
 *
 * This file reads the cluster's own record: the files of its servers, each of which holds a RAFT log (ovsdb(7)). A record is
 * a line with length and checksum, then JSON.
 */
import { open, stat } from 'node:fs/promises';

/** One entry of the RAFT log that changed the database. */
export interface LogEntry {
  readonly index: number;
  readonly term: number;
  /** Of the commit, by the clock of the server that executed it. */
  readonly atMs: number;
  readonly comment: string;
  /** By table and row uuid, as ovsdb(5) has it; `null` is a row that went. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What one server's file says; a later record of an index takes the place of an earlier one, as in the server. */
class ServerRecord {
  readonly #file: string;
  readonly entries = new Map<number, LogEntry | undefined>();
  #inode = 0;
  /** Of the first byte that is not read; what follows may be a record that is still being written. */
  #position = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads what was added; all of it anew when the server has compacted its log into a new file. */
  async follow(): Promise<void> {
    const now = await stat(this.#file).catch(() => undefined);
    if (now === undefined) return;
    if (now.ino !== this.#inode || now.size < this.#position) {
      this.#inode = now.ino;
      this.#position = 0;
    }
    if (now.size === this.#position) return;
    await using file = await open(this.#file);
    const added = Buffer.alloc(now.size - this.#position);
    const { bytesRead } = await file.read(added, 0, added.length, this.#position);
    this.#takeRecords(added.subarray(0, bytesRead));
  }

  #takeRecords(bytes: Buffer): void {
    let rest = bytes;
    for (;;) {
      const end = rest.indexOf('\n');
      if (end < 0) return;
      const length = Number(/^OVSDB CLUSTER (\d+) /.exec(rest.toString('latin1', 0, end))?.[1]);
      const next = end + 1 + length;
      if (Number.isNaN(length)) throw new Error(`${this.#file}: no record begins at byte ${this.#position}`);
      // Cut off by a kill: the server writes over it when it is back.
      if (rest.length < next) return;
      this.#take(JSON.parse(rest.toString('utf8', end + 1, next)));
      this.#position += next;
      rest = rest.subarray(next);
    }
  }

  #take(record: Record<string, unknown>): void {
    const { index, term, data } = record;
    if (typeof index !== 'number' || typeof term !== 'number') return;
    this.entries.set(index, Array.isArray(data) && data[1] ? toEntry(index, term, data[1]) : undefined);
  }
}

function toEntry(index: number, term: number, transaction: Record<string, unknown>): LogEntry {
  const { _date: atMs, _comment: comment, _is_diff: _, ...tables } = transaction;
  return { index, term, atMs: Number(atMs), comment: String(comment ?? ''), tables: tables as LogEntry['tables'] };
}

/** Follows the files of all servers, so that nothing is missed when they compact their logs. */
export class ClusterRecord implements AsyncDisposable {
  readonly #servers: readonly ServerRecord[];
  readonly #stop = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  readonly #following: Promise<void>;

  constructor(files: readonly string[]) {
    this.#servers = files.map((file) => new ServerRecord(file));
    this.#following = this.#follow();
  }

  /** As of now: the transactions in the order of the log. Of a quiet cluster, those that were committed. */
  async read(): Promise<readonly LogEntry[]> {
    await this.#once();
    return this.latest();
  }

  /** What was read last; may hold an entry that a new leader takes back. */
  latest(): readonly LogEntry[] {
    const merged = new Map<number, LogEntry>();
    for (const { entries } of this.#servers) {
      for (const [index, entry] of entries) {
        const other = merged.get(index);
        if (entry !== undefined && (other === undefined || other.term < entry.term)) merged.set(index, entry);
      }
    }
    return [...merged.values()].sort((a, b) => a.index - b.index);
  }

  /** Indexes of which servers hold different entries: none, in a cluster that is quiet and well. */
  disagreements(): readonly number[] {
    const terms = new Map<number, Set<number>>();
    for (const { entries } of this.#servers) {
      for (const [index, entry] of entries) {
        if (entry !== undefined) terms.set(index, (terms.get(index) ?? new Set()).add(entry.term));
      }
    }
    return [...terms].filter(([, { size }]) => size > 1).map(([index]) => index);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#once();
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
  }

  /** One reader at a time: each goes on where the last one ended. */
  #once(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      for (const server of this.#servers) await server.follow();
    });
    return this.#reading;
  }
}

const FOLLOW_MS = 100;
