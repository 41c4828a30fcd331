import type { MariadbServer } from '../../lab/mariadb.ts';

/** Neutron's database of a copy, beside one on the same server that nobody writes to, the pristine one. */
export class SqlCopy {
  readonly #mariadb: MariadbServer;
  readonly #database: string;
  #tables: readonly string[] | undefined;
  #pristineSums: readonly string[] | undefined;

  constructor(mariadb: MariadbServer, database: string) {
    this.#mariadb = mariadb;
    this.#database = database;
  }

  query(sql: string): Promise<string> {
    return this.#mariadb.query(this.#database, sql);
  }

  /** In this order, whatever refers to what. */
  async change(statements: readonly string[]): Promise<void> {
    if (statements.length > 0) await this.query(['SET FOREIGN_KEY_CHECKS = 0', ...statements].join(';'));
  }

  async restore(pristine: string): Promise<void> {
    const tables = await this.changedTables(pristine);
    await this.change(
      tables.flatMap((table) => [
        `DELETE FROM \`${table}\``,
        `INSERT INTO \`${table}\` SELECT * FROM \`${pristine}\`.\`${table}\``,
      ]),
    );
  }

  /** Tables whose content is another than in the pristine database. */
  async changedTables(pristine: string): Promise<readonly string[]> {
    this.#tables ??= linesOf(await this.query('SHOW TABLES'));
    this.#pristineSums ??= await this.#checksums(pristine, this.#tables);
    const sums = await this.#checksums(this.#database, this.#tables);
    return this.#tables.filter((_, at) => sums[at] !== this.#pristineSums?.[at]);
  }

  async #checksums(database: string, tables: readonly string[]): Promise<readonly string[]> {
    const names = tables.map((table) => `\`${database}\`.\`${table}\``).join(', ');
    return linesOf(await this.query(`CHECKSUM TABLE ${names}`)).map((line) => line.split('\t')[1] ?? '');
  }

  /** The rows of tables, but for when they were written: `TABLE: CELL CELL`. */
  async rows(tables: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = new Set<string>();
    for (const table of tables) {
      const columns = linesOf(await this.query(`SHOW COLUMNS FROM \`${table}\``))
        .map((line) => line.split('\t')[0] ?? '')
        .filter((name) => !/^(created|updated)_at$/.test(name))
        .map((name) => `\`${name}\``);
      const lines = linesOf(await this.query(`SELECT ${columns.join(', ')} FROM \`${table}\``));
      for (const line of lines) rows.add(`${table}: ${line.replaceAll('\t', ' ')}`);
    }
    return rows;
  }
}

const linesOf = (printed: string): readonly string[] => printed.split('\n').filter((line) => line !== '');
