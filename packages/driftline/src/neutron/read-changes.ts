import { sql } from 'kysely';
import type { NeutronConnection, ReadTransaction } from './connect.ts';
import { RESOURCE_KINDS, type ResourceKind, type ResourceSet } from './model/resource-set.ts';
import type { NeutronSnapshot } from './model/snapshot.ts';
import type { StandardAttributes } from './model/standard-attributes.ts';
import { readPages } from './read-table.ts';
import { resourceTables } from './resource-tables.ts';

/**
 * Names the resources that are no longer in SQL what they are in `snapshot`: created, changed or deleted since.
 *
 * It compares revisions: Neutron raises `standardattributes.revision_number` with every change of a resource through
 * its API. Of each run of 1024 ids the server answers count, sum of ids and sum of revisions, and only runs where these
 * differ are read. Ids and revisions only ever grow, so no set of changes leaves all three as they were, and no clock
 * takes part: `updated_at` would not do, as it has whole seconds of the API server's clock, is written before the
 * commit, and stays as it is when only a row that belongs to the resource changes (a port's address, a group's rule).
 *
 * One scan of `standardattributes` a call. What it can't see: rows edited behind Neutron's back without a new revision;
 * tables without revisions (`agents`, `ovn_hash_ring`, `ovn_revision_numbers`, `networkpvlan` and the like, bindings of
 * providers). A full snapshot sees all.
 */
