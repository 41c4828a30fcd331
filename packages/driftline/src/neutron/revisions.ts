import { type RawBuilder, sql } from 'kysely';
import type { WritableNeutronConnection, WriteTransaction } from './connect.ts';
import { compareText } from './decode.ts';
import type { RevisedType } from './model/revision.ts';

export interface RevisionEntry {
  readonly resourceType: RevisedType;
  readonly resourceUuid: string;
  readonly standardAttrId: number;
  /** What OVN now holds of the resource. */
  readonly revision: number;
}

export interface RevisionKey {
  readonly resourceType: RevisedType;
  readonly resourceUuid: string;
}

export interface BumpOutcome {
  /** Rows whose number rose. */
  readonly raised: number;
  /** Rows that were missing, as of resources older than OVN here, or that somebody deleted. */
  readonly inserted: number;
}

const entriesPerTransaction = 500;

/**
 * Writes down in `ovn_revision_numbers` what has been written to OVN. A number is only ever raised, so it does no harm
 * when Neutron bumps the same row before, after or meanwhile. A resource that Neutron has deleted (`standard_attr_id` is
 * NULL, or the standard attribute is gone) gets nothing: its row now tells what is left to delete in OVN.
 */
export async function bumpRevisions(
  connection: WritableNeutronConnection,
  entries: readonly RevisionEntry[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<BumpOutcome> {
  const outcome = { raised: 0, inserted: 0 };
  for (const chunk of chunksInLockOrder(entries)) {
    const { raised, inserted } = await connection.write(async (transaction) => {
      const inserted = await insertMissing(transaction, chunk);
      let raised = 0;
      for (const group of groupBy(chunk, ({ resourceType, revision }) => `${resourceType} ${revision}`)) {
        const [{ resourceType, revision }] = group;
        raised += await transaction.change(sql`
          update ovn_revision_numbers set revision_number = ${revision}, updated_at = current_timestamp
          where resource_type = ${resourceType} and resource_uuid in (${uuidsOf(group)})
            and revision_number < ${revision} and standard_attr_id is not null`);
      }
      return { raised, inserted };
    }, options);
    outcome.raised += raised;
    outcome.inserted += inserted;
  }
  return outcome;
}

/** Only of resources that Neutron has deleted; the rows of living ones stay. Returns how many went. */
export async function deleteRevisions(
  connection: WritableNeutronConnection,
  keys: readonly RevisionKey[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  let deleted = 0;
  for (const chunk of chunksInLockOrder(keys)) {
    deleted += await connection.write(async (transaction) => {
      let count = 0;
      for (const group of groupBy(chunk, ({ resourceType }) => resourceType)) {
        count += await transaction.change(sql`
          delete from ovn_revision_numbers
          where resource_type = ${group[0].resourceType} and resource_uuid in (${uuidsOf(group)})
            and standard_attr_id is null`);
      }
      return count;
    }, options);
  }
  return deleted;
}

async function insertMissing(transaction: WriteTransaction, entries: readonly RevisionEntry[]): Promise<number> {
  const existing = new Set<string>();
  const rows = await transaction.query(sql<{ resource_uuid: string; resource_type: string }>`
    select resource_uuid, resource_type from ovn_revision_numbers where resource_uuid in (${uuidsOf(entries)})`);
  for (const row of rows) existing.add(`${row.resource_type} ${row.resource_uuid}`);
  const missing = entries.filter((entry) => !existing.has(`${entry.resourceType} ${entry.resourceUuid}`));
  if (missing.length === 0) return 0;
  // The join leaves out what was deleted meanwhile, the tolerance what Neutron inserted meanwhile: the update that
  // follows raises the latter.
  const values = missing.map(
    ({ standardAttrId, resourceUuid, resourceType, revision }) => sql`
      select ${sql.lit(standardAttrId)} as attribute_id, ${sql.lit(revision)} as revision,
        ${text(transaction, resourceUuid)} as uuid, ${text(transaction, resourceType)} as type`,
  );
  return transaction.change(sql`
    ${insertTolerantly(transaction)} into ovn_revision_numbers
      (standard_attr_id, resource_uuid, resource_type, revision_number, created_at, updated_at)
    select s.id, v.uuid, v.type, v.revision, current_timestamp, current_timestamp
    from (${sql.join(values, sql` union all `)}) v join standardattributes s on s.id = v.attribute_id
    ${transaction.engine === 'postgresql' ? sql`on conflict do nothing` : sql``}`);
}

function insertTolerantly({ engine }: WriteTransaction): RawBuilder<unknown> {
  switch (engine) {
    case 'mysql':
      return sql`insert ignore`;
    case 'sqlite':
      return sql`insert or ignore`;
    case 'postgresql':
      return sql`insert`;
    default:
      throw engine satisfies never;
  }
}

/** PostgreSQL can't infer the type of a parameter that stands in a select list. */
function text({ engine }: WriteTransaction, value: string): RawBuilder<unknown> {
  return engine === 'postgresql' ? sql`cast(${value} as varchar)` : sql`${value}`;
}

function uuidsOf(entries: readonly RevisionKey[]): RawBuilder<unknown> {
  return sql.join(entries.map(({ resourceUuid }) => resourceUuid));
}

/** All who write take the rows in one order: a deadlock needs two. */
function* chunksInLockOrder<E extends RevisionKey>(entries: readonly E[]): Generator<readonly E[]> {
  const ordered = entries.toSorted(
    (a, b) => compareText(a.resourceUuid, b.resourceUuid) || compareText(a.resourceType, b.resourceType),
  );
  for (let start = 0; start < ordered.length; start += entriesPerTransaction) {
    yield ordered.slice(start, start + entriesPerTransaction);
  }
}

function groupBy<E>(entries: readonly E[], keyOf: (entry: E) => string): readonly (readonly [E, ...E[]])[] {
  return Object.values(Object.groupBy(entries, keyOf)) as [E, ...E[]][];
}
