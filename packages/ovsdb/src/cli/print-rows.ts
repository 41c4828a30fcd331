import type { ReplicaRow } from '../replica/row.ts';
import { formatValue, toJson } from './format-value.ts';
import type { OutputFormat } from './settings.ts';
import { printable, type Terminal } from './terminal.ts';

export interface PrintedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly ReplicaRow[];
}

/** Rows come by name where they have one, else by uuid, so that two dumps can be compared. */
export function printTable({ out }: Terminal, format: OutputFormat, { name, columns, rows }: PrintedTable): void {
  const sorted = [...rows].sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
  switch (format) {
    case 'table':
      for (const line of layOut(name, columns, sorted)) out(`${line}\n`);
      return;
    case 'list':
      out(`${name} table\n`);
      for (const row of sorted)
        out(`${columns.map((column) => `${column.padEnd(20)}: ${cell(row, column)}\n`).join('')}\n`);
      return;
    case 'json':
      for (const row of sorted) out(`${JSON.stringify({ table: name, row: rowJson(row, columns) })}\n`);
      return;
    default:
      format satisfies never;
  }
}

export function rowJson(row: ReplicaRow, columns: readonly string[]): object {
  return Object.fromEntries(columns.map((column) => [column, toJson(row[column])]));
}

const sortKey = (row: ReplicaRow): string => `${typeof row.name === 'string' ? row.name : ''}\0${row._uuid}`;

const cell = (row: ReplicaRow, column: string): string => formatValue(row[column]);

function* layOut(name: string, columns: readonly string[], rows: readonly ReplicaRow[]): Iterable<string> {
  const widths = columns.map((column) =>
    rows.reduce((most, row) => Math.max(most, cell(row, column).length), column.length),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd();
  yield printable(`${name} table`);
  yield line(columns);
  yield widths.map((width) => '-'.repeat(width)).join(' ');
  for (const row of rows) yield line(columns.map((column) => cell(row, column)));
  yield '';
}
