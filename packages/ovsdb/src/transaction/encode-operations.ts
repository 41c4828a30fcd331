import { OvsdbError } from '../errors.ts';
import { type BaseType, type Column, type Database, isUuid, type Table } from '../schema/database.ts';
import { encodeAtom, encodeAtoms, encodeColumn, encodeElements } from '../schema/encode.ts';
import { identifierPattern } from '../schema/parse-schema.ts';
import { assertTogether } from './check-together.ts';
import { allRows, type Condition, type Mutation, type Operation, type RowInput, type Where } from './operations.ts';

/** The tables of the rows that inserts of the transaction have named. */
type NamedRows = ReadonlyMap<string, string>;

/**
 * Checks all operations against the schema and puts them into wire form. Throws OvsdbError `unknown-table`,
 * `unknown-column` or `bad-value` with the operation's index; nothing has been sent then.
 *
 * [T1] What is refused here, a server with this schema would refuse too, or take in another sense than it has in
 * JavaScript, whatever the database holds. What depends on the content is the server's to say.
 */
export function encodeOperations(schema: Database, operations: readonly Operation[]): unknown[] {
  const names = collectNames(operations);
  const encoded = encodeEach(schema, names, operations);
  assertTogether(schema, operations);
  return encoded;
}

function encodeEach(schema: Database, names: NamedRows, operations: readonly Operation[]): unknown[] {
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

function collectNames(operations: readonly Operation[]): NamedRows {
  const names = new Map<string, string>();
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
    names.set(name, operation.table);
  }
  return names;
}

function encodeOperation(schema: Database, names: NamedRows, operation: Operation): unknown {
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
      if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 0) {
        throw new OvsdbError('bad-value', `timeoutMs must be a whole number of milliseconds, not ${timeoutMs}`);
      }
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

function encodeRow(table: Table, names: NamedRows, row: RowInput, { isInsert }: { isInsert: boolean }): object {
  const cells = Object.entries(row).map(([name, value]) => {
    const column = findColumn(table, name);
    const where = `${table.name}.${name}`;
    if (column === uuidColumn) throw new OvsdbError('bad-value', `${where} is not a column to write`);
    if (!isInsert && !column.isMutable) throw new OvsdbError('bad-value', `${where} cannot change once inserted`);
    assertRefsKnown(names, column, value, where);
    return [name, encodeColumn(column, value, where)] as const;
  });
  if (isInsert) assertRequired(table, row);
  return Object.fromEntries(cells);
}

/** A strong reference has no default: the nil uuid that stands in its place refers to nothing. */
function assertRequired(table: Table, row: RowInput): void {
  for (const { name, min, key, value } of table.columns.values()) {
    const isReference = [key, value].some((base) => base?.refType === 'strong');
    if (min === 1 && isReference && !(name in row)) {
      throw new OvsdbError('bad-value', `${table.name}.${name} must refer to a row; the insert leaves it out`);
    }
  }
}

function encodeExpectedRow(table: Table, names: NamedRows, columns: readonly string[], row: RowInput): object {
  const surplus = Object.keys(row).find((name) => !columns.includes(name));
  if (surplus !== undefined)
    throw new OvsdbError('bad-value', `row has ${surplus}, which is not among the columns to wait on`);
  const cells = columns.map((name) => {
    if (!(name in row)) throw new OvsdbError('bad-value', `row lacks ${name}, which is to be waited on`);
    const column = findColumn(table, name);
    assertRefsKnown(names, column, row[name], `${table.name}.${name}`);
    return [name, encodeColumn(column, row[name], `${table.name}.${name}`)] as const;
  });
  return Object.fromEntries(cells);
}

function encodeWhere(table: Table, names: NamedRows, where: Where): unknown[] {
  if (where === allRows) return [];
  if ('uuid' in where) return [['_uuid', '==', encodeAtom(uuidColumn.key, where.uuid, `${table.name}._uuid`)]];
  if ('ref' in where) {
    assertRefsKnown(
      names,
      { ...uuidColumn, key: { type: 'uuid', refTable: table.name } },
      where,
      `${table.name}._uuid`,
    );
    return [['_uuid', '==', ['named-uuid', where.ref]]];
  }
  if (where.length === 0) {
    throw new OvsdbError('bad-value', `${table.name}: no condition given; say allRows if all rows are meant`);
  }
  return where.map((condition) => encodeCondition(table, names, condition));
}

