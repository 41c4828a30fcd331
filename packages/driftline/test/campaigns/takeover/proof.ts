/** Whether two workers acted at a time, and whether what they say they did is what the server recorded. Pure. */
import type { LogEntry } from './record.ts';

/** A transaction that a worker committed. */
export interface Write {
  /** Its place in the server's record. */
  readonly index: number;
  readonly atMs: number;
  /** `driftline HOST:PID` or `neutron HOST:PID`. */
  readonly writer: string;
  /** When the writer got the lock: the name of its tenure. */
  readonly sinceMs: number;
  readonly what: string;
}

const SIGNED = /^((?:driftline|neutron) \S+) since (\S+): (.*)$/m;

export function writesOf(entries: readonly LogEntry[]): readonly Write[] {
  return entries.flatMap(({ index, atMs, comment }) => {
    const [, writer, since, what] = SIGNED.exec(comment) ?? [];
    if (writer === undefined || since === undefined || what === undefined) return [];
    return [{ index, atMs, writer, sinceMs: Date.parse(since), what }];
  });
}

const tenureOf = ({ writer, sinceMs }: Write): string => `${writer} since ${new Date(sinceMs).toISOString()}`;

/**
 * In the order in which the server committed them, the writes of one tenure follow one another; and none is of a moment
 * at which another tenure had begun and was still to write.
 */
export function findInterleavings(writes: readonly Write[]): readonly string[] {
  const ended = new Set<string>();
  const found: string[] = [];
  const lastOf = new Map<string, Write>();
  for (const write of writes) lastOf.set(tenureOf(write), write);
  let previous: Write | undefined;
  for (const write of writes) {
    const tenure = tenureOf(write);
    if (previous !== undefined && tenureOf(previous) !== tenure) ended.add(tenureOf(previous));
    if (ended.has(tenure)) {
      found.push(`${tenure} wrote #${write.index} (${write.what}) after ${previous && tenureOf(previous)} had written`);
    }
    previous = write;
  }
  const tenures = [...lastOf.values()];
  for (const write of writes) {
    const other = tenures.find(
      (last) => tenureOf(last) !== tenureOf(write) && last.sinceMs < write.atMs && write.atMs < last.atMs,
    );
    if (other !== undefined) {
      const lateMs = write.atMs - other.sinceMs;
      found.push(
        `${tenureOf(write)} wrote #${write.index} (${write.what}) ${lateMs} ms after ${tenureOf(other)} began`,
      );
    }
  }
  return [...new Set(found)];
}

/** What a daemon's journal says of one transaction. */
export interface JournalLine {
  /** Whose journal: a daemon keeps its own across restarts. */
  readonly daemon: string;
  readonly unit: string;
  readonly state: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
}

/**
 * Journals merged by time: between two transactions of one daemon there is none of another, unless the first had lost
 * the lock, or its life, in between.
 * @param losses by daemon, in any order
 */
export function findInterleavedJournals(
  lines: readonly JournalLine[],
  losses: ReadonlyMap<string, readonly number[]>,
): readonly string[] {
  const applied = lines.filter(({ state }) => state === 'applied').toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  const found: string[] = [];
  const lastOf = new Map<string, JournalLine>();
  let previous: JournalLine | undefined;
  for (const line of applied) {
    const own = lastOf.get(line.daemon);
    if (own !== undefined && previous !== undefined && previous.daemon !== line.daemon) {
      const hasLost = losses
        .get(line.daemon)
        ?.some((lostAtMs) => own.startedAtMs <= lostAtMs && lostAtMs <= line.startedAtMs);
      if (hasLost !== true) {
        found.push(`${line.daemon} applied ${line.unit} though ${previous.daemon} had come, and never lost the lock`);
      }
    }
    lastOf.set(line.daemon, line);
    previous = line;
  }
  return found;
}

/** Clocks are one; what is written to the journal is written a moment before and after. */
const SLACK_MS = 50;

/** @param daemonOf whose process a writer of the record was */
export function findUnrecorded(
  lines: readonly JournalLine[],
  writes: readonly Write[],
  daemonOf: (writer: string) => string | undefined,
): readonly string[] {
  const found: string[] = [];
  const byDaemon = Map.groupBy(
    writes.filter(({ writer }) => daemonOf(writer) !== undefined),
    ({ writer }) => daemonOf(writer) ?? '',
  );
  const fits = (line: JournalLine, { atMs, what }: Write): boolean =>
    line.startedAtMs - SLACK_MS <= atMs &&
    atMs <= (line.endedAtMs ?? Number.POSITIVE_INFINITY) + SLACK_MS &&
    (what === line.unit || what.includes(' more'));
  const matched = new Set<Write>();
  for (const line of lines) {
    const own = (byDaemon.get(line.daemon) ?? []).filter((write) => fits(line, write));
    // One resource may have been mended twice in that time: which of the two it was, no more is asked.
    for (const write of own) if (MAY_BE_RECORDED.has(line.state)) matched.add(write);
    if (line.state === 'applied' && own.length === 0) {
      found.push(`${line.daemon} says that it applied ${line.unit}, and the server has no such transaction`);
    }
  }
  for (const [daemon, own] of byDaemon) {
    for (const write of own) {
      if (!matched.has(write)) found.push(`#${write.index} of ${daemon} (${write.what}) is in no journal as written`);
    }
  }
  return found;
}

/** Of a transaction whose answer never came, and of one that a kill cut off, only the server's record can tell. */
const MAY_BE_RECORDED: ReadonlySet<string> = new Set(['applied', 'unknown', 'pending']);

/**
 * Transactions of workers that do the same as an earlier one although nobody has touched their rows in between: a
 * transaction that was applied twice.
 */
export function findRepeated(entries: readonly LogEntry[]): readonly string[] {
  const found: string[] = [];
  const lastWriteOf = new Map<string, LogEntry>();
  for (const entry of entries) {
    const rows = Object.entries(entry.tables).flatMap(([table, all]) =>
      Object.keys(all).map((uuid) => `${table} ${uuid}`),
    );
    const isWorkers = SIGNED.test(entry.comment);
    const before = new Set(rows.map((row) => lastWriteOf.get(row)));
    const [only] = before;
    if (isWorkers && before.size === 1 && only !== undefined && SIGNED.test(only.comment)) {
      if (JSON.stringify(only.tables) === JSON.stringify(entry.tables)) {
        found.push(`#${entry.index} repeats #${only.index}: ${entry.comment}`);
      }
    }
    for (const row of rows) lastWriteOf.set(row, entry);
  }
  return found;
}
