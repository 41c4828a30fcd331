/**
 * One file a family of resources: each reads its tables whole (or the rows of given ids) and puts them together into the
 * model's values. No statement is run per resource.
 */

import { compareText, toOptionalTimeMs } from '../decode.ts';
import type { StandardAttributes } from '../model/standard-attributes.ts';
import type { AttributeColumns } from '../read-table.ts';

type Pages<R> = AsyncIterable<readonly R[]>;

/** In the order of the rows. `toEntry` may leave a row out. */
export async function collectGroups<R, V>(
  pages: Pages<R>,
  toEntry: (row: R) => readonly [key: string, value: V] | undefined,
): Promise<Map<string, V[]>> {
  const groups = new Map<string, V[]>();
  for await (const page of pages) {
    for (const row of page) {
      const entry = toEntry(row);
      if (entry === undefined) continue;
      const [key, value] = entry;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [value]);
      else group.push(value);
    }
  }
  return groups;
}

export async function collectMap<R, V>(
  pages: Pages<R>,
  toEntry: (row: R) => readonly [key: string, value: V],
): Promise<Map<string, V>> {
  const map = new Map<string, V>();
  for await (const page of pages) {
    for (const row of page) map.set(...toEntry(row));
  }
  return map;
}

/** Keyed by id, in the order of ids by code units, whatever order the server has. */
export async function collectById<R, V extends { readonly id: string }>(
  pages: Pages<R>,
  toValue: (row: R) => V,
): Promise<Map<string, V>> {
  const values: V[] = [];
  for await (const page of pages) {
    for (const row of page) values.push(toValue(row));
  }
  return mapById(values);
}

export function mapById<V extends { readonly id: string }>(values: V[]): Map<string, V> {
  values.sort((a, b) => compareText(a.id, b.id));
  return new Map(values.map((value) => [value.id, value]));
}

export function toAttributes(row: AttributeColumns): StandardAttributes {
  return {
    id: row.attribute_id,
    revision: row.revision_number ?? 0,
    createdAtMs: toOptionalTimeMs(row.created_at),
    updatedAtMs: toOptionalTimeMs(row.updated_at),
  };
}
