import { OvsdbError } from '../errors.ts';
import type { RpcConnection } from '../wire/rpc-connection.ts';

/**
 * Closes the connection when the server has been silent for too long. Any received byte counts as life [S4], so a server
 * that is busy sending is never disturbed. After `idleMs` of silence it is asked for an echo, if `asks`; when another
 * `idleMs` brings nothing either, it is gone.
 *
 * Returns what ends the watch; it also ends with the connection.
 */
export function watchSilence(connection: RpcConnection, idleMs: number, asks: boolean): () => void {
  let askedAt: number | undefined;
  let timer: NodeJS.Timeout;
  let isOver = false;
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
  };
  const schedule = (delayMs: number) => {
    timer = setTimeout(() => setImmediate(check), delayMs);
    timer.unref();
  };
  // After a timer, one turn for reading: when this process was blocked, bytes may wait in the socket unseen.
  const check = () => {
    if (isOver || connection.isClosed) return;
    const { lastReceivedAt } = connection;
    const now = performance.now();
    if (askedAt !== undefined && lastReceivedAt >= askedAt) askedAt = undefined;
    const silentMs = now - Math.max(lastReceivedAt, askedAt ?? 0);
    if (silentMs < idleMs) {
      schedule(idleMs - silentMs);
    } else if (askedAt !== undefined || !asks) {
      const total = Math.round(now - lastReceivedAt);
      connection.close(new OvsdbError('connection-lost', `${connection.name} has sent nothing for ${total} ms`));
    } else {
      askedAt = now;
      connection.request('echo', ['probe']).catch(() => {});
      schedule(idleMs);
    }
  };
  schedule(idleMs);
  void connection.closed.then(stop);
  return stop;
}
