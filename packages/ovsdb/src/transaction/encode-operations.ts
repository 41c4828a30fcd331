import { OvsdbError } from '../errors.ts';
import { type BaseType, type Column, type Database, isUuid, type Table } from '../schema/database.ts';
import { encodeAtom, encodeAtoms, encodeColumn, encodeElements } from '../schema/encode.ts';
import { identifierPattern } from '../schema/parse-schema.ts';
import { allRows, type Condition, type Mutation, type Operation, type RowInput, type Where } from './operations.ts';

/**
 * Checks all operations against the schema and puts them into wire form. Throws OvsdbError `unknown-table`,
 * `unknown-column` or `bad-value` with the operation's index; nothing has been sent then.
 */
export function encodeOperations(schema: Database, operations: readonly Operation[]): unknown[] {
  const names = collectNames(operations);
  return operations.map((operation, operationIndex) => {
    try {
      return encodeOperation(schema, names, operation);
    } catch (cause) {
      if (!(cause instanceof OvsdbError)) throw cause;
      const message = `operation ${operationIndex} (${operation.op}): ${cause.message}`;
      throw new OvsdbError(cause.code, message, { cause, operationIndex });
    }
  });
}

function collectNames(operations: readonly Operation[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [operationIndex, operation] of operations.entries()) {
    if (operation.op !== 'insert' || operation.namedUuid === undefined) continue;
    const name = operation.namedUuid;
    if (!identifierPattern.test(name)) {
      throw new OvsdbError('bad-value', `namedUuid "${name}" must consist of letters, digits and "_"`, {
        operationIndex,
      });
    }
    if (names.has(name)) {
      throw new OvsdbError('bad-value', `namedUuid "${name}" is given to two rows`, { operationIndex });
    }
    names.add(name);
  }
  return names;
}

function encodeOperation(schema: Database, names: ReadonlySet<string>, operation: Operation): unknown {
  switch (operation.op) {
    case 'insert': {
      const { table: name, row, uuid, namedUuid } = operation;
      const table = findTable(schema, name);
      if (uuid !== undefined && !isUuid(uuid)) throw new OvsdbError('bad-value', `"${uuid}" is not a uuid`);
      if (uuid !== undefined && namedUuid !== undefined) {
        throw new OvsdbError('bad-value', `${name}: "uuid" and "namedUuid" exclude each other`);
      }
      return {
        op: 'insert',
        table: name,
        row: encodeRow(table, names, row, { isInsert: true }),
        ...(uuid !== undefined && { uuid }),
        ...(namedUuid !== undefined && { 'uuid-name': namedUuid }),
      };
    }
    case 'update': {
      const table = findTable(schema, operation.table);
      const where = encodeWhere(table, names, operation.where);
      return {
        op: 'update',
        table: table.name,
        where,
        row: encodeRow(table, names, operation.row, { isInsert: false }),
      };
    }
    case 'mutate': {
      const table = findTable(schema, operation.table);
      const mutations = operation.mutations.map((mutation) => encodeMutation(table, names, mutation));
      return { op: 'mutate', table: table.name, where: encodeWhere(table, names, operation.where), mutations };
    }
    case 'delete': {
      const table = findTable(schema, operation.table);
      return { op: 'delete', table: table.name, where: encodeWhere(table, names, operation.where) };
    }
    case 'select': {
      const table = findTable(schema, operation.table);
      for (const column of operation.columns ?? []) findColumn(table, column);
      const columns = operation.columns ?? ['_uuid', ...table.columns.keys()];
      return { op: 'select', table: table.name, where: encodeWhere(table, names, operation.where), columns };
    }
    case 'wait': {
      const table = findTable(schema, operation.table);
      const { columns, until, timeoutMs } = operation;
      const rows = operation.rows.map((row) => encodeExpectedRow(table, names, columns, row));
      const where = encodeWhere(table, names, operation.where);
      return { op: 'wait', timeout: timeoutMs, table: table.name, where, columns, until, rows };
    }
    case 'assert':
      if (!identifierPattern.test(operation.lock)) {
        throw new OvsdbError('bad-value', `lock "${operation.lock}" must consist of letters, digits and "_"`);
      }
      return operation;
    case 'comment':
    case 'commit':
    case 'abort':
      return operation;
    default:
      return operation satisfies never;
  }
}

