import { type RawBuilder, sql } from 'kysely';
import type { ReadTransaction } from './connect.ts';
import { NeutronReadError } from './read-error.ts';
import type { ColumnName, NeutronTables, SqlTime, TableName } from './tables.ts';

/** Rows of one statement. The driver holds that many at once, however large the table. */
export const pageSize = 5000;

/** Values of one IN list. */
export const idsPerStatement = 1000;

export interface TableRead<T extends TableName, C extends ColumnName<T>> {
  readonly table: T;
  /** Those that this database lacks are absent from the rows. */
  readonly columns: readonly C[];
  /**
   * A key of the table: no two rows share it, none of it is NULL, and an index has it in this order. Rows come ordered
   * by it, as the server compares; large tables are read in pages along it.
   */
  readonly key: readonly (C & string)[];
  /** Only rows whose column holds one of these. undefined: all. Order is by key within a thousand ids. */
  readonly only?: Only<ColumnName<T>> | undefined;
}

export interface Only<C extends string> {
  readonly column: C;
  readonly ids: readonly (string | number)[];
}

export type Row<T extends TableName, C extends ColumnName<T>> = Pick<NeutronTables[T], C>;

/** What the join with `standardattributes` adds. */
export interface AttributeColumns {
  readonly attribute_id: number;
  /** NULL where there is no such row; its foreign key forbids that. */
  readonly revision_number: number | null;
  readonly created_at: SqlTime | null;
  readonly updated_at: SqlTime | null;
}

/** Pages of a table. A table that does not exist has none. */
export async function* readPages<T extends TableName, C extends ColumnName<T>>(
  transaction: ReadTransaction,
  read: TableRead<T, C>,
): AsyncGenerator<readonly Row<T, C>[]> {
  yield* pages<Row<T, C>>(transaction, read, false);
}

/** The same, of a table of resources, joined with their standard attributes. */
export async function* readResourcePages<T extends TableName, C extends ColumnName<T>>(
  transaction: ReadTransaction,
  read: TableRead<T, C>,
): AsyncGenerator<readonly (Row<T, C> & AttributeColumns)[]> {
  for await (const page of pages<Row<T, C> & AttributeColumns>(transaction, read, true)) {
    for (const row of page) {
      if (row.revision_number !== null) continue;
      throw new NeutronReadError(
        'inconsistent-snapshot',
        `${transaction.description}: a row of ${read.table} refers to standard attribute ${row.attribute_id}, which does not exist; restore the row, or delete what refers to it`,
      );
    }
    yield page;
  }
}

interface AnyRead {
  readonly table: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly only?: Only<string> | undefined;
}

async function* pages<R extends object>(
  transaction: ReadTransaction,
  { table, columns, key, only }: AnyRead,
  withAttributes: boolean,
): AsyncGenerator<readonly R[]> {
  const existing = transaction.shape.get(table);
  if (existing === undefined) return;
  const present = columns.filter((column) => existing.has(column));
  const selected = sql.join(present.map((column) => sql.ref(`t.${column}`)));
  const joined = withAttributes
    ? sql`, t.standard_attr_id as attribute_id, s.revision_number, s.created_at, s.updated_at`
    : sql``;
  const join = withAttributes ? sql`left join standardattributes s on s.id = t.standard_attr_id` : sql``;
  const order = sql.join(key.map((column) => sql.ref(`t.${column}`)));
  const readPage = (condition: RawBuilder<unknown> | undefined, after: R | undefined) => {
    const conditions = [condition, after === undefined ? undefined : follows(key, after)].filter(
      (one) => one !== undefined,
    );
    const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
    return transaction.query(
      sql<R>`select ${selected}${joined} from ${sql.table(table)} t ${join} ${where} order by ${order} limit ${sql.lit(pageSize)}`,
    );
  };
  const share = shareTexts(present.filter((column) => repeatingColumns.has(column)));
  for (const condition of chunks(only)) {
    let next: Promise<readonly R[]> | undefined = readPage(condition, undefined);
    while (next !== undefined) {
      const rows: readonly R[] = await next;
      // The server reads the next page while we make values of this one.
      next = rows.length < pageSize ? undefined : readPage(condition, rows.at(-1));
      // Its failure is found when it is awaited; a consumer that stops before never does.
      next?.catch(() => {});
      share(rows);
      if (rows.length > 0) yield rows;
    }
  }
}

/** Texts that many rows have in common. The driver makes a new string of each cell; these are kept once. */
const repeatingColumns: ReadonlySet<string> = new Set([
  'project_id',
  'network_id',
  'subnet_id',
  'segment_id',
  'security_group_id',
  'qos_policy_id',
  'policy_id',
  'router_id',
  'floating_network_id',
  'status',
  'device_owner',
  'host',
  'vif_type',
  'vnic_type',
  'driver',
  'network_type',
  'resource_type',
  'direction',
  'ethertype',
  'protocol',
]);

function shareTexts(columns: readonly string[]): (rows: readonly object[]) => void {
  const texts = new Map<string, string>();
  return (rows) => {
    for (const row of rows as readonly Record<string, unknown>[]) {
      for (const column of columns) {
        const text = row[column];
        if (typeof text !== 'string') continue;
        const known = texts.get(text);
        if (known === undefined) texts.set(text, text);
        else row[column] = known;
      }
    }
  };
}

function* chunks(only: Only<string> | undefined): Generator<RawBuilder<unknown> | undefined> {
  if (only === undefined) {
    yield undefined;
    return;
  }
  const column = sql.ref(`t.${only.column}`);
  for (let start = 0; start < only.ids.length; start += idsPerStatement) {
    yield sql`${column} in (${sql.join(only.ids.slice(start, start + idsPerStatement))})`;
  }
}

/**
 * The rows after `row` in the order of `key`: for (a, b), a >= x and (a > x or (a = x and b > y)). MySQL does not use an
 * index for the shorter (a, b) > (x, y); the first term is there for PostgreSQL.
 */
function follows(key: readonly string[], row: object): RawBuilder<unknown> {
  const values = row as Record<string, string | number>;
  const column = (name: string) => sql.ref(`t.${name}`);
  const alternatives = key.map((name, index) =>
    sql.join(
      [
        ...key.slice(0, index).map((earlier) => sql`${column(earlier)} = ${values[earlier]}`),
        sql`${column(name)} > ${values[name]}`,
      ],
      sql` and `,
    ),
  );
  const [first] = key;
  if (first === undefined) throw new Error('a table is read along a key');
  if (alternatives.length === 1) return sql`${column(first)} > ${values[first]}`;
  return sql`${column(first)} >= ${values[first]} and (${sql.join(
    alternatives.map((one) => sql`(${one})`),
    sql` or `,
  )})`;
}
