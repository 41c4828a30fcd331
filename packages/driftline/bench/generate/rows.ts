/** Rows on their way into SQL: collected by table, let out as INSERT statements that a server takes in one packet. */
export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

const ROWS_PER_STATEMENT = 5000;

/** All rows of a table have the same columns, in the same order. */
export class RowWriter {
  readonly #tables = new Map<string, { columns: readonly string[]; tuples: string[] }>();
  readonly #write: (statement: string) => void;
  #written = 0;

  constructor(write: (statement: string) => void) {
    this.#write = write;
  }

  get written(): number {
    return this.#written;
  }

  add(table: string, row: SqlRow): void {
    let open = this.#tables.get(table);
    if (open === undefined) {
      open = { columns: Object.keys(row), tuples: [] };
      this.#tables.set(table, open);
    }
    open.tuples.push(`(${Object.values(row).map(literal).join(',')})`);
    this.#written++;
    if (open.tuples.length >= ROWS_PER_STATEMENT) this.#flush(table);
  }

  end(): void {
    for (const table of this.#tables.keys()) this.#flush(table);
  }

  #flush(table: string): void {
    const open = this.#tables.get(table);
    if (open === undefined || open.tuples.length === 0) return;
    const columns = open.columns.map((column) => `\`${column}\``).join(',');
    this.#write(`INSERT INTO \`${table}\` (${columns}) VALUES\n${open.tuples.join(',\n')};\n`);
    open.tuples.length = 0;
  }
}

function literal(value: SqlValue): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
