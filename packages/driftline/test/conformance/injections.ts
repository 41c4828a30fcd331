import {
  isSameValue,
  type Operation,
  type OvsdbClient,
  type OvsdbValue,
  op,
  type ReplicaRow,
  type ValueInput,
} from '@driftline/ovsdb';
import type { Change } from '../../src/diff/change.ts';
import { NorthboundView } from '../campaigns/northbound-view.ts';
import type { Random } from '../campaigns/random.ts';

/** Drift that somebody makes behind Neutron's back: one transaction. */
export interface Injection {
  readonly what: string;
  readonly operations: readonly Operation[];
  /** Rows that it harms: not harmed twice. */
  readonly rows: readonly string[];
  /** Whether the Northbound is as it was, or Neutron has moved on. */
  isHealed(northbound: OvsdbClient): boolean;
  /** Whether this is the change that mends it. */
  explains(change: Change): boolean;
}

/** Which rows may be harmed. */
export type Choice = (table: string, row: ReplicaRow) => boolean;

type Kind = (view: NorthboundView, mayHarm: Choice, random: Random) => Injection | undefined;

const idsOf = (row: ReplicaRow): ReadonlyMap<string, string> =>
  row.external_ids instanceof Map ? (row.external_ids as ReadonlyMap<string, string>) : new Map();

/** Another value in one cell. `alter` answers undefined where the cell offers nothing to alter. */
const alterCell =
  (table: string, column: string, alter: (cell: OvsdbValue, row: ReplicaRow) => ValueInput | undefined): Kind =>
  (view, mayHarm, random) => {
    const row = pickRow(view, table, mayHarm, random, (each) => alter(each[column], each) !== undefined);
    if (row === undefined) return undefined;
    const { _uuid: uuid } = row;
    const before = row[column];
    const altered = alter(before, row);
    return {
      what: `${table}.${column} altered`,
      operations: [op.update(table, uuid, { [column]: altered })],
      rows: [uuid],
      isHealed: ({ replica }) => {
        const now = replica.table(table).get(uuid);
        return (
          now === undefined || isSameValue(now[column], before) || !isSameValue(now[column], altered as OvsdbValue)
        );
      },
      // Where the cell is what the row is known by, another row takes its place.
      explains: (change) => {
        if (change.action === 'create') return change.table === table && isNamedLike(change, row);
        if (change.uuid !== uuid) return false;
        return change.action === 'delete' || change.differences.every((each) => each.column === column);
      },
    };
  };

const withoutKey =
  (key: string) =>
  (cell: OvsdbValue): ValueInput | undefined =>
    cell instanceof Map && cell.has(key) ? new Map([...cell].filter(([each]) => each !== key)) : undefined;

/** A row of a list is dropped from it; where nothing else holds it, it is gone. */
const dropFrom =
  (parentTable: string, column: string, table: string): Kind =>
  (view, mayHarm, random) => {
    const row = pickRow(
      view,
      table,
      mayHarm,
      random,
      ({ _uuid }) => listedBy(view, _uuid, parentTable, column) !== undefined,
    );
    if (row === undefined) return undefined;
    const parent = listedBy(view, row._uuid, parentTable, column) ?? '';
    const isHeld = view.referrers(row._uuid).some((at) => at.isStrong && at.uuid !== parent) || view.isRoot(table);
    const held = [...view.heldBy(row._uuid)];
    return {
      what: isHeld ? `${table} dropped from ${parentTable}.${column}` : `${table} deleted`,
      operations: [op.mutate(parentTable, parent, [[column, 'delete', [row._uuid]]])],
      rows: [row._uuid, ...held],
      isHealed: ({ replica }) => {
        const holder = replica.table(parentTable).get(parent);
        if (holder === undefined) return true;
        const members = (holder[column] as readonly string[]).map((uuid) => replica.table(table).get(uuid));
        return members.some((member) => member !== undefined && isSameRow(member, row));
      },
      explains: (change) =>
        change.table === table &&
        (isHeld
          ? change.action === 'update' &&
            change.uuid === row._uuid &&
            change.differences.every((difference) => difference.column === `${parentTable}.${column}`)
          : change.action === 'create' && isNamedLike(change, row)),
    };
  };

/** A row that lives by itself is deleted, and those that referred to it lose the reference. */
const deleteRow =
  (table: string): Kind =>
  (view, mayHarm, random) => {
    const row = pickRow(view, table, mayHarm, random, () => true);
    if (row === undefined) return undefined;
    const referrers = view.referrers(row._uuid);
    return {
      what: `${table} deleted`,
      operations: [op.delete(table, row._uuid)],
      rows: [row._uuid, ...referrers.map(({ uuid }) => uuid)],
      isHealed: ({ replica }) => {
        const again = [...replica.table(table).rows.values()].find((each) => isSameRow(each, row));
        if (again === undefined) return false;
        return referrers.every((at) => {
          const cell = replica.table(at.table).get(at.uuid)?.[at.column];
          return cell === again._uuid || (Array.isArray(cell) && cell.includes(again._uuid));
        });
      },
      explains: (change) =>
        (change.action === 'create' && change.table === table && isNamedLike(change, row)) ||
        (change.action === 'update' &&
          referrers.some(
            (at) => at.uuid === change.uuid && change.differences.every(({ column }) => column === at.column),
          )),
    };
  };

