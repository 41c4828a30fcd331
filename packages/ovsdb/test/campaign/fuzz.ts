import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { OvsdbClient, OvsdbError, op } from '../../src/index.ts';
import { Monitor } from '../../src/monitor/monitor.ts';
import { ReplicaStore } from '../../src/replica/replica.ts';
import { RowShape } from '../../src/replica/row.ts';
import type { Database } from '../../src/schema/database.ts';
import { parseSchema } from '../../src/schema/parse-schema.ts';
import { FaultProxy } from '../../src/testing/index.ts';
import { MessageDecoder } from '../../src/wire/message-decoder.ts';
import { RpcConnection } from '../../src/wire/rpc-connection.ts';
import { librarySchemaOf, startLibrary } from '../library.ts';
import type { Random } from './random.ts';

/** What a real server sent to a real client. */
export interface Traffic {
  readonly schema: Database;
  /** The reply to `monitor_cond_since`, as the answer to a connection's first request. */
  readonly initial: Buffer;
  /** All messages, replies included. */
  readonly messages: readonly Buffer[];
  /** Those that came after the initial dump, in their order. */
  readonly updates: readonly Buffer[];
}

export interface FuzzResult {
  readonly messages: number;
  readonly mutated: number;
  /** Connections that ended with an error. */
  readonly refused: number;
  readonly updates: number;
  /** The most that one message took, in milliseconds. */
  readonly slowestMs: number;
  /** What must never be, with the bytes that brought it about. */
  readonly faults: readonly string[];
}

/** Random transactions on a real server, and what it tells of them. */
export async function recordTraffic(random: Random, transactions: number): Promise<Traffic> {
  await using server = await startLibrary();
  const chunks: Buffer[] = [];
  const fromServer = (chunk: Buffer) => {
    chunks.push(Buffer.from(chunk));
    return [chunk];
  };
  await using writer = await OvsdbClient.connect({ endpoints: server.endpoint, database: 'Library' });
  const name = () => `s${random.below(12)}`;
  const labels = () => new Map([[`k${random.below(4)}`, random.pick(['v', 'é', '"', '\\', '\u{1f600}'])]]);
  const change = () => {
    const where = [['name', '==', name()]] as const;
    return random.pick([
      op.insert('Shelf', { name: name(), labels: labels(), numbers: [random.below(9)], visits: 2n ** 60n }),
      op.update('Shelf', where, { labels: labels(), width: random.below(99), weight: random.next() }),
      op.mutate('Shelf', where, [['numbers', 'insert', [random.below(99)]]]),
      op.delete('Shelf', where),
    ]);
  };
  const commit = () => writer.transact([change(), change()]).catch(() => undefined);
  for (let turn = 0; turn < 20; turn++) await commit();
  await using proxy = await FaultProxy.start({ target: server.endpoint, fromServer });
  await using reader = await OvsdbClient.connect({ endpoints: proxy.endpoint, database: 'Library', lock: 'l' });
  for (let turn = 0; turn < transactions; turn++) await commit();
  await writer.sync();
  await reader.sync();
  const messages = splitMessages(Buffer.concat(chunks).toString());
  const initial = messages.find((text) => Array.isArray(JSON.parse(text).result) && text.includes('"Shelf"'));
  if (initial === undefined) throw new Error('the server sent no initial dump');
  return {
    schema: parseSchema((await librarySchemaOf()) as never),
    initial: Buffer.from(initial.replace(/"id":\d+/, '"id":1')),
    messages: messages.map((text) => Buffer.from(text)),
    updates: messages.slice(messages.indexOf(initial) + 1).map((text) => Buffer.from(text)),
  };
}

/** The server writes its messages one after another, with nothing between them. */
function splitMessages(text: string): string[] {
  const messages: string[] = [];
  let depth = 0;
  let start = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isInString && character === '\\') at++;
    else if (character === '"') isInString = !isInString;
    else if (!isInString && character === '{') depth++;
    else if (!isInString && character === '}' && --depth === 0) {
      messages.push(text.slice(start, at + 1));
      start = at + 1;
    }
  }
  return messages;
}

const tokens = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"__proto__":',
  'null',
  '1e400',
  '-',
  '\\',
  '\\ud800',
  '\0',
  '\xff',
  '0',
  '99999999999999999999',
  '["uuid","x"]',
  '["set",[]]',
  '["map",[]]',
  '"constructor":',
];

/** Bytes of one message with one to four changes: flipped, dropped, added, doubled, or taken from another message. */
function mutate(message: Buffer, { messages }: Traffic, random: Random): Buffer {
  let bytes = message;
  for (let left = 1 + random.below(4); left > 0; left--) {
    const at = random.below(bytes.length);
    const to = Math.min(bytes.length, at + 1 + random.below(16));
    const before = bytes.subarray(0, at);
    const other = random.pick(messages);
    const from = random.below(other.length);
    const middle = random.pick([
      Buffer.from([(bytes[at] ?? 0) ^ (1 << random.below(8))]),
      Buffer.alloc(0),
      Buffer.from(random.pick(tokens), 'latin1'),
      Buffer.concat([bytes.subarray(at, to), bytes.subarray(at, to)]),
      other.subarray(from, from + random.below(64)),
    ]);
    bytes = Buffer.concat([before, middle, bytes.subarray(to)]);
  }
  return bytes;
}

