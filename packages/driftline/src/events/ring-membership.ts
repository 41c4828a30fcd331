import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import {
  beat,
  leaveRing,
  NEUTRON_RING_GROUP,
  type RingGroup,
  type RingTimings,
  readRingGroup,
  removeDeadNodes,
} from '../neutron/hash-ring.ts';
import { NeutronReadError } from '../neutron/read-error.ts';
import { HashRing } from './hash-ring.ts';
import { inspectNeutronRing, type RingFinding } from './ring-findings.ts';

/** Of Driftline's daemons. */
export const RING_GROUP = 'driftline';

export interface MembershipChange {
  readonly before: HashRing;
  readonly after: HashRing;
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

export type MembershipEvent =
  | ({ readonly kind: 'membership' } & MembershipChange)
  /** Of Neutron's own ring: all that is amiss, told when it is something else than before. */
  | { readonly kind: 'neutron-ring'; readonly findings: readonly RingFinding[] }
  | { readonly kind: 'trouble'; readonly what: string };

export interface MembershipOptions {
  readonly connection: WritableNeutronConnection;
  /** Of this machine, for people who read the table. */
  readonly hostname: string;
  readonly timings: RingTimings;
  readonly onEvent: (event: MembershipEvent) => void;
  readonly group?: string;
  readonly nodeUuid?: string;
  /** Of each Neutron server; undefined where it is not known. */
  readonly neutronWorkers?: number | undefined;
}

/** What lies dead in our group for so many timeouts is deleted. Whoever comes back after that gets a new row. */
const DEAD_FOR_TIMEOUTS = 5;

/**
 * This daemon's place among those that share event work.
 *
 * Invariants
 * 1. The ring holds this node, and each other that beat within the timeout by the database server's clock: the clocks of
 *    the daemons' machines do not matter.
 * 2. It is read again with each beat, and so never older than the beats are apart.
 * 3. While the database is out of reach the last ring is kept: that two daemons handle one event does no harm, that none
 *    does would.
 * 4. Rows are written in a group of our own only.
 */
export class RingMembership implements AsyncDisposable {
  readonly nodeUuid: string;
  readonly #options: MembershipOptions;
  readonly #group: string;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(change: MembershipChange) => void>();
  #ring: HashRing;
  #toldFindings = '[]';
  #beating: Promise<void> = Promise.resolve();

  private constructor(options: MembershipOptions) {
    this.#options = options;
    this.#group = options.group ?? RING_GROUP;
    if (this.#group === NEUTRON_RING_GROUP) throw new TypeError(`${NEUTRON_RING_GROUP} is Neutron's own group`);
    this.nodeUuid = options.nodeUuid ?? randomUUID();
    this.#ring = new HashRing([this.nodeUuid]);
  }

  /** In the ring when it resolves. Rejects with NeutronReadError. */
  static async join(options: MembershipOptions): Promise<RingMembership> {
    const membership = new RingMembership(options);
    await membership.#beat();
    membership.#beating = membership.#keepBeating();
    return membership;
  }

  get ring(): HashRing {
    return this.#ring;
  }

  owns(rowUuid: string): boolean {
    return this.#ring.ownerOf(rowUuid) === this.nodeUuid;
  }

  /** For how long the events of others have to be remembered: until this daemon knows of the death of one. */
  get memoryMs(): number {
    const { nodeTimeoutMs, touchIntervalMs } = this.#options.timings;
    return nodeTimeoutMs + 3 * touchIntervalMs;
  }

  /** Returns what takes the listener off again. */
  onChange(listener: (change: MembershipChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Leaves the ring, so that the others need not wait for the timeout. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    try {
      await leaveRing(this.#options.connection, this.#key);
    } catch (error) {
      this.#trouble('leaving the ring', error);
    }
  }

  /** Stops as a killed process does: its row stays until the others take it for dead. For tests. */
  async die(): Promise<void> {
    await this.#end();
  }

  get #key() {
    return { nodeUuid: this.nodeUuid, groupName: this.#group };
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    await this.#beating;
  }

  async #keepBeating(): Promise<void> {
    const { signal } = this.#stop;
    const { touchIntervalMs } = this.#options.timings;
    while (!signal.aborted) {
      // Daemons that were started together do not beat together.
      await sleep(touchIntervalMs * (0.9 + 0.2 * Math.random()), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#beat();
      } catch (error) {
        this.#trouble('beating', error);
      }
    }
  }

  async #beat(): Promise<void> {
    const { connection, hostname, timings, neutronWorkers } = this.#options;
    const { signal } = this.#stop;
    const group = await beat(connection, { ...this.#key, hostname }, { signal });
    this.#adopt(new HashRing([this.nodeUuid, ...aliveOf(group, timings)]));
    const longDeadMs = DEAD_FOR_TIMEOUTS * timings.nodeTimeoutMs;
    const { nodes, nowMs = 0 } = group;
    if (nodes.some(({ updatedAtMs }) => nowMs - updatedAtMs > longDeadMs)) {
      await removeDeadNodes(connection, this.#group, longDeadMs, { signal });
    }
    const neutron = await readRingGroup(connection, NEUTRON_RING_GROUP, { signal });
    this.#tellFindings(inspectNeutronRing(neutron, timings, neutronWorkers));
  }

  #adopt(after: HashRing): void {
    const before = this.#ring;
    if (after.hasSameNodesAs(before)) return;
    this.#ring = after;
    const change = {
      before,
      after,
      joined: after.nodes.filter((node) => !before.nodes.includes(node)),
      left: before.nodes.filter((node) => !after.nodes.includes(node)),
    };
    for (const listener of this.#listeners) listener(change);
    this.#options.onEvent({ kind: 'membership', ...change });
  }

  #tellFindings(findings: readonly RingFinding[]): void {
    const text = JSON.stringify(findings);
    if (text === this.#toldFindings) return;
    this.#toldFindings = text;
    this.#options.onEvent({ kind: 'neutron-ring', findings });
  }

  #trouble(what: string, error: unknown): void {
    if (!(error instanceof NeutronReadError)) throw error;
    if (error.code !== 'closed') this.#options.onEvent({ kind: 'trouble', what: `${what}: ${error.message}` });
  }
}

const aliveOf = ({ nodes, nowMs = 0 }: RingGroup, { nodeTimeoutMs }: RingTimings): readonly string[] =>
  nodes.filter(({ updatedAtMs }) => nowMs - updatedAtMs <= nodeTimeoutMs).map(({ nodeUuid }) => nodeUuid);
