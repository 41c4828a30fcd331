import { OvsdbError } from '../errors.ts';
import type { RowUpdate } from '../replica/replica.ts';
import type { ReplicaRow, RowShape } from '../replica/row.ts';
import type { Column, OvsdbValue } from '../schema/database.ts';
import { readColumn } from '../schema/decode.ts';
import { Byte, type JsonReader } from '../wire/json-reader.ts';
import { applyDifference } from './difference.ts';

/**
 * Decodes `<row-update>` (RFC 7047, section 4.1.6: `old`, `new`) and `<row-update2>` (ovsdb-server(7): `initial`,
 * `insert`, `modify`, `delete`), straight from bytes to the replica's rows.
 *
 * Throws OvsdbError `malformed-message` for a key that is no uuid, and for a kind or column that comes twice [R6].
 */
export function rowDecoder(shape: RowShape): (reader: JsonReader, uuid: string) => RowUpdate {
  const cells = new CellReader(shape);
  return (reader, uuid) => {
    if (uuid.length !== uuidLength) throw reader.fail(`a row's key must be a uuid, not ${JSON.stringify(uuid)}`);
    let update: RowUpdate | undefined;
    let hasOld = false;
    reader.expect(Byte.openBrace);
    do {
      const kind = reader.readString();
      reader.expect(Byte.colon);
      if (kind === 'old' ? hasOld : update !== undefined) throw reader.fail(`a row update has "${kind}" too much`);
      if (kind === 'initial' || kind === 'insert' || kind === 'new') {
        update = { kind: 'insert', uuid, row: readRow(reader, shape, cells, uuid) };
      } else if (kind === 'modify') {
        update = { kind: 'modify', uuid, merge: readDifference(reader, shape, cells) };
      } else if (kind === 'delete') {
        reader.readValue();
        update = { kind: 'delete', uuid };
      } else if (kind === 'old') {
        reader.readValue();
        hasOld = true;
      } else {
        throw reader.fail(`unknown kind of row update "${kind}"`);
      }
    } while (reader.take(Byte.comma));
    reader.expect(Byte.closeBrace);
    if (!hasOld) {
      if (update === undefined) throw reader.fail('empty row update');
      return update;
    }
    if (update === undefined) return { kind: 'delete', uuid };
    if (update.kind !== 'insert') throw reader.fail('"old" beside something other than "new"');
    // `new` holds every monitored column, not only the changed ones.
    const { row } = update;
    return { kind: 'modify', uuid, merge: () => row };
  };
}

const uuidLength = 36;

function readRow(reader: JsonReader, shape: RowShape, cells: CellReader, uuid: string): ReplicaRow {
  const row = shape.newRow(uuid);
  cells.read(reader, (column, value) => {
    row[column.name] = value;
  });
  return row;
}

function readDifference(reader: JsonReader, shape: RowShape, cells: CellReader): (row: ReplicaRow) => ReplicaRow {
  const differences: { readonly column: Column; readonly value: OvsdbValue }[] = [];
  cells.read(reader, (column, value) => differences.push({ column, value }));
  return (before) => {
    const after = shape.copyRow(before);
    for (const { column, value } of differences)
      after[column.name] = applyDifference(column, before[column.name], value);
    return after;
  };
}

/** Reads the cells of one row after another. A column remembers in which row it was last seen: twice is once too much. */
class CellReader {
  readonly #table: string;
  readonly #columns: ReadonlyMap<string, { readonly column: Column; seenIn: number }>;
  #row = 0;

  constructor(shape: RowShape) {
    this.#table = shape.table;
    this.#columns = new Map([...shape.columns].map(([name, column]) => [name, { column, seenIn: 0 }]));
  }

  read(reader: JsonReader, take: (column: Column, value: OvsdbValue) => void): void {
    const row = ++this.#row;
    reader.expect(Byte.openBrace);
    if (reader.take(Byte.closeBrace)) return;
    do {
      const name = reader.readString();
      reader.expect(Byte.colon);
      const known = this.#columns.get(name);
      if (known === undefined) {
        // A column nobody asked for; `_version` comes so from some servers.
        reader.readValue();
        continue;
      }
      if (known.seenIn === row) throw reader.fail(`duplicate key ${JSON.stringify(name)}`);
      known.seenIn = row;
      take(known.column, this.#readCell(reader, known.column));
    } while (reader.take(Byte.comma));
    reader.expect(Byte.closeBrace);
  }

  #readCell(reader: JsonReader, column: Column): OvsdbValue {
    try {
      return readColumn(reader, column);
    } catch (cause) {
      if (!(cause instanceof OvsdbError)) throw cause;
      throw new OvsdbError(cause.code, `column ${this.#table}.${column.name}: ${cause.message}`, { cause });
    }
  }
}
