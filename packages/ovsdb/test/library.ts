import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type ConnectOptions, OvsdbClient, type OvsdbError, type UpdateBatch } from '../src/index.ts';
import { type OvsdbServer, type OvsdbServerOptions, startOvsdbServer } from '../src/testing/index.ts';

export const librarySchema = new URL('fixtures/library.ovsschema', import.meta.url).pathname;

export async function librarySchemaOf(): Promise<{ version: string; tables: Record<string, unknown> }> {
  return JSON.parse(await readFile(librarySchema, 'utf8'));
}

export function startLibrary(options: OvsdbServerOptions = {}): Promise<OvsdbServer> {
  return startOvsdbServer({ schema: librarySchema, ...options });
}

export function connectTo(endpoints: string, options: Partial<ConnectOptions> = {}): Promise<OvsdbClient> {
  return OvsdbClient.connect({ endpoints, database: 'Library', maxBackoffMs: 100, ...options });
}

/** Resolves with the reason for which the first server to be tried was refused, whenever that is; nothing is tried after it. */
export async function refusalBy(endpoints: string, options: Partial<ConnectOptions> = {}): Promise<OvsdbError> {
  const { promise, resolve } = Promise.withResolvers<OvsdbError>();
  const control = new AbortController();
  const attempt = connectTo(endpoints, {
    ...options,
    signal: control.signal,
    on: {
      refused: ({ reason }) => {
        resolve(reason);
        control.abort();
      },
    },
  });
  const client = await attempt.catch(() => undefined);
  await client?.close();
  assert.equal(client, undefined, 'the server was to be refused');
  return await promise;
}

/** The rows of a table as values, ordered by name; uuids left out. */
export function contentOf(client: OvsdbClient, table = 'Shelf'): unknown[] {
  return [...client.replica.table(table).rows.values()]
    .map(({ _uuid, ...cells }) => cells)
    .sort((left, right) => (String(left.name) < String(right.name) ? -1 : 1));
}

export function namesOf(client: OvsdbClient): string[] {
  return [...client.replica.table('Shelf').rows.values()].map((row) => String(row.name)).sort();
}

/** Resolves with the next event of the name for which `accepts` is true. */
export function next<Name extends Parameters<OvsdbClient['on']>[0]>(
  client: OvsdbClient,
  name: Name,
  accepts: (payload: unknown) => boolean = () => true,
): Promise<unknown> {
  return new Promise((resolve) => {
    const off = client.on(name, (payload) => {
      if (!accepts(payload)) return;
      off();
      resolve(payload);
    });
  });
}

/** Resolves when the claim has become true after an update. */
export async function until(client: OvsdbClient, isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await next(client, 'update');
}

export function changesOf(batch: UpdateBatch): unknown[] {
  return batch.changes.map(({ table, before, after }) => [table, before?.name, after?.name]);
}