export function readChanges(
  connection: NeutronConnection,
  snapshot: NeutronSnapshot,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResourceSet> {
  return connection.read(async (transaction) => {
    const known = digestsOf(snapshot);
    const strays = straysOf(connection);
    const suspects: number[] = [];
    const seen = new Set<number>();
    for (const [run, digest] of await readDigests(transaction)) {
      seen.add(run);
      if (!isEqual(digest, add(known.get(run), strays.get(run)))) suspects.push(run);
    }
    for (const run of known.keys()) if (!seen.has(run)) suspects.push(run);
    if (suspects.length === 0) return {};
    return compareRuns(transaction, snapshot, suspects, strays);
  }, options);
}

const runBits = 10;

/** Of the standard attributes in one run of ids. */
interface Digest {
  count: number;
  idSum: number;
  revisionSum: number;
}

function isEqual(a: Digest, b: Digest): boolean {
  return a.count === b.count && a.idSum === b.idSum && a.revisionSum === b.revisionSum;
}

function add(a: Digest | undefined, b: Digest | undefined): Digest {
  return {
    count: (a?.count ?? 0) + (b?.count ?? 0),
    idSum: (a?.idSum ?? 0) + (b?.idSum ?? 0),
    revisionSum: (a?.revisionSum ?? 0) + (b?.revisionSum ?? 0),
  };
}

function include(digests: Map<number, Digest>, id: number, revision: number): void {
  const run = Math.floor(id / 2 ** runBits);
  const digest = digests.get(run);
  if (digest === undefined) digests.set(run, { count: 1, idSum: id, revisionSum: revision });
  else {
    digest.count++;
    digest.idSum += id;
    digest.revisionSum += revision;
  }
}

const digestsBySnapshot = new WeakMap<NeutronSnapshot, Map<number, Digest>>();

function digestsOf(snapshot: NeutronSnapshot): ReadonlyMap<number, Digest> {
  const known = digestsBySnapshot.get(snapshot);
  if (known !== undefined) return known;
  const digests = new Map<number, Digest>();
  for (const { attributes } of resourcesOf(snapshot)) include(digests, attributes.id, attributes.revision);
  digestsBySnapshot.set(snapshot, digests);
  return digests;
}

/**
 * Standard attributes that no resource has: Neutron leaves them behind where the database itself cascades a delete (a
 * group's rules). They are remembered so that their runs are not read each time; a memory that is wrong costs a read.
 */
const straysByConnection = new WeakMap<NeutronConnection, Map<number, Digest>>();

function straysOf(connection: NeutronConnection): Map<number, Digest> {
  const known = straysByConnection.get(connection);
  if (known !== undefined) return known;
  const strays = new Map<number, Digest>();
  straysByConnection.set(connection, strays);
  return strays;
}

const resourceTypes = sql.join(RESOURCE_KINDS.map((kind) => sql.lit(resourceTables[kind])));

async function readDigests(transaction: ReadTransaction): Promise<Map<number, Digest>> {
  const run = sql`id >> ${sql.lit(runBits)}`;
  const rows = await transaction.query(
    sql<{ run: number; rows: number; ids: number | string; revisions: number | string }>`
      select ${run} as ${sql.ref('run')}, count(*) as ${sql.ref('rows')}, sum(id) as ${sql.ref('ids')},
        sum(revision_number) as ${sql.ref('revisions')}
      from standardattributes where resource_type in (${resourceTypes}) group by ${run}`,
  );
  // Sums are decimals in MySQL, which its driver leaves as text.
  return new Map(
    rows.map((row) => [
      Number(row.run),
      { count: Number(row.rows), idSum: Number(row.ids), revisionSum: Number(row.revisions) },
    ]),
  );
}

async function compareRuns(
  transaction: ReadTransaction,
  snapshot: NeutronSnapshot,
  runs: readonly number[],
  strays: Map<number, Digest>,
): Promise<ResourceSet> {
  const changed = new Map<ResourceKind, Set<string>>();
  const report = (kind: ResourceKind, id: string) => {
    const ids = changed.get(kind);
    if (ids === undefined) changed.set(kind, new Set([id]));
    else ids.add(id);
  };
  const suspects = new Set(runs);
  const current = await readRuns(transaction, runs);
  for (const { kind, id, attributes } of resourcesOf(snapshot)) {
    if (!suspects.has(Math.floor(attributes.id / 2 ** runBits))) continue;
    const now = current.get(attributes.id);
    if (now?.revision !== attributes.revision) report(kind, id);
    current.delete(attributes.id);
  }
  // What is left, the snapshot does not know: new resources, and attributes without one.
  for (const kind of RESOURCE_KINDS) {
    const ids = [...current].filter(([, { kind: other }]) => other === kind).map(([id]) => id);
    for (const [attributeId, id] of await findOwners(transaction, kind, ids)) {
      report(kind, id);
      current.delete(attributeId);
    }
  }
  for (const run of runs) strays.delete(run);
  for (const [id, { revision }] of current) include(strays, id, revision);
  return Object.fromEntries(changed);
}

interface Current {
  readonly kind: ResourceKind;
  readonly revision: number;
}

const kindsByTable = new Map<string, ResourceKind>(RESOURCE_KINDS.map((kind) => [resourceTables[kind], kind]));

async function readRuns(transaction: ReadTransaction, runs: readonly number[]): Promise<Map<number, Current>> {
  const current = new Map<number, Current>();
  for (const run of runs) {
    const first = run * 2 ** runBits;
    const rows = await transaction.query(
      sql<{ id: number; resource_type: string; revision_number: number }>`
        select id, resource_type, revision_number from standardattributes
        where id >= ${first} and id < ${first + 2 ** runBits}`,
    );
    for (const row of rows) {
      const kind = kindsByTable.get(row.resource_type);
      if (kind !== undefined) current.set(row.id, { kind, revision: row.revision_number });
    }
  }
  return current;
}

async function findOwners(
  transaction: ReadTransaction,
  kind: ResourceKind,
  attributeIds: readonly number[],
): Promise<Map<number, string>> {
  const owners = new Map<number, string>();
  if (attributeIds.length === 0) return owners;
  const pages = readPages(transaction, {
    table: resourceTables[kind],
    columns: ['id', 'standard_attr_id'],
    key: ['id'],
    only: { column: 'standard_attr_id', ids: attributeIds },
  });
  for await (const page of pages) for (const row of page) owners.set(row.standard_attr_id, row.id);
  return owners;
}

interface KnownResource {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly attributes: StandardAttributes;
}

function* resourcesOf(snapshot: NeutronSnapshot): Generator<KnownResource> {
  for (const kind of RESOURCE_KINDS) {
    for (const { id, attributes } of snapshot[kind].values()) {
      if (attributes !== undefined) yield { kind, id, attributes };
    }
  }
}
