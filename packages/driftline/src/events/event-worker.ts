import { type OvsdbClient, OvsdbError, type RowChange } from '@driftline/ovsdb';
import { NeutronReadError } from '../neutron/read-error.ts';
import type { Release } from '../neutron/release-name.ts';
import { type DeadLetter, DeadLetters } from './dead-letters.ts';
import { classesOf } from './event-classes.ts';
import { keyOf, type Look, type LookAt } from './look.ts';
import { LookQueue, type WaitingLook } from './look-queue.ts';
import type { Finding, Looker, Lookers } from './looker.ts';
import { OthersEvents } from './others-events.ts';
import { lookupIn } from './replica-lookup.ts';
import type { MembershipChange, RingMembership } from './ring-membership.ts';
import { type EventClass, type EventContext, type OvnDatabaseName, type RowEvent, toRowEvent } from './row-events.ts';

export type WorkerEvent =
  | {
      readonly kind: 'looked';
      readonly at: LookAt;
      readonly findings: readonly Finding[];
      /** From the event to the end of its look, of those that are done with. */
      readonly latenciesMs: readonly number[];
    }
  | { readonly kind: 'dead-letter'; readonly letter: DeadLetter }
  /** Rows are gone through: at the start, and when what others saw may have been missed. */
  | { readonly kind: 'scanned'; readonly rows: number; readonly why: 'start' | 'membership' | 'forgotten' }
  | { readonly kind: 'schema'; readonly database: OvnDatabaseName; readonly version: string }
  | { readonly kind: 'trouble'; readonly what: string; readonly retryInMs: number };

export interface EventWorkerOptions {
  readonly release: Release;
  readonly northbound: OvsdbClient;
  /** undefined: its events are not seen. */
  readonly southbound?: OvsdbClient | undefined;
  /** undefined: this daemon is alone, and every row is its own. */
  readonly membership?: RingMembership | undefined;
  readonly lookers: Lookers;
  readonly onEvent: (event: WorkerEvent) => void;
  /** How long a difference has to last before it is believed, and mended where the policy is to: Neutron is at it too. */
  readonly graceMs: number;
  readonly classes?: readonly EventClass[];
  readonly retry?: Retry;
  /** How many looks of other members are remembered at the most; what is beyond is found by going through all rows. */
  readonly mostOfOthers?: number;
}

export interface Retry {
  /** Doubles up to the last. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** After so many a look is given up, and is a dead letter. A database that is out of reach does not count. */
  readonly attempts: number;
}

export interface EventCounts {
  readonly matched: number;
  readonly owned: number;
  readonly looked: number;
  readonly failed: number;
}

const DEFAULT_RETRY: Retry = { firstMs: 200, mostMs: 10_000, attempts: 5 };
const LOOKS_TOGETHER = 500;

/**
 * Sees every change of a row that one of upstream's event classes is for, and looks where it leads, if the row is this
 * daemon's by the ring.
 *
 * Invariants
 * 1. One bunch of looks at a time; what comes meanwhile waits, once for each place.
 * 2. No error of a class or a looker leaves: it is counted, tried again, and at last put with the dead letters.
 * 3. An event is forgotten only when its look is done, or when another member has had the time to do it.
 */
export class EventWorker {
  readonly deadLetters = new DeadLetters();
  readonly #options: EventWorkerOptions;
  readonly #retry: Retry;
  readonly #classes = new Map<string, EventClass[]>();
  readonly #context: EventContext;
  readonly #queue = new LookQueue();
  readonly #others: OthersEvents;
  #counts = { matched: 0, owned: 0, looked: 0, failed: 0 };
  #outOfReachMs = 0;
  #wake: (() => void) | undefined;

