import { OvsdbError } from '../errors.ts';
import type { JsonValue } from '../wire/json-value.ts';
import type { RpcConnection } from '../wire/rpc-connection.ts';
import { type Deadline, withDeadline } from './deadline.ts';

/** How long a server may take to say whether it has cancelled a transaction. */
const cancelAnswerMs = 1_000;

/**
 * Sends a transaction and returns the server's reply. When the deadline passes, the transaction is cancelled; what
 * the server answers to that decides: `timeout` or `aborted` when nothing was done, the reply when it was too late.
 * Without any answer the outcome is unknown [T3].
 */
export async function sendTransaction(
  connection: RpcConnection,
  params: readonly unknown[],
  deadline: Deadline,
): Promise<JsonValue> {
  if (deadline.signal?.aborted) {
    throw new OvsdbError('aborted', 'the transaction was aborted; nothing was sent', { cause: deadline.signal.reason });
  }
  const { id, reply } = connection.start('transact', params);
  try {
    return await withDeadline(reply, deadline, () => 'the transaction');
  } catch (error) {
    if (!isOver(error)) throw toOutcome(error);
    connection.notify('cancel', [id]);
    try {
      return await withDeadline(reply, { timeoutMs: cancelAnswerMs }, () => 'cancelling the transaction');
    } catch (answer) {
      if (answer instanceof OvsdbError && answer.code === 'canceled') throw error;
      throw toOutcome(answer);
    }
  }
}

function isOver(error: unknown): boolean {
  return error instanceof OvsdbError && (error.code === 'timeout' || error.code === 'aborted');
}

const definiteCodes: ReadonlySet<string> = new Set(['rpc-error', 'unknown-method', 'unknown-database', 'canceled']);

/** Anything but the server's own refusal leaves open what became of the transaction. */
function toOutcome(error: unknown): unknown {
  if (error instanceof OvsdbError && definiteCodes.has(error.code)) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new OvsdbError(
    'unknown-outcome',
    `the transaction was sent, but whether it was committed is unknown: ${why}`,
    {
      cause: error,
    },
  );
}
