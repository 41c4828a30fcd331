/**
 * How long to wait before the next round over the endpoints: anywhere up to a bound that doubles with each failed
 * round ("full jitter"), so that the clients of a restarted server do not all come back at once.
 */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
}

export const defaultBackoff: BackoffOptions = { baseMs: 250, capMs: 8_000 };

/** `failedRounds` counts from 1. */
export function backoffMs(failedRounds: number, options: BackoffOptions, random: () => number = Math.random): number {
  const bound = Math.min(options.capMs, options.baseMs * 2 ** Math.min(failedRounds - 1, 30));
  return Math.round(bound * random());
}

export function shuffle<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