  constructor(options: EventWorkerOptions) {
    this.#options = options;
    this.#retry = options.retry ?? DEFAULT_RETRY;
    for (const each of options.classes ?? classesOf(options.release)) {
      const key = `${each.database} ${each.table}`;
      this.#classes.set(key, [...(this.#classes.get(key) ?? []), each]);
    }
    this.#context = {
      release: options.release,
      northbound: lookupIn(options.northbound),
      southbound: lookupIn(options.southbound),
    };
    this.#others = new OthersEvents(options.membership?.memoryMs ?? 0, options.mostOfOthers);
  }

  get counts(): EventCounts {
    return { ...this.#counts };
  }

  /** Looks that wait, those that failed and are tried again included. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    using stop = new DisposableStack();
    for (const [database, client] of this.#databases()) {
      let version = client.schema.version;
      stop.defer(client.on('update', ({ changes }) => this.#see(database, changes)));
      stop.defer(client.on('reconnected', () => this.#lookAtAll(database, 'reconnected')));
      stop.defer(
        client.on('synced', () => {
          if (client.schema.version === version) return;
          version = client.schema.version;
          this.#options.onEvent({ kind: 'schema', database, version });
          this.#lookAtAll(database, 'schema');
        }),
      );
    }
    const { membership } = this.#options;
    if (membership !== undefined) stop.defer(membership.onChange((change) => this.#takeOver(change)));
    this.#scan('start', () => true);
    while (!signal.aborted) {
      const bunch = this.#queue.take(Date.now(), LOOKS_TOGETHER);
      if (bunch.length > 0) await this.#lookAt(bunch, signal);
      else await this.#untilDue(signal);
    }
  }

  /** Whether the ring gives a row's events to this daemon. */
  ownsEvent(rowUuid: string): boolean {
    return this.#options.membership?.owns(rowUuid) ?? true;
  }

  #databases(): readonly (readonly [OvnDatabaseName, OvsdbClient])[] {
    const { northbound, southbound } = this.#options;
    return [
      ['OVN_Northbound', northbound],
      ...(southbound === undefined ? [] : ([['OVN_Southbound', southbound]] as const)),
    ];
  }

  #see(database: OvnDatabaseName, changes: readonly RowChange[]): void {
    const seenAtMs = Date.now();
    for (const change of changes) {
      const classes = this.#classes.get(`${database} ${change.table}`);
      if (classes === undefined) continue;
      const event = toRowEvent(database, change);
      if (event === undefined) continue;
      for (const look of this.#match(classes, event, seenAtMs)) {
        this.#counts.matched++;
        if (this.ownsEvent(event.uuid)) this.#add(look);
        else this.#others.add(look);
      }
    }
  }

  *#match(classes: readonly EventClass[], event: RowEvent, seenAtMs: number, isScan = false): Generator<WaitingLook> {
    for (const each of classes) {
      if (!each.kinds.includes(event.kind) && !(isScan && each.isForAnyRow === true)) continue;
      try {
        if (!each.matches(event, this.#context)) continue;
        for (const look of each.looks(event, this.#context)) yield waitingLook(look, each.name, event, seenAtMs);
      } catch (error) {
        this.#giveUp(
          `${each.name} ${event.uuid}`,
          { event: each.name, table: event.table, rowUuid: event.uuid, look: undefined, error },
          seenAtMs,
        );
      }
    }
  }

  #add(look: WaitingLook): void {
    this.#counts.owned++;
    this.#queue.add(look);
    this.#wake?.();
  }

  #lookAtAll(database: OvnDatabaseName, why: 'reconnected' | 'schema' | 'missed'): void {
    this.#queue.add({
      look: { at: 'deployment', why },
      event: why,
      table: database,
      rowUuid: '',
      seenAtMs: Date.now(),
      notBeforeMs: 0,
      attempts: 0,
      isConfirmed: false,
      isAlone: false,
    });
    this.#wake?.();
  }

  /** What was another's and is ours now: the events that it may not have handled, and the rows of one that left. */
  #takeOver({ before, left }: MembershipChange): void {
    for (const look of this.#others.take((uuid) => this.ownsEvent(uuid))) this.#add(look);
    if (this.#others.takeOverflow()) {
      this.#scan('forgotten', () => true);
      this.#lookAtAll('OVN_Northbound', 'missed');
    } else if (left.length > 0) {
      this.#scan('membership', (uuid) => left.includes(before.ownerOf(uuid) ?? ''));
    }
  }

  /** Goes through our own rows as if each had just been made. */
  #scan(why: 'start' | 'membership' | 'forgotten', isMeant: (rowUuid: string) => boolean): void {
    const seenAtMs = Date.now();
    let rows = 0;
    for (const [database, client] of this.#databases()) {
      for (const table of client.replica.tableNames) {
        const classes = this.#classes
          .get(`${database} ${table}`)
          ?.filter(({ isOfTheMoment }) => isOfTheMoment !== true);
        if (classes === undefined || classes.length === 0) continue;
        for (const row of client.replica.table(table).rows.values()) {
          const { _uuid: uuid } = row;
          if (!this.ownsEvent(uuid) || !isMeant(uuid)) continue;
          rows++;
          const event: RowEvent = { database, table, kind: 'create', uuid, row, old: undefined };
          for (const look of this.#match(classes, event, seenAtMs, true)) this.#add(look);
        }
      }
    }
    this.#options.onEvent({ kind: 'scanned', rows, why });
  }

  async #lookAt(bunch: readonly WaitingLook[], signal: AbortSignal): Promise<void> {
    const [first] = bunch;
    if (first === undefined) return;
    const { at } = first.look;
    const { northbound, southbound, graceMs, onEvent, lookers } = this.#options;
    const looker = lookers[at] as Looker<LookAt> | undefined;
    const mayAct = first.isConfirmed || graceMs === 0;
    try {
      const looks = bunch.map(({ look }) => look);
      // What a lagging replica remembers is no ground to act on: another daemon may have seen more, and acted.
      if (mayAct) await Promise.all([northbound.sync({ signal }), southbound?.sync({ signal })]);
      const findings =
        (await looker?.(looks, { mayAct, signal })) ?? looks.map((look): Finding => ({ look, is: 'left' }));
      this.#outOfReachMs = 0;
      const nowMs = Date.now();
      const unsure = new Set(
        mayAct ? [] : findings.filter(({ is }) => is === 'differs').map(({ look }) => keyOf(look)),
      );
      const later = new Map(findings.map(({ look, againInMs }) => [keyOf(look), againInMs]));
      const done = bunch.filter(({ look }) => !unsure.has(keyOf(look)));
      for (const waiting of bunch) {
        const key = keyOf(waiting.look);
        this.deadLetters.forget(key);
        const againInMs = later.get(key);
        const again = { ...waiting, isConfirmed: true, attempts: 0 };
        if (unsure.has(key)) this.#queue.add({ ...again, notBeforeMs: nowMs + graceMs });
        else if (againInMs !== undefined) {
          this.#queue.add({ ...again, notBeforeMs: nowMs + againInMs, seenAtMs: nowMs + againInMs });
        }
      }
      this.#counts.looked += done.length;
      onEvent({
        kind: 'looked',
        at,
        findings: findings.filter(({ look }) => !unsure.has(keyOf(look))),
        latenciesMs: done.map(({ seenAtMs }) => nowMs - seenAtMs),
      });
    } catch (error) {
      if (!signal.aborted) this.#tryAgain(bunch, error);
    }
  }

  /** Upholds 2. */
  #tryAgain(bunch: readonly WaitingLook[], error: unknown): void {
    const nowMs = Date.now();
    const [first] = bunch;
    if (isOutOfReach(error)) {
      this.#outOfReachMs = Math.min(this.#retry.mostMs, Math.max(this.#retry.firstMs, 2 * this.#outOfReachMs));
      const retryInMs = this.#outOfReachMs;
      for (const waiting of bunch) this.#queue.add({ ...waiting, notBeforeMs: nowMs + retryInMs });
      this.#options.onEvent({ kind: 'trouble', what: error.message, retryInMs });
      return;
    }
    if (bunch.length > 1 || first === undefined) {
      for (const waiting of bunch) this.#queue.add({ ...waiting, isAlone: true });
      return;
    }
    this.#counts.failed++;
    const attempts = first.attempts + 1;
    if (attempts >= this.#retry.attempts) {
      this.#giveUp(keyOf(first.look), { ...first, error }, nowMs);
      return;
    }
    const delayMs = Math.min(this.#retry.mostMs, this.#retry.firstMs * 2 ** (attempts - 1));
    this.#queue.add({ ...first, attempts, notBeforeMs: nowMs + delayMs });
  }

  #giveUp(key: string, letter: Parameters<DeadLetters['add']>[1], nowMs: number): void {
    const { event, table, rowUuid, look, error } = letter;
    const added = this.deadLetters.add(key, { event, table, rowUuid, look, error }, nowMs);
    this.#options.onEvent({ kind: 'dead-letter', letter: added });
  }

  async #untilDue(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { nextDueMs } = this.#queue;
    const timer = nextDueMs === undefined ? undefined : setTimeout(resolve, Math.max(1, nextDueMs - Date.now()));
    const onStop = () => resolve();
    signal.addEventListener('abort', onStop, { once: true });
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
    signal.removeEventListener('abort', onStop);
    clearTimeout(timer);
  }
}

const waitingLook = (look: Look, event: string, { table, uuid }: RowEvent, seenAtMs: number): WaitingLook => ({
  look,
  event,
  table,
  rowUuid: uuid,
  seenAtMs,
  notBeforeMs: 0,
  attempts: 0,
  isConfirmed: false,
  isAlone: false,
});

/** No fault of the look: it is tried until the database is back. */
function isOutOfReach(error: unknown): error is NeutronReadError | OvsdbError {
  if (error instanceof NeutronReadError) return ['unreachable', 'timeout', 'conflict'].includes(error.code);
  return (
    error instanceof OvsdbError &&
    ['not-connected', 'connection-lost', 'timeout', 'unknown-outcome'].includes(error.code)
  );
}
