import { OvsdbError } from '../errors.ts';
import { type Deadline, withDeadline } from './deadline.ts';
import type { OvsdbEvents, SessionState } from './events.ts';

/** What can be waited on. */
export interface Observed {
  readonly state: SessionState;
  on<Name extends keyof OvsdbEvents>(name: Name, listener: (payload: OvsdbEvents[Name]) => void): () => void;
}

export interface Claim {
  readonly isTrue: () => boolean;
  /** After which it is looked at again. */
  readonly events: readonly (keyof OvsdbEvents)[];
}

/**
 * Resolves when the claim is true; at once if it is. Rejects with OvsdbError `closed` when the client is closed first,
 * and `aborted` with the signal. However it ends, no listener is left.
 */
export function untilTrue(client: Observed, { isTrue, events }: Claim, signal?: AbortSignal): Promise<void> {
  if (isTrue()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const releases: (() => void)[] = [];
    const settle = (end: () => void) => {
      for (const release of releases) release();
      end();
    };
    const abort = () => settle(() => reject(new OvsdbError('aborted', 'nobody waits any more')));
    const closed = () => settle(() => reject(new OvsdbError('closed', 'the client was closed')));
    for (const event of events) {
      releases.push(
        client.on(event, () => {
          if (isTrue()) settle(resolve);
        }),
      );
    }
    releases.push(
      client.on('state', ({ kind }) => {
        if (kind === 'closed') closed();
      }),
    );
    signal?.addEventListener('abort', abort, { once: true });
    releases.push(() => signal?.removeEventListener('abort', abort));
    if (signal?.aborted) abort();
    else if (client.state.kind === 'closed') closed();
  });
}

/** As the work, within the deadline; the work is told by its signal when nobody waits for it any more. */
export async function within<T>(
  deadline: Deadline,
  what: () => string,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  try {
    return await withDeadline(work(over.signal), deadline, what);
  } finally {
    over.abort();
  }
}
