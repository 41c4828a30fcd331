/**
 * transaction/: the operations of a transaction (RFC 7047, section 5.2) as plain frozen data, checked against the
 * schema and put into wire form when they are sent (`encode-operations.ts`), and their results (`results.ts`).
 */
import { OvsdbError } from '../errors.ts';
import type { ReplicaRow } from '../replica/row.ts';
import type { NamedRef, ValueInput } from '../schema/value-input.ts';
import { deepFreeze } from './freeze.ts';

/** Cells to write, by column. Columns not named keep their value, or their default on insert. */
export interface RowInput {
  readonly [column: string]: ValueInput;
}

export type ConditionFunction = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'includes' | 'excludes';
export type Condition = readonly [column: string, test: ConditionFunction, value: ValueInput];

/** All rows of the table. Has to be said, so that a list of conditions that came out empty touches nothing. */
export const allRows = 'all-rows';

/** Which rows: the one with this uuid, the one inserted under this name, those that meet all conditions, or all. */
export type Where = { readonly uuid: string } | NamedRef | readonly Condition[] | typeof allRows;

export type Mutator = '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete';
/** For `delete` from a map, the value is a map of pairs or a list of keys. */
export type Mutation = readonly [column: string, mutator: Mutator, value: ValueInput];

export type Operation =
  | {
      readonly op: 'insert';
      readonly table: string;
      readonly row: RowInput;
      readonly uuid?: string;
      readonly namedUuid?: string;
    }
  | { readonly op: 'update'; readonly table: string; readonly where: Where; readonly row: RowInput }
  | { readonly op: 'mutate'; readonly table: string; readonly where: Where; readonly mutations: readonly Mutation[] }
  | { readonly op: 'delete'; readonly table: string; readonly where: Where }
  | { readonly op: 'select'; readonly table: string; readonly where: Where; readonly columns?: readonly string[] }
  | {
      readonly op: 'wait';
      readonly table: string;
      readonly where: Where;
      readonly columns: readonly string[];
      readonly until: '==' | '!=';
      readonly rows: readonly RowInput[];
      readonly timeoutMs: number;
    }
  | { readonly op: 'assert'; readonly lock: string }
  | { readonly op: 'comment'; readonly comment: string }
  | { readonly op: 'commit'; readonly durable: boolean }
  | { readonly op: 'abort' };

type OperationOf<Name extends Operation['op']> = Extract<Operation, { readonly op: Name }>;

/** Short for `{ uuid }`. */
export type WhereInput = string | Where;

function toWhere(where: WhereInput): Where {
  return typeof where === 'string' && where !== allRows ? { uuid: where } : (where as Where);
}

export interface WaitOptions {
  /** `==` (the default): the rows selected must be exactly `rows`. */
  readonly until?: '==' | '!=';
  /** How long the server may wait for it to come true. Zero, the default, makes it a guard that fails at once. */
  readonly timeoutMs?: number;
}

/** Makes operations. Nothing is checked here; `transact` checks all before it sends any. */
export const op = {
  /**
   * `uuid` chooses the new row's uuid (ovsdb-server 2.17 and later). `namedUuid` lets other operations of the
   * transaction refer to the row by `{ ref: namedUuid }`.
   */
  insert(table: string, row: RowInput, id: { readonly uuid?: string; readonly namedUuid?: string } = {}) {
    return deepFreeze<OperationOf<'insert'>>({ op: 'insert', table, row: { ...row }, ...id });
  },
  update(table: string, where: WhereInput, row: RowInput) {
    return deepFreeze<OperationOf<'update'>>({ op: 'update', table, where: toWhere(where), row: { ...row } });
  },
  mutate(table: string, where: WhereInput, mutations: readonly Mutation[]) {
    return deepFreeze<OperationOf<'mutate'>>({ op: 'mutate', table, where: toWhere(where), mutations: [...mutations] });
  },
  delete(table: string, where: WhereInput) {
    return deepFreeze<OperationOf<'delete'>>({ op: 'delete', table, where: toWhere(where) });
  },
  select(table: string, where: WhereInput, columns?: readonly string[]) {
    const some = columns && { columns: [...columns] };
    return deepFreeze<OperationOf<'select'>>({ op: 'select', table, where: toWhere(where), ...some });
  },
  /** `rows` hold the values expected of `columns`, one row for each selected row; none says that no row matches. */
  wait(
    table: string,
    where: WhereInput,
    columns: readonly string[],
    rows: readonly RowInput[],
    options: WaitOptions = {},
  ) {
    return deepFreeze<OperationOf<'wait'>>({
      op: 'wait',
      table,
      where: toWhere(where),
      columns: [...columns],
      rows: rows.map((row) => ({ ...row })),
      until: options.until ?? '==',
      timeoutMs: options.timeoutMs ?? 0,
    });
  },
  /**
   * A guard: in the database the row still is what `row` shows, in these columns; in all that `row` has, when they are
   * left out. Throws OvsdbError `bad-value` for a column that `row` lacks, for it was not read.
   */
  unchanged(table: string, row: ReplicaRow, columns?: readonly string[], options: Pick<WaitOptions, 'timeoutMs'> = {}) {
    const names = columns ?? Object.keys(row).filter((name) => name !== '_uuid');
    const unread = names.find((name) => !Object.hasOwn(row, name));
    if (unread !== undefined) {
      throw new OvsdbError('bad-value', `${table} ${row._uuid} was read without its column ${unread}; monitor it too`);
    }
    const expected = Object.fromEntries(names.map((name) => [name, row[name]]));
    return op.wait(table, row._uuid, names, [expected], options);
  },
  /** A guard: no row is selected. */
  absent(table: string, where: WhereInput, options: Pick<WaitOptions, 'timeoutMs'> = {}) {
    return op.wait(table, where, ['_uuid'], [], options);
  },
  /** Fails with `not-owner` unless this session holds the lock. */
  assert(lock: string) {
    return deepFreeze<OperationOf<'assert'>>({ op: 'assert', lock });
  },
  comment(comment: string) {
    return deepFreeze<OperationOf<'comment'>>({ op: 'comment', comment });
  },
  /** `durable`: the reply waits until the commit is on disk. */
  commit(durable: boolean) {
    return deepFreeze<OperationOf<'commit'>>({ op: 'commit', durable });
  },
  /** Makes the transaction fail. */
  abort() {
    return deepFreeze<OperationOf<'abort'>>({ op: 'abort' });
  },
} as const;
