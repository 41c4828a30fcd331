import { OvsdbError } from '../errors.ts';

export interface Deadline {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** As the promise, or a rejection with OvsdbError `timeout` or `aborted`. The promise itself is not stopped. */
export async function withDeadline<T>(
  promise: Promise<T>,
  { timeoutMs, signal }: Deadline,
  what: () => string,
  cause: () => unknown = () => undefined,
): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const expire = () =>
    reject(new OvsdbError('timeout', `${what()} took longer than ${timeoutMs} ms`, { cause: cause() }));
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
