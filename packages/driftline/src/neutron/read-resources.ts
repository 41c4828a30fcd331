import { isDeepStrictEqual } from 'node:util';
import type { NeutronConnection, ReadTransaction } from './connect.ts';
import { compareText } from './decode.ts';
import { RESOURCE_KINDS, type ResourceKind, type ResourceSet } from './model/resource-set.ts';
import type { OvnRevision } from './model/revision.ts';
import type { NeutronSnapshot } from './model/snapshot.ts';
import { compareRevisions, readRevisions } from './queries/ovn.ts';
import { readPages } from './read-table.ts';
import { resourceReaders, resourceTables } from './resource-tables.ts';

type Ids = Map<ResourceKind, Set<string>>;

/**
 * Reads these resources again, in one transaction, with the rows that describe them, the resources that cannot be
 * without them (a network's segments and subnets, a security group's rules, a port's trunk, a floating IP's port
 * forwardings) and their revision numbers. What no longer exists is gone from the answer; everything else is shared with `snapshot`.
 *
 * The answer is of two moments: what was named is as new as this call, the rest as old as `readAtMs`, which is kept.
 */
export function readResources(
  connection: NeutronConnection,
  snapshot: NeutronSnapshot,
  changed: ResourceSet,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<NeutronSnapshot> {
  return connection.read(async (transaction) => {
    const ids: Ids = new Map(RESOURCE_KINDS.map((kind) => [kind, new Set(changed[kind])]));
    for (const family of families) await addChildren(transaction, snapshot, ids, family);

    const refreshed: { [K in ResourceKind]?: unknown } = {};
    const uuids = new Set<string>();
    for (const [kind, wanted] of ids) {
      if (wanted.size === 0) continue;
      const fresh: ReadonlyMap<string, unknown> = await resourceReaders[kind](transaction, [...wanted]);
      refreshed[kind] = replaceEntries<unknown>(snapshot[kind], wanted, fresh);
      for (const id of wanted) uuids.add(id);
    }
    if (uuids.size === 0) return snapshot;
    const revisions = replaceRevisions(snapshot.revisions, uuids, await readRevisions(transaction, [...uuids]));
    return { ...snapshot, ...(refreshed as Partial<NeutronSnapshot>), revisions };
  }, options);
}

interface Family {
  readonly parent: ResourceKind;
  readonly child: ResourceKind;
  readonly column: string;
  /** Ids of children that the snapshot has of these parents: they may be gone from SQL. */
  readonly known: (snapshot: NeutronSnapshot, parents: ReadonlySet<string>) => Iterable<string>;
}

/**
 * Foreign keys along which a delete cascades in the database itself, unseen by Neutron's revisions; in the order in
 * which one leads to the next.
 */
const families: readonly Family[] = [
  {
    parent: 'networks',
    child: 'segments',
    column: 'network_id',
    known: ({ segments }, parents) => keysWhere(segments, ({ networkId }) => parents.has(networkId)),
  },
  {
    parent: 'networks',
    child: 'subnets',
    column: 'network_id',
    known: ({ subnets }, parents) => keysWhere(subnets, ({ networkId }) => parents.has(networkId)),
  },
  {
    parent: 'securityGroups',
    child: 'securityGroupRules',
    column: 'security_group_id',
    known: ({ securityGroupRules }, parents) =>
      keysWhere(securityGroupRules, ({ securityGroupId }) => parents.has(securityGroupId)),
  },
  {
    parent: 'securityGroups',
    child: 'securityGroupRules',
    // Also rules of other groups: Neutron deletes a group that they name as remote, and the rules with it.
    column: 'remote_group_id',
    known: ({ securityGroupRules }, parents) =>
      keysWhere(securityGroupRules, ({ remoteGroupId }) => remoteGroupId !== undefined && parents.has(remoteGroupId)),
  },
  {
    parent: 'addressGroups',
    child: 'securityGroupRules',
    column: 'remote_address_group_id',
    known: ({ securityGroupRules }, parents) =>
      keysWhere(
        securityGroupRules,
        ({ remoteAddressGroupId }) => remoteAddressGroupId !== undefined && parents.has(remoteAddressGroupId),
      ),
  },
  {
    parent: 'ports',
    child: 'trunks',
    column: 'port_id',
    known: ({ trunks }, parents) => keysWhere(trunks, ({ portId }) => parents.has(portId)),
  },
  {
    parent: 'ports',
    child: 'floatingIps',
    column: 'floating_port_id',
    known: ({ floatingIps }, parents) => keysWhere(floatingIps, ({ floatingPortId }) => parents.has(floatingPortId)),
  },
  {
    parent: 'ports',
    child: 'portForwardings',
    column: 'internal_neutron_port_id',
    known: ({ portForwardings }, parents) =>
      keysWhere(portForwardings, ({ internalPortId }) => parents.has(internalPortId)),
  },
  {
    parent: 'floatingIps',
    child: 'portForwardings',
    column: 'floatingip_id',
    known: ({ portForwardings }, parents) =>
      keysWhere(portForwardings, ({ floatingIpId }) => parents.has(floatingIpId)),
  },
];

async function addChildren(
  transaction: ReadTransaction,
  snapshot: NeutronSnapshot,
  ids: Ids,
  { parent, child, column, known }: Family,
): Promise<void> {
  const parents = ids.get(parent);
  const children = ids.get(child);
  if (parents === undefined || children === undefined || parents.size === 0) return;
  for (const id of known(snapshot, parents)) children.add(id);
  // Each of these tables has the column of its family; the type of a table's columns can't say that.
  const read = { table: resourceTables[child], columns: ['id'], key: ['id'], only: { column, ids: [...parents] } };
  for await (const page of readPages(transaction, read as Parameters<typeof readPages<'subnets', 'id'>>[1])) {
    for (const row of page) children.add(row.id);
  }
}

function* keysWhere<V>(map: ReadonlyMap<string, V>, isWanted: (value: V) => boolean): Generator<string> {
  for (const [key, value] of map) if (isWanted(value)) yield key;
}

/** Keeps the order of keys; and the map itself, and whatever is in it, where nothing is different. */
export function replaceEntries<V>(
  old: ReadonlyMap<string, V>,
  replaced: ReadonlySet<string>,
  fresh: ReadonlyMap<string, V>,
): ReadonlyMap<string, V> {
  const merged = new Map(old);
  let hasNewKeys = false;
  let isChanged = false;
  for (const id of replaced) {
    const value = fresh.get(id);
    if (isDeepStrictEqual(value, old.get(id))) continue;
    isChanged = true;
    if (value === undefined) merged.delete(id);
    else {
      hasNewKeys ||= !old.has(id);
      merged.set(id, value);
    }
  }
  if (!isChanged) return old;
  return hasNewKeys ? new Map([...merged].sort(([a], [b]) => compareText(a, b))) : merged;
}

function replaceRevisions(
  old: readonly OvnRevision[],
  replaced: ReadonlySet<string>,
  fresh: readonly OvnRevision[],
): readonly OvnRevision[] {
  return [...old.filter(({ resourceUuid }) => !replaced.has(resourceUuid)), ...fresh].sort(compareRevisions);
}