function encodeRow(
  table: Table,
  names: ReadonlySet<string>,
  row: RowInput,
  { isInsert }: { isInsert: boolean },
): object {
  const cells = Object.entries(row).map(([name, value]) => {
    const column = findColumn(table, name);
    const where = `${table.name}.${name}`;
    if (column === uuidColumn) throw new OvsdbError('bad-value', `${where} is not a column to write`);
    if (!isInsert && !column.isMutable) throw new OvsdbError('bad-value', `${where} cannot change once inserted`);
    assertRefsKnown(names, value, where);
    return [name, encodeColumn(column, value, where)] as const;
  });
  return Object.fromEntries(cells);
}

function encodeExpectedRow(
  table: Table,
  names: ReadonlySet<string>,
  columns: readonly string[],
  row: RowInput,
): object {
  const surplus = Object.keys(row).find((name) => !columns.includes(name));
  if (surplus !== undefined)
    throw new OvsdbError('bad-value', `row has ${surplus}, which is not among the columns to wait on`);
  const cells = columns.map((name) => {
    if (!(name in row)) throw new OvsdbError('bad-value', `row lacks ${name}, which is to be waited on`);
    const column = findColumn(table, name);
    assertRefsKnown(names, row[name], `${table.name}.${name}`);
    return [name, encodeColumn(column, row[name], `${table.name}.${name}`)] as const;
  });
  return Object.fromEntries(cells);
}

function encodeWhere(table: Table, names: ReadonlySet<string>, where: Where): unknown[] {
  if (where === allRows) return [];
  if ('uuid' in where) return [['_uuid', '==', encodeAtom(uuidColumn.key, where.uuid, `${table.name}._uuid`)]];
  if ('ref' in where) {
    assertRefsKnown(names, where, `${table.name}._uuid`);
    return [['_uuid', '==', ['named-uuid', where.ref]]];
  }
  if (where.length === 0) {
    throw new OvsdbError('bad-value', `${table.name}: no condition given; say allRows if all rows are meant`);
  }
  return where.map((condition) => encodeCondition(table, names, condition));
}

export function encodeCondition(table: Table, names: ReadonlySet<string>, [name, test, value]: Condition): unknown {
  const column = findColumn(table, name);
  const where = `${table.name}.${name}`;
  assertRefsKnown(names, value, where);
  const isPartial = test === 'includes' || test === 'excludes';
  return [name, test, isPartial ? encodeElements(column, value, where) : encodeColumn(column, value, where)];
}

function encodeMutation(table: Table, names: ReadonlySet<string>, [name, mutator, value]: Mutation): unknown {
  const column = findColumn(table, name);
  const where = `${table.name}.${name}`;
  if (column === uuidColumn || !column.isMutable)
    throw new OvsdbError('bad-value', `${where} cannot change once inserted`);
  assertRefsKnown(names, value, where);
  if (mutator !== 'insert' && mutator !== 'delete') {
    // The operand of an arithmetic mutation need not obey the column's own limits.
    return [name, mutator, encodeAtom({ type: column.key.type }, value as number, where)];
  }
  if (column.kind === 'map' && mutator === 'delete' && !(value instanceof Map)) {
    return [name, mutator, encodeAtoms(withoutEnum(column.key), value as readonly string[], where)];
  }
  if (column.kind === 'map' && !(value instanceof Map))
    throw new OvsdbError('bad-value', `${where} takes a Map to insert`);
  return [name, mutator, encodeElements(column, value, where)];
}

function withoutEnum(base: BaseType): BaseType {
  return { type: base.type };
}

function assertRefsKnown(names: ReadonlySet<string>, value: unknown, where: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
    for (const member of value.values()) assertRefsKnown(names, member, where);
  } else if ('ref' in value && !names.has(String(value.ref))) {
    throw new OvsdbError(
      'bad-value',
      `${where} refers to "${value.ref}", which no insert of this transaction is named`,
    );
  }
}

function findTable(schema: Database, name: string): Table {
  const table = schema.tables.get(name);
  if (table === undefined) throw new OvsdbError('unknown-table', `${schema.name} has no table ${name}`);
  return table;
}

/** Every row has it, though the schema does not say so (RFC 7047, section 3.2). */
const uuidColumn: Column = {
  name: '_uuid',
  kind: 'scalar',
  key: { type: 'uuid' },
  min: 1,
  max: 1,
  isEphemeral: false,
  isMutable: false,
};

export function findColumn(table: Table, name: string): Column {
  const column = name === '_uuid' ? uuidColumn : table.columns.get(name);
  if (column === undefined) throw new OvsdbError('unknown-column', `table ${table.name} has no column ${name}`);
  return column;
}
