import type { TableSelection } from '../session/table-selection.ts';
import { UsageError } from './terminal.ts';

/** `TABLE` or `TABLE:COLUMN,COLUMN`; undefined when none is named, which means all. */
export function readTables(operands: readonly string[]): TableSelection | undefined {
  if (operands.length === 0) return undefined;
  return Object.fromEntries(
    operands.map((operand) => {
      const [, table = '', columns] = /^([A-Za-z_]\w*)(?::([\w,]+))?$/.exec(operand) ?? [];
      if (table === '') throw new UsageError(`"${operand}" is no table: write TABLE or TABLE:COLUMN,COLUMN`);
      return [table, columns === undefined ? ('all' as const) : columns.split(',')];
    }),
  );
}