/** Refusals of what `JSON.parse` takes: it guesses, rounds or pollutes where a database client must not. */
const stricter = /duplicate key|hostile key|surrogate|out of range|nested deeper|bad string|must be an object/;

/**
 * Feeds real messages, some of them changed, to connections with a monitor and a replica, cut in two anywhere. Each
 * connection lives until it refuses something.
 *
 * Whatever comes: nothing is thrown to the stream, a connection ends only with an OvsdbError, nothing reaches the
 * replica after its end, no prototype gains a member, and the decoder takes just what `JSON.parse` takes, but for the
 * refusals above.
 */
export async function fuzz(traffic: Traffic, random: Random, wanted: number): Promise<FuzzResult> {
  const counts = { messages: 0, mutated: 0, refused: 0, updates: 0, slowestMs: 0 };
  const faults: string[] = [];
  const clean = prototypeMembers();
  while (counts.messages < wanted && faults.length === 0) {
    const session = new FuzzedSession(traffic);
    // In the order in which they were sent: an update that does not fit the replica ends the connection, too.
    for (const message of traffic.updates) {
      if (session.isOver) break;
      const isMutated = random.chance(0.15);
      const bytes = isMutated ? mutate(message, traffic, random) : message;
      counts.messages++;
      counts.mutated += Number(isMutated);
      const startedAt = performance.now();
      const fault = session.feed(bytes, random.below(bytes.length));
      counts.slowestMs = Math.max(counts.slowestMs, performance.now() - startedAt);
      if (fault !== undefined) faults.push(`${fault}: ${JSON.stringify(bytes.toString('latin1'))}`);
    }
    counts.updates += session.updates;
    counts.refused += Number(session.connection.isClosed);
    const fault = await session.end();
    // A whole turn: what a stream does when it ends comes after all promises.
    await setImmediate();
    if (fault !== undefined) faults.push(fault);
    if (prototypeMembers() !== clean) faults.push('a prototype was changed');
  }
  return { ...counts, faults };
}

class FuzzedSession {
  readonly connection: RpcConnection;
  updates = 0;
  readonly #traffic: Traffic;
  readonly #stream = new PassThrough();
  readonly #replica = new ReplicaStore();
  /** Alone, beside the connection: to see what it takes for a message. */
  readonly #decoder: MessageDecoder;
  #taken = 0;
  #isOver = false;

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
    const monitor = new Monitor('Library', this.#replica);
    const tables = [...traffic.schema.tables.values()];
    for (const { name } of tables) this.#replica.define(name, name === 'Shelf' ? { byName: 'name' } : {});
    const shapes = tables.map((table) => [table.name, new RowShape(table, [...table.columns.keys()])] as const);
    monitor.setShapes(new Map(shapes), traffic.schema.tables);
    this.#stream.write = () => true;
    this.connection = new RpcConnection(this.#stream, {
      name: 'fuzz',
      rowDecoderFor: (table) => monitor.decoderFor(table),
      onNotification: (method, params) => {
        this.updates += monitor.takeNotification(method, params)?.length ?? 0;
      },
    });
    this.#decoder = new MessageDecoder({ onMessage: () => this.#taken++ });
    monitor.start(this.connection, () => {}).catch(() => {});
    this.#stream.emit('data', traffic.initial);
    if (this.connection.isClosed) throw new Error('the initial dump was refused');
  }

  /** True when it has refused something, or waits for the rest of a message that has no rest. */
  get isOver(): boolean {
    return this.#isOver || this.connection.isClosed;
  }

  feed(bytes: Buffer, cut: number): string | undefined {
    try {
      this.#stream.emit('data', bytes.subarray(0, cut));
      this.#stream.emit('data', bytes.subarray(cut));
    } catch (error) {
      return `the connection threw ${String(error)}`;
    }
    return this.#decode(bytes);
  }

  #decode(bytes: Buffer): string | undefined {
    const before = this.#taken;
    const problem = problemOf(bytes);
    try {
      this.#decoder.push(bytes);
    } catch (error) {
      this.#isOver = true;
      if (!(error instanceof OvsdbError)) return `the decoder threw ${String(error)}`;
      return problem === undefined && !stricter.test(error.message)
        ? `good JSON was refused (${error.message})`
        : undefined;
    }
    const taken = this.#taken - before;
    this.#isOver = taken !== 1 || problem !== undefined;
    if (taken === 0 && problem === undefined) return 'a whole message was withheld';
    const [first] = splitMessages(bytes.toString());
    if (taken > 0 && problem !== undefined && problemOf(Buffer.from(first ?? '')) !== undefined) {
      return `what is no JSON was taken (${problem})`;
    }
    return undefined;
  }

  /** Closes, and goes on sending. */
  async end(): Promise<string | undefined> {
    const { updates } = this;
    this.connection.close(new OvsdbError('closed', 'over'));
    for (const message of this.#traffic.messages.slice(-3)) this.#stream.emit('data', message);
    if (this.updates !== updates) return 'a connection that was over went on';
    const { cause } = await this.connection.closed;
    return cause === undefined || cause instanceof OvsdbError ? undefined : `a connection ended with ${String(cause)}`;
  }
}

const prototypeMembers = (): string =>
  [Object, Array, Map, Function, String].map(({ prototype }) => Object.getOwnPropertyNames(prototype).length).join(' ');

/** Why it is no JSON; undefined when it is. Bad UTF-8 is none. */
function problemOf(bytes: Buffer): string | undefined {
  try {
    JSON.parse(utf8.decode(bytes));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