/** A port that Neutron does not know, with Neutron's mark. */
const addStrayPort: Kind = (view, mayHarm, random) => {
  const parent = pickRow(view, 'Logical_Switch', mayHarm, random, () => true);
  if (parent === undefined) return undefined;
  const name = random.uuid();
  const row = {
    name,
    external_ids: new Map([
      ['neutron:port_name', 'stray'],
      ['neutron:revision_number', '1'],
    ]),
  };
  return {
    what: 'Logical_Switch_Port added',
    operations: [
      op.insert('Logical_Switch_Port', row, { namedUuid: 'stray' }),
      op.mutate('Logical_Switch', parent._uuid, [['ports', 'insert', [{ ref: 'stray' }]]]),
    ],
    rows: [],
    isHealed: ({ replica }) =>
      ![...replica.table('Logical_Switch_Port').rows.values()].some((each) => each.name === name),
    explains: (change) => change.action === 'delete' && change.key === name,
  };
};

/** Harm that Neutron's own requests go on with. */
export const HARMLESS_TO_NEUTRON: readonly Kind[] = [
  alterCell('Logical_Switch_Port', 'enabled', (enabled) => (enabled === false ? undefined : false)),
  alterCell('Logical_Switch_Port', 'port_security', (cell) =>
    Array.isArray(cell) && cell.length > 0 ? [] : undefined,
  ),
  alterCell('Logical_Switch_Port', 'external_ids', withoutKey('neutron:cidrs')),
  alterCell('Logical_Switch_Port', 'external_ids', withoutKey('neutron:device_owner')),
  alterCell('Logical_Switch', 'other_config', withoutKey('mcast_flood_unregistered')),
  alterCell('Logical_Router', 'enabled', (enabled) => (enabled === false ? undefined : false)),
];

/** Harm of every sort, to what the load leaves alone. */
export const HARM: readonly Kind[] = [
  ...HARMLESS_TO_NEUTRON,
  alterCell('Logical_Switch_Port', 'addresses', (cell) =>
    Array.isArray(cell) && cell.length > 0 ? ['unknown'] : undefined,
  ),
  alterCell('Logical_Switch_Port', 'options', withoutKey('requested-chassis')),
  alterCell('Logical_Switch_Port', 'type', (type) => (type === '' ? 'localport' : undefined)),
  alterCell('Logical_Router_Port', 'networks', () => ['203.0.113.77/24']),
  alterCell('NAT', 'logical_ip', (_, { type }) => (type === 'dnat_and_snat' ? '203.0.113.99' : undefined)),
  alterCell('ACL', 'action', () => 'drop'),
  alterCell('ACL', 'priority', () => 7),
  alterCell('Address_Set', 'addresses', (cell) => (Array.isArray(cell) && cell.length > 0 ? cell.slice(1) : undefined)),
  alterCell('DHCP_Options', 'options', withoutKey('lease_time')),
  alterCell('QoS', 'bandwidth', (cell) => (cell instanceof Map && cell.size > 0 ? new Map([['rate', 1]]) : undefined)),
  alterCell('DNS', 'records', (cell) => (cell instanceof Map && cell.size > 0 ? new Map() : undefined)),
  dropFrom('Logical_Switch', 'ports', 'Logical_Switch_Port'),
  dropFrom('Port_Group', 'acls', 'ACL'),
  dropFrom('Port_Group', 'ports', 'Logical_Switch_Port'),
  dropFrom('Logical_Router', 'nat', 'NAT'),
  dropFrom('Logical_Router', 'static_routes', 'Logical_Router_Static_Route'),
  dropFrom('Logical_Switch', 'qos_rules', 'QoS'),
  deleteRow('DHCP_Options'),
  deleteRow('DNS'),
  deleteRow('Address_Set'),
  addStrayPort,
];

/** Something to harm among the rows that may be; the kinds come up one after the other. */
export function inject(wanted: {
  readonly client: OvsdbClient;
  readonly kinds: readonly Kind[];
  readonly turn: number;
  readonly mayHarm: Choice;
  readonly random: Random;
}): Injection | undefined {
  const { client, kinds, turn, mayHarm, random } = wanted;
  const view = new NorthboundView(client, 'zed');
  for (let offset = 0; offset < kinds.length; offset++) {
    const found = kinds[(turn + offset) % kinds.length]?.(view, mayHarm, random);
    if (found !== undefined) return found;
  }
  return undefined;
}

function pickRow(
  view: NorthboundView,
  table: string,
  mayHarm: Choice,
  random: Random,
  isOffering: (row: ReplicaRow) => boolean,
): ReplicaRow | undefined {
  const rows = view.rows(table).filter((row) => mayHarm(table, row) && isOffering(row));
  return rows.length === 0 ? undefined : random.pick(rows);
}

const listedBy = (view: NorthboundView, uuid: string, table: string, column: string): string | undefined =>
  view.referrers(uuid).find((at) => at.table === table && at.column === column)?.uuid;

/** What a row is known by, whatever its uuid. */
const KNOWN_BY = ['name', 'external_ids', 'match', 'type', 'logical_ip', 'external_ip', 'ip_prefix', 'nexthop', 'cidr'];

const isSameRow = (a: ReplicaRow, b: ReplicaRow): boolean =>
  KNOWN_BY.every((column) => isSameValue(a[column], b[column]));

function isNamedLike(change: Change, row: ReplicaRow): boolean {
  const names = [row.name, row.match, row.ip_prefix, row.logical_ip, ...idsOf(row).values()].map(String);
  return names.some((name) => name.length > 8 && (change.key.includes(name) || change.resource.id === name));
}
