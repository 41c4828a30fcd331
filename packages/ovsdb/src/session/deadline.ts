import { OvsdbError } from '../errors.ts';

export interface Deadline {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What the error says beside the time that was too short. */
export interface Told {
  readonly cause?: () => unknown;
  /** The option that the time comes from, where it is not `timeoutMs`. */
  readonly timeoutName?: string;
}

/** As the promise, or a rejection with OvsdbError `timeout` or `aborted`. The promise itself is not stopped. */
export async function withDeadline<T>(
  promise: Promise<T>,
  { timeoutMs, signal }: Deadline,
  what: () => string,
  { cause = () => undefined, timeoutName }: Told = {},
): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const limit = () => `${timeoutMs} ms${timeoutName === undefined ? '' : ` (${timeoutName})`}`;
  const expire = () => reject(new OvsdbError('timeout', `${what()} took longer than ${limit()}`, { cause: cause() }));
  const abort = () => reject(new OvsdbError('aborted', `${what()} was aborted`, { cause: signal?.reason }));
  const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
