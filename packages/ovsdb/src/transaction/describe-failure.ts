import type { NamedRef, ValueInput } from '../schema/value-input.ts';
import type { Condition, Operation, RowInput, Where } from './operations.ts';

/** So much of what was expected goes into a message. */
const mostCharacters = 300;

type Wait = Extract<Operation, { readonly op: 'wait' }>;

/** What a guard had expected, in the words of who wrote it; the server says only that it did not come about. */
export function describeWait({ where, columns, rows, until, timeoutMs }: Wait): string {
  const expected = rows.map((row) => describeRow(row, columns)).join(', ');
  const isSame = until === '==';
  const wanted =
    rows.length === 0
      ? `were to be ${isSame ? 'absent' : 'there'}`
      : `were ${isSame ? 'to be' : 'to be other than'} ${shorten(expected)}`;
  return `${shorten(describeWhere(where))} ${wanted}${timeoutMs > 0 ? ` within ${timeoutMs} ms` : ''}`;
}

/** A client, and the lock that it asks for on each connection. */
export interface LockAsker {
  readonly lock: string | undefined;
}

/** Why an `assert` failed, and what to do. */
export function describeAssert(lock: string, client: LockAsker | undefined): string {
  if (client === undefined) return `lock ${lock} is not held over this connection; ask the server for it first`;
  const wanted = client.lock;
  if (wanted === lock) return `lock ${lock} is not held; await client.waitForLock() before the next try`;
  if (wanted === undefined) {
    return `lock ${lock} was not asked for by this client; name it in the option lock, or await client.requestLock('${lock}')`;
  }
  return `lock ${lock} is not the one that this client asked for, which is ${wanted}; assert that, or use a client for each`;
}

function describeWhere(where: Where): string {
  if (typeof where === 'string') return 'the rows of the table';
  if ('uuid' in where) return `the rows with _uuid == ${where.uuid}`;
  if ('ref' in where) return `the rows named ${where.ref}`;
  return `rows with ${(where as readonly Condition[])
    .map(([column, test, value]) => `${column} ${test} ${describeValue(value)}`)
    .join(' and ')}`;
}

const describeRow = (row: RowInput, columns: readonly string[]): string =>
  `{${columns.map((column) => `${column}: ${describeValue(row[column])}`).join(', ')}}`;

function describeValue(value: ValueInput): string {
  if (value === undefined) return '[]';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Map) {
    return `{${[...value].map(([key, each]) => `${describeValue(key)}: ${describeValue(each)}`).join(', ')}}`;
  }
  if ('ref' in value) return (value as NamedRef).ref;
  return `[${[...(value as Iterable<ValueInput>)].map(describeValue).join(', ')}]`;
}

const shorten = (text: string): string => (text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`);