export function encodeCondition(table: Table, names: NamedRows, [name, test, value]: Condition): unknown {
  const column = findColumn(table, name);
  const where = `${table.name}.${name}`;
  assertRefsKnown(names, column, value, where);
  switch (test) {
    case '==':
    case '!=':
      return [name, test, encodeColumn(column, value, where)];
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (!isNumeric(column) || (column.kind !== 'scalar' && column.kind !== 'optional')) {
        throw new OvsdbError('bad-value', `${where} cannot be compared by "${test}": it is not one number`);
      }
      return [name, test, encodeColumn({ ...column, kind: 'scalar', min: 1 }, value, where)];
    case 'includes':
    case 'excludes':
      if (column.kind === 'scalar') return [name, test, encodeColumn(column, value, where)];
      assertShape(column, value, where);
      return [name, test, encodeElements(column, value, where)];
    default:
      test satisfies never;
      throw new OvsdbError('bad-value', `${where}: "${String(test)}" is not a function of conditions`);
  }
}

function encodeMutation(table: Table, names: NamedRows, [name, mutator, value]: Mutation): unknown {
  const column = findColumn(table, name);
  const where = `${table.name}.${name}`;
  if (column === uuidColumn || !column.isMutable)
    throw new OvsdbError('bad-value', `${where} cannot change once inserted`);
  assertRefsKnown(names, column, value, where);
  switch (mutator) {
    case '+=':
    case '-=':
    case '*=':
    case '/=':
    case '%=':
      if (!isNumeric(column) || column.kind === 'map') {
        throw new OvsdbError('bad-value', `${where} has no "${mutator}": it does not hold numbers`);
      }
      if (mutator === '%=' && column.key.type === 'real') {
        throw new OvsdbError('bad-value', `${where} has no "%=": it does not hold integers`);
      }
      // The operand need not obey the column's own limits.
      return [name, mutator, encodeAtom({ type: column.key.type }, value as number, where)];
    case 'insert':
      assertHoldsSeveral(column, mutator, where);
      assertShape(column, value, where);
      return [name, mutator, encodeElements(column, value, where)];
    case 'delete':
      assertHoldsSeveral(column, mutator, where);
      if (column.kind === 'map' && !(value instanceof Map)) {
        return [name, mutator, encodeAtoms(withoutEnum(column.key), value as readonly string[], where)];
      }
      return [name, mutator, encodeElements(column, value, where)];
    default:
      mutator satisfies never;
      throw new OvsdbError('bad-value', `${where}: "${String(mutator)}" is not a mutator`);
  }
}

function isNumeric({ key, kind }: Column): boolean {
  return kind !== 'map' && (key.type === 'integer' || key.type === 'real');
}

function assertHoldsSeveral({ kind }: Column, mutator: string, where: string): void {
  if (kind === 'scalar') throw new OvsdbError('bad-value', `${where} has no "${mutator}": it is neither set nor map`);
}

function assertShape({ kind }: Column, value: unknown, where: string): void {
  if (kind === 'map' && !(value instanceof Map)) throw new OvsdbError('bad-value', `${where} takes a Map`);
}

function withoutEnum(base: BaseType): BaseType {
  return { type: base.type };
}

/** Each name must be a row's, and of the table that the column refers to. */
function assertRefsKnown(names: NamedRows, { key, value: base }: Column, value: unknown, where: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Map) {
    for (const member of value.values()) assertRefKnown(names, base?.refTable, member, where);
  } else if (value instanceof Set || Array.isArray(value)) {
    for (const member of value.values()) assertRefKnown(names, key.refTable, member, where);
  } else {
    assertRefKnown(names, key.refTable, value, where);
  }
}

function assertRefKnown(names: NamedRows, refTable: string | undefined, atom: unknown, where: string): void {
  if (typeof atom !== 'object' || atom === null || !('ref' in atom)) return;
  const table = names.get(String(atom.ref));
  if (table === undefined) {
    throw new OvsdbError('bad-value', `${where} refers to "${atom.ref}", which no insert of this transaction is named`);
  }
  if (refTable !== undefined && table !== refTable) {
    throw new OvsdbError('bad-value', `${where} refers to rows of ${refTable}, but "${atom.ref}" is one of ${table}`);
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
