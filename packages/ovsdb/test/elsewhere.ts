import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { OvsdbClient, ReplicaRow } from '../src/index.ts';
import { readColumn } from '../src/schema/decode.ts';
import type { OvsdbServer } from '../src/testing/index.ts';
import { JsonReader } from '../src/wire/json-reader.ts';

/** The shelves as another implementation reads them: `ovsdb-client`, which is written in C. */
export async function readElsewhere(client: OvsdbClient, server: OvsdbServer): Promise<Map<string, ReplicaRow>> {
  const args = ['dump', '--format=json', server.endpoint, 'Library', 'Shelf'];
  const { stdout } = await promisify(execFile)('ovsdb-client', args, { timeout: 30_000, maxBuffer: 2 ** 28 });
  const { headings, data } = JSON.parse(stdout) as { headings: string[]; data: unknown[][] };
  const columns = client.schema.tables.get('Shelf')?.columns;
  return new Map(
    data.map((cells) => {
      const row: Record<string, unknown> = {};
      for (const [index, heading] of headings.entries()) {
        const column = columns?.get(heading);
        const cell = cells[index];
        row[heading] = column
          ? readColumn(new JsonReader().reset(Buffer.from(JSON.stringify(cell))), column)
          : (cell as string[])[1];
      }
      return [String(row._uuid), row as ReplicaRow];
    }),
  );
}
