import { OvsdbError, type OvsdbErrorCode } from '../errors.ts';
import type { ReplicaRow } from '../replica/row.ts';
import type { Database, OvsdbValue } from '../schema/database.ts';
import { readColumn } from '../schema/decode.ts';
import { JsonReader } from '../wire/json-reader.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, stringifyJson } from '../wire/json-value.ts';
import { describeAssert, describeWait, type LockAsker } from './describe-failure.ts';
import { findColumn } from './encode-operations.ts';
import type { Operation } from './operations.ts';

/** What one operation did: `uuid` of an insert, `count` of an update, mutate or delete, `rows` of a select. */
export interface TransactResult {
  readonly uuid?: string;
  readonly count?: number;
  /** With the columns that were asked for; `_uuid` only if it was among them. */
  readonly rows?: readonly ReplicaRow[];
}

/**
 * RFC 7047, sections 3.1 and 5.2, and ovsdb-server's own. A `cluster error` (leadership lost, time out, shutdown while
 * the commit was on its way through the RAFT log) leaves open whether the commit will yet come about.
 */
const codeOfError: { readonly [error: string]: OvsdbErrorCode } = {
  'constraint violation': 'constraint-violation',
  'referential integrity violation': 'referential-integrity-violation',
  'timed out': 'wait-failed',
  'domain error': 'arithmetic-error',
  'range error': 'arithmetic-error',
  'resources exhausted': 'resources-exhausted',
  'I/O error': 'io-error',
  'unknown table': 'unknown-table',
  'unknown column': 'unknown-column',
  'unknown database': 'unknown-database',
  'cluster error': 'unknown-outcome',
  'not owner': 'not-owner',
  'not allowed': 'not-allowed',
  'permission error': 'not-allowed',
  'duplicate uuid': 'duplicate-uuid',
  'duplicate uuid-name': 'duplicate-uuid',
};

/**
 * Throws when the transaction failed: with the failing operation's index, or past the last when the commit failed.
 * `client` tells the lock that it asks for, for the message; a link has none of its own.
 */
export function decodeResults(
  schema: Database,
  operations: readonly Operation[],
  reply: JsonValue,
  client?: LockAsker,
): TransactResult[] {
  if (!isJsonArray(reply)) throw new OvsdbError('protocol-error', 'the reply to transact is not an array');
  for (const [operationIndex, result] of reply.entries()) {
    if (isJsonObject(result) && typeof result.error === 'string') {
      throw toError(operations, operationIndex, result, client);
    }
  }
  if (reply.length < operations.length || reply.includes(null)) {
    throw new OvsdbError('protocol-error', 'the reply to transact has neither all results nor an error');
  }
  return operations.map((operation, index) => decodeResult(schema, operation, reply[index]));
}

function toError(
  operations: readonly Operation[],
  operationIndex: number,
  result: JsonObject,
  client: LockAsker | undefined,
): OvsdbError {
  const ovsdbError = String(result.error);
  const details = typeof result.details === 'string' ? result.details : undefined;
  const operation = operations[operationIndex];
  const what =
    operation === undefined
      ? 'commit'
      : `operation ${operationIndex} (${operation.op}${'table' in operation ? ` ${operation.table}` : ''})`;
  const code = codeOfError[ovsdbError] ?? 'operation-failed';
  const why = explain(code, operation, client) ?? `${ovsdbError}${details === undefined ? '' : `: ${details}`}`;
  const remedy = remedies[code] ?? '';
  return new OvsdbError(code, `${what} failed: ${why}${remedy}`, { operationIndex, ovsdbError, details });
}

/** Where the caller's own words say more than the server's. */
function explain(
  code: OvsdbErrorCode,
  operation: Operation | undefined,
  client: LockAsker | undefined,
): string | undefined {
  if (code === 'wait-failed' && operation?.op === 'wait') return describeWait(operation);
  if (code === 'not-owner' && operation?.op === 'assert') return describeAssert(operation.lock, client);
  return undefined;
}

const remedies: { readonly [Code in OvsdbErrorCode]?: string } = {
  'referential-integrity-violation':
    '; insert what is referred to in the same transaction, or take out what refers to it (predictDelete finds it)',
};

function decodeResult(schema: Database, operation: Operation, result: JsonValue | undefined): TransactResult {
  if (!isJsonObject(result)) throw new OvsdbError('protocol-error', 'the result of an operation is not an object');
  switch (operation.op) {
    case 'insert': {
      const uuid = isJsonArray(result.uuid) ? result.uuid[1] : undefined;
      if (typeof uuid !== 'string') throw new OvsdbError('protocol-error', 'the result of an insert has no uuid');
      return { uuid };
    }
    case 'update':
    case 'mutate':
    case 'delete':
      return { count: Number(result.count) };
    case 'select': {
      const rows = isJsonArray(result.rows) ? result.rows : [];
      return { rows: rows.map((row) => decodeRow(schema, operation.table, row)) };
    }
    default:
      return {};
  }
}

function decodeRow(schema: Database, tableName: string, row: JsonValue): ReplicaRow {
  const table = schema.tables.get(tableName);
  if (table === undefined || !isJsonObject(row)) throw new OvsdbError('protocol-error', 'a selected row is malformed');
  const cells: Record<string, OvsdbValue> = {};
  for (const [name, value] of Object.entries(row)) {
    const bytes = Buffer.from(stringifyJson(value));
    cells[name] = readColumn(new JsonReader().reset(bytes), findColumn(table, name));
  }
  return cells as unknown as ReplicaRow;
}
