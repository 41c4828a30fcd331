import type { Column, OvsdbAtom, OvsdbValue } from '../schema/database.ts';
import type { TableTypes } from './replica.ts';
import type { ReplicaRow } from './row.ts';

/** A row that refers to another, and where. */
export type Referrer<
  Tables extends TableTypes = TableTypes,
  Name extends keyof Tables & string = keyof Tables & string,
> = {
  [Table in Name]: {
    readonly table: Table;
    readonly column: string;
    readonly strength: 'strong' | 'weak';
    readonly row: Tables[Table];
  };
}[Name];

/** The uuids in a cell that refer to rows of `target`; of a map its keys, its values or both. */
export function uuidsIn(column: Column | undefined, cell: OvsdbValue, target: string): readonly string[] {
  if (column === undefined || cell === undefined) return [];
  const isKey = column.key.refTable === target;
  const isValue = column.value?.refTable === target;
  if (cell instanceof Map) {
    const keys = isKey ? [...cell.keys()] : [];
    const values = isValue ? [...cell.values()] : [];
    return [...new Set([...keys, ...values])] as string[];
  }
  if (!isKey) return [];
  return (typeof cell === 'object' ? (cell as readonly OvsdbAtom[]) : [cell]) as readonly string[];
}

/** How a column refers to rows of `target`; undefined when it does not. */
export function strengthOf({ key, value }: Column, target: string): 'strong' | 'weak' | undefined {
  const bases = [key, value].filter((base) => base?.refTable === target);
  if (bases.length === 0) return undefined;
  return bases.some((base) => base?.refType === 'strong') ? 'strong' : 'weak';
}

/** The rows with these uuids that are there. */
export function rowsOf(rows: ReadonlyMap<string, ReplicaRow>, uuids: readonly string[]): ReplicaRow[] {
  return uuids.flatMap((uuid) => rows.get(uuid) ?? []);
}
