import { describeCause } from '../errors.ts';
import type { Column, Database, OvsdbAtom, Table } from '../schema/database.ts';
import type { AtomInput, ValueInput } from '../schema/value-input.ts';
import {
  allRows,
  type Condition,
  type Mutation,
  type Operation,
  op,
  type RowInput,
  type Where,
} from '../transaction/operations.ts';
import { JsonReader } from '../wire/json-reader.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../wire/json-value.ts';
import { findTable } from './condition.ts';
import { UsageError } from './terminal.ts';

/**
 * The operations of a transaction as RFC 7047 writes them (section 5.2): one, or an array of them, which may begin
 * with the database's name as in the parameters of `transact`. Throws UsageError for another shape; types, ranges and
 * columns are checked when the operations are sent.
 */
export function parseOperations(text: string, schema: Database): Operation[] {
  const json = parseJson(text);
  const given = isJsonArray(json) ? json : [json];
  const [first, ...rest] = given;
  if (typeof first === 'string' && first !== schema.name) {
    throw new UsageError(`the transaction is for ${first}, and --database says ${schema.name}`);
  }
  const list = typeof first === 'string' ? rest : given;
  if (list.length === 0) throw new UsageError('the transaction has no operations');
  return list.map((each, index) => {
    if (!isJsonObject(each)) throw new UsageError(`operation ${index} is not an object`);
    return toOperation(each, schema, index);
  });
}

function parseJson(text: string): JsonValue {
  try {
    const reader = new JsonReader().reset(Buffer.from(text));
    const value = reader.readValue();
    reader.expectEnd();
    return value;
  } catch (error) {
    throw new UsageError(
      `OPERATIONS is no JSON (${describeCause(error)}); write [{"op": "insert", "table": TABLE, "row": {COLUMN: VALUE}}, ...]`,
    );
  }
}

function toOperation(json: JsonObject, schema: Database, index: number): Operation {
  const name = json.op;
  const at = `operation ${index} (${String(name)})`;
  const text = (member: string): string => {
    const value = json[member];
    if (typeof value !== 'string') throw new UsageError(`${at} lacks "${member}", which is a string`);
    return value;
  };
  const table = (): Table => findTable(schema, text('table'));
  const columns = (): string[] | undefined =>
    json.columns === undefined ? undefined : list(json.columns, at, 'columns').map(String);
  switch (name) {
    case 'insert':
      return op.insert(text('table'), readRow(json.row ?? {}, table(), at), {
        ...(json.uuid !== undefined && { uuid: text('uuid') }),
        ...(json['uuid-name'] !== undefined && { namedUuid: text('uuid-name') }),
      });
    case 'update':
      return op.update(text('table'), readWhere(json, table(), at), readRow(json.row, table(), at));
    case 'mutate': {
      const mutations = list(json.mutations, at, 'mutations').map((each) => readTriple<Mutation>(each, table(), at));
      return op.mutate(text('table'), readWhere(json, table(), at), mutations);
    }
    case 'delete':
      return op.delete(text('table'), readWhere(json, table(), at));
    case 'select':
      return op.select(text('table'), readWhere(json, table(), at), columns());
    case 'wait': {
      const rows = list(json.rows, at, 'rows').map((row) => readRow(row, table(), at));
      const until = json.until ?? '==';
      if (until !== '==' && until !== '!=') throw new UsageError(`${at}: "until" is == or !=`);
      const timeoutMs = typeof json.timeout === 'number' ? json.timeout : 0;
      const named = columns() ?? [...table().columns.keys()];
      return op.wait(text('table'), readWhere(json, table(), at), named, rows, { until, timeoutMs });
    }
    case 'assert':
      return op.assert(text('lock'));
    case 'comment':
      return op.comment(text('comment'));
    case 'commit':
      return op.commit(json.durable === true);
    case 'abort':
      return op.abort();
    default:
      throw new UsageError(
        `${at} is unknown: insert, update, mutate, delete, select, wait, assert, comment, commit and abort are known`,
      );
  }
}

function list(value: JsonValue | undefined, at: string, member: string): readonly JsonValue[] {
  if (!isJsonArray(value)) throw new UsageError(`${at} lacks "${member}", which is an array`);
  return value;
}

/** `[]` stands for all rows in the RFC, and is taken for that here: a person wrote it. */
function readWhere(json: JsonObject, table: Table, at: string): Where {
  const conditions = list(json.where, at, 'where').map((each) => readTriple<Condition>(each, table, at));
  return conditions.length === 0 ? allRows : conditions;
}

function readTriple<Triple extends Condition | Mutation>(json: JsonValue, table: Table, at: string): Triple {
  const [name, test, value] = isJsonArray(json) && json.length === 3 ? json : [];
  if (typeof name !== 'string' || typeof test !== 'string') {
    throw new UsageError(`${at}: conditions and mutations are written ["COLUMN", "FUNCTION", VALUE]`);
  }
  return [name, test, readInput(value, table.columns.get(name), at)] as unknown as Triple;
}

function readRow(json: JsonValue | undefined, table: Table, at: string): RowInput {
  if (!isJsonObject(json)) throw new UsageError(`${at} lacks "row", which is an object`);
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, readInput(value, table.columns.get(name), at)]),
  );
}

/** A `<value>` of RFC 7047, section 5.1, in the shape of its column. */
function readInput(json: JsonValue | undefined, column: Column | undefined, at: string): ValueInput {
  if (isJsonArray(json) && json[0] === 'map') {
    const pairs = list(json[1], at, 'map').map((pair) => list(pair, at, 'map'));
    return new Map(pairs.map(([key, value]) => [readAtom(key, at) as OvsdbAtom, readAtom(value, at)]));
  }
  const isSet = isJsonArray(json) && json[0] === 'set';
  const atoms = isSet ? list(json[1], at, 'set').map((atom) => readAtom(atom, at)) : [readAtom(json, at)];
  if (column?.kind === 'map' && atoms.length === 0) return new Map();
  if (column?.kind === 'set' || atoms.length > 1 || (isSet && column?.kind === 'map')) return atoms;
  return atoms[0];
}

function readAtom(json: JsonValue | undefined, at: string): AtomInput {
  if (isJsonArray(json) && typeof json[1] === 'string') {
    if (json[0] === 'uuid') return json[1];
    if (json[0] === 'named-uuid') return { ref: json[1] };
  }
  if (json === null || json === undefined || typeof json === 'object') {
    throw new UsageError(
      `${at}: ${JSON.stringify(json) ?? 'nothing'} is no value; RFC 7047, section 5.1, says how they are written`,
    );
  }
  return json;
}
