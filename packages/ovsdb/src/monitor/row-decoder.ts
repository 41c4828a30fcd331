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
 */
export function rowDecoder(shape: RowShape): (reader: JsonReader, uuid: string) => RowUpdate {
  return (reader, uuid) => {
    let update: RowUpdate | undefined;
    let hasOld = false;
    reader.expect(Byte.openBrace);
    do {
      const kind = reader.readString();
      reader.expect(Byte.colon);
      if (kind === 'initial' || kind === 'insert' || kind === 'new') {
        update = { kind: 'insert', uuid, row: readRow(reader, shape, uuid) };
      } else if (kind === 'modify') {
        update = { kind: 'modify', uuid, merge: readDifference(reader, shape) };
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

function readRow(reader: JsonReader, shape: RowShape, uuid: string): ReplicaRow {
  const row = shape.newRow(uuid);
  readCells(reader, shape, (column, value) => {
    row[column.name] = value;
  });
  return row;
}

function readDifference(reader: JsonReader, shape: RowShape): (row: ReplicaRow) => ReplicaRow {
  const differences: { readonly column: Column; readonly value: OvsdbValue }[] = [];
  readCells(reader, shape, (column, value) => differences.push({ column, value }));
  return (before) => {
    const after = shape.copyRow(before);
    for (const { column, value } of differences)
      after[column.name] = applyDifference(column, before[column.name], value);
    return after;
  };
}

function readCells(reader: JsonReader, shape: RowShape, take: (column: Column, value: OvsdbValue) => void): void {
  reader.expect(Byte.openBrace);
  if (reader.take(Byte.closeBrace)) return;
  do {
    const name = reader.readString();
    reader.expect(Byte.colon);
    const column = shape.columns.get(name);
    // A column nobody asked for; `_version` comes so from some servers.
    if (column === undefined) reader.readValue();
    else take(column, readCell(reader, shape, column));
  } while (reader.take(Byte.comma));
  reader.expect(Byte.closeBrace);
}

function readCell(reader: JsonReader, shape: RowShape, column: Column): OvsdbValue {
  try {
    return readColumn(reader, column);
  } catch (cause) {
    if (!(cause instanceof OvsdbError)) throw cause;
    throw new OvsdbError(cause.code, `column ${shape.table}.${column.name}: ${cause.message}`, { cause });
  }
}
