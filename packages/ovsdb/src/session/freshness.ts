import type { DatabaseStatus } from './server-status.ts';

export type Verdict = 'fresh' | 'stale' | 'rebuilt';

/**
 * Keeps the replica from going back in time: remembers how far the RAFT log has been seen, per cluster, and calls a
 * server stale that is behind it.
 *
 * A cluster that was destroyed and built anew starts counting again. That is seen by its new cluster id; or, where
 * the id was kept, by no server catching up for `rebuiltAfterMs` [S8]. Otherwise every server would be refused for ever.
 */
export class Freshness {
  readonly #rebuiltAfterMs: number;
  #clusterId: string | undefined;
  #newestIndex: bigint = -1n;
  #staleSince: number | undefined;

  constructor(rebuiltAfterMs: number) {
    this.#rebuiltAfterMs = rebuiltAfterMs;
  }

  judge(status: DatabaseStatus, now: number): Verdict {
    if (status.model !== 'clustered' || status.index === undefined) return 'fresh';
    const index = BigInt(status.index);
    const isOtherCluster = this.#clusterId !== undefined && this.#clusterId !== status.clusterId;
    if (!isOtherCluster && index < this.#newestIndex) {
      this.#staleSince ??= now;
      if (now - this.#staleSince < this.#rebuiltAfterMs) return 'stale';
    }
    const isRebuilt = isOtherCluster || index < this.#newestIndex;
    this.#clusterId = status.clusterId;
    this.#newestIndex = index;
    this.#staleSince = undefined;
    return isRebuilt ? 'rebuilt' : 'fresh';
  }
}
