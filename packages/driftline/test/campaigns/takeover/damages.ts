/** An operator who breaks the Northbound all the time, a few rows at once, and waits for somebody to mend them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbClient, OvsdbError, op, type ReplicaRow } from '@driftline/ovsdb';
import { type Choice, HARM, type Injection, inject } from '../../conformance/injections.ts';
import type { Random } from '../random.ts';

export interface Damage {
  readonly number: number;
  readonly what: string;
  readonly injection: Pick<Injection, 'rows' | 'isHealed'>;
  readonly atMs: number;
  healedAtMs: number | undefined;
}

export interface DamageOptions {
  readonly endpoints: string;
  readonly random: Random;
  readonly mayHarm: Choice;
  /** Has Neutron's tables say that a port never reached OVN; undefined: no Neutron is there to mend that. */
  readonly forget: ((portId: string) => Promise<void>) | undefined;
}

/** At most so many that are not healed yet. */
const MOST_OPEN = 6;
const PAUSE_MS = 250;
/** Of so many damages, one is what Neutron's own worker sees: a port that is gone and was never noted. */
const FORGET_EVERY = 5;

export class Damages implements AsyncDisposable {
  readonly all: Damage[] = [];
  /** Tried again: the server could not be reached, or somebody else was at the row. */
  refusals = 0;
  /** Only what Neutron's worker sees: while that one has the lock, nobody mends anything else. */
  isForNeutron = false;
  readonly #options: DamageOptions;
  readonly #client: OvsdbClient;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  private constructor(options: DamageOptions, client: OvsdbClient) {
    this.#options = options;
    this.#client = client;
    client.on('update', () => this.#see());
    this.#running = this.#run();
  }

  static async start(options: DamageOptions): Promise<Damages> {
    const { endpoints } = options;
    return new Damages(
      options,
      await OvsdbClient.connect({ endpoints, database: 'OVN_Northbound', probeIntervalMs: 2000, maxBackoffMs: 500 }),
    );
  }

  get open(): readonly Damage[] {
    return this.all.filter(({ healedAtMs }) => healedAtMs === undefined);
  }

  /** No more of them; what is open can still heal. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async untilHealed(signal: AbortSignal): Promise<void> {
    while (this.open.length > 0 && !signal.aborted) {
      await sleep(100);
      if (this.#client.state.kind === 'synced') this.#see();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#client.close();
  }

  #see(): void {
    for (const damage of this.open) if (damage.injection.isHealed(this.#client)) damage.healedAtMs = Date.now();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let turn = 0; !signal.aborted; turn++) {
      // Half the room is left to what Neutron's worker can mend, so that it has work whenever it has the lock.
      const forNeutron = this.#options.forget !== undefined && (this.isForNeutron || turn % FORGET_EVERY === 0);
      const room = forNeutron ? 2 * MOST_OPEN : MOST_OPEN;
      if (this.open.length < room) await this.#damageOnce(turn, forNeutron);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #damageOnce(turn: number, forNeutron: boolean): Promise<void> {
    const number = this.all.length + 1;
    const harmed = new Set(this.open.flatMap(({ injection }) => injection.rows));
    const mayHarm: Choice = (table, row) => !harmed.has(row._uuid) && this.#options.mayHarm(table, row);
    try {
      await this.#client.untilSynced({ signal: this.#stop.signal });
      const random = this.#options.random;
      const injection = forNeutron
        ? this.#forgetPort(mayHarm)
        : inject({ client: this.#client, kinds: HARM, turn, mayHarm, random });
      if (injection === undefined) return;
      const { what, operations } = injection;
      if (forNeutron) await this.#options.forget?.(what.split(' ')[1] ?? '');
      const comment = op.comment(`operator: damage ${number}: ${what}`);
      const damage: Damage = { number, what, injection, atMs: Date.now(), healedAtMs: undefined };
      await this.#client.transact([...operations, comment], { timeoutMs: 5000 }).catch((error: unknown) => {
        // What became of it is unknown: then it may be there to be healed, and counts as healed if it is not.
        if (!(error instanceof OvsdbError && error.code === 'unknown-outcome')) throw error;
      });
      this.all.push(damage);
      this.#see();
    } catch (error) {
      if (!(error instanceof OvsdbError)) throw error;
      this.refusals++;
    }
  }

  #forgetPort(mayHarm: Choice): Injection | undefined {
    const { replica } = this.#client;
    const isPlain = (row: ReplicaRow) => row.type === '' && mayHarm('Logical_Switch_Port', row);
    const ports = [...replica.table('Logical_Switch_Port').rows.values()].filter(isPlain);
    if (ports.length === 0) return undefined;
    const port = this.#options.random.pick(ports);
    const name = String(port.name);
    const parents = [...replica.table('Logical_Switch').rows.values()].filter(
      ({ ports: listed }) => Array.isArray(listed) && listed.includes(port._uuid),
    );
    return {
      what: `port ${name} deleted, and forgotten in SQL`,
      operations: parents.map(({ _uuid }) => op.mutate('Logical_Switch', _uuid, [['ports', 'delete', [port._uuid]]])),
      rows: [port._uuid],
      isHealed: (client) =>
        [...client.replica.table('Logical_Switch_Port').rows.values()].some((row) => row.name === name),
      explains: () => false,
    };
  }
}
