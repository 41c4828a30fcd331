import { type RawBuilder, sql } from 'kysely';
import type { WritableNeutronConnection, WriteTransaction } from './connect.ts';
import { compareText } from './decode.ts';
import { ROUTER_PORT_OWNERS } from './model/port.ts';
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

/** A row that has nothing left to note. */
export interface LostRevision extends RevisionKey {
  /** resource: Neutron has deleted it. role: it is there, and no more what the row is about (a port of no router). */
  readonly lost: 'resource' | 'role';
  /** Only if nobody has written the row for so long. */
  readonly untouchedForS?: number;
}

export interface BumpOutcome {
  /** Rows whose number rose, or that named another standard attribute than the resource's. */
  readonly raised: number;
  /** Rows that were missing, as of resources older than OVN here, or that somebody deleted. */
  readonly inserted: number;
}

const entriesPerTransaction = 500;

/**
 * Writes down in `ovn_revision_numbers` what has been written to OVN. A number is only ever raised, so it does no harm
 * when Neutron bumps the same row before, after or meanwhile. A resource that Neutron has deleted gets nothing: its row
 * now tells what is left to delete in OVN. One that lives while its row says that it was deleted (`standard_attr_id` is
 * NULL) gets its row back.
 */
export async function bumpRevisions(
  connection: WritableNeutronConnection,
  entries: readonly RevisionEntry[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<BumpOutcome> {
  const outcome = { raised: 0, inserted: 0 };
  for (const chunk of chunksInLockOrder(entries)) {
    const { raised, inserted } = await connection.write(async (transaction) => {
      const existing = await readLinks(transaction, chunk);
      const inserted = await insertMissing(
        transaction,
        chunk.filter((entry) => !existing.has(nameOf(entry))),
      );
      let raised = 0;
      for (const entry of chunk) {
        const linked = existing.get(nameOf(entry));
        if (linked !== undefined && linked !== entry.standardAttrId) raised += await relink(transaction, entry);
      }
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

/**
 * Takes the rows away, each only if SQL says in the same transaction that there is nothing to note. Returns how many
 * went.
 */
export async function deleteRevisions(
  connection: WritableNeutronConnection,
  rows: readonly LostRevision[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  let deleted = 0;
  for (const chunk of chunksInLockOrder(rows)) {
    deleted += await connection.write(async (transaction) => {
      // Held first: what the next statement reads of the resources is then no older than the rows it deletes.
      if (transaction.engine !== 'sqlite') {
        await transaction.query(sql`
          select resource_uuid from ovn_revision_numbers where resource_uuid in (${uuidsOf(chunk)})
          order by resource_uuid, resource_type for update`);
      }
      let count = 0;
      const kindOf = ({ resourceType, lost, untouchedForS = 0 }: LostRevision) =>
        `${resourceType} ${lost} ${untouchedForS}`;
      for (const group of groupBy(chunk, kindOf)) {
        const [{ resourceType, lost, untouchedForS }] = group;
        const { table, role } = RESOURCES[resourceType];
        const isIt = lost === 'role' && role !== undefined ? sql` and ${sql.raw(role)}` : sql``;
        const isOld = untouchedForS === undefined ? sql`` : sql` and ${isUntouchedFor(transaction, untouchedForS)}`;
        count += await transaction.change(sql`
          delete from ovn_revision_numbers
          where resource_type = ${resourceType} and resource_uuid in (${uuidsOf(group)})
            and not exists (
              select 1 from ${sql.table(table)} r where r.id = ovn_revision_numbers.resource_uuid${isIt})${isOld}`);
      }
      return count;
    }, options);
  }
  return deleted;
}

/** Where Neutron keeps a type's resources, and what one of them must be to be noted under the type. */
const RESOURCES: Readonly<Record<RevisedType, { readonly table: string; readonly role?: string }>> = {
  networks: { table: 'networks' },
  subnets: { table: 'subnets' },
  ports: { table: 'ports', role: "r.device_owner <> 'network:floatingip'" },
  router_ports: { table: 'ports', role: `r.device_owner in (${ROUTER_PORT_OWNERS.map((owner) => `'${owner}'`)})` },
  routers: { table: 'routers' },
  floatingips: { table: 'floatingips', role: 'r.router_id is not null' },
  security_groups: { table: 'securitygroups' },
  security_group_rules: { table: 'securitygrouprules' },
  address_groups: { table: 'address_groups' },
};

/** By the server's clock, which wrote the time. */
function isUntouchedFor({ engine }: WriteTransaction, seconds: number): RawBuilder<unknown> {
  const age = sql.lit(seconds);
  switch (engine) {
    case 'mysql':
      return sql`(updated_at is null or updated_at < current_timestamp - interval ${age} second)`;
    case 'postgresql':
      return sql`(updated_at is null or updated_at < localtimestamp - make_interval(secs => ${age}))`;
    case 'sqlite':
      return sql`(updated_at is null or datetime(updated_at) < datetime('now', ${`-${seconds} seconds`}))`;
    default:
      throw engine satisfies never;
  }
}

/** The standard attribute that each row names; null where Neutron deleted it. Rows that are missing are not among them. */
async function readLinks(
  transaction: WriteTransaction,
  entries: readonly RevisionEntry[],
): Promise<ReadonlyMap<string, number | null>> {
  const rows = await transaction.query(sql<{ uuid: string; type: string; link: number | string | null }>`
    select resource_uuid as uuid, resource_type as type, standard_attr_id as link
    from ovn_revision_numbers where resource_uuid in (${uuidsOf(entries)})`);
  return new Map(rows.map(({ uuid, type, link }) => [`${type} ${uuid}`, link === null ? null : Number(link)]));
}

/** Only of a resource that is there, and has this standard attribute. */
function relink(
  transaction: WriteTransaction,
  { resourceType, resourceUuid, standardAttrId }: RevisionEntry,
): Promise<number> {
  return transaction.change(sql`
    update ovn_revision_numbers set standard_attr_id = ${standardAttrId}
    where resource_type = ${resourceType} and resource_uuid = ${resourceUuid} and exists (
      select 1 from ${sql.table(RESOURCES[resourceType].table)} r
      where r.id = ovn_revision_numbers.resource_uuid and r.standard_attr_id = ${standardAttrId})`);
}

async function insertMissing(transaction: WriteTransaction, missing: readonly RevisionEntry[]): Promise<number> {
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

const nameOf = ({ resourceType, resourceUuid }: RevisionKey): string => `${resourceType} ${resourceUuid}`;

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
