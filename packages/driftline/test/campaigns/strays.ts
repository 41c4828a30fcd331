import { type Operation, op, type ReplicaRow, type ValueInput } from '@driftline/ovsdb';
import { alterText } from './alter.ts';
import { copyOf, type Mutation, type Mutator } from './mutation.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/**
 * What Neutron leaves behind when it is interrupted or races with itself: rows with its marks for resources that it
 * does not have. Each is made of a row that is there, so that it has the release's shape, with other ids.
 */
export const addStray: Mutator = (world, table, random) => {
  const make = random.pick(STRAYS[table] ?? [none]);
  const made = make(world, random);
  if (made === undefined) return undefined;
  const { like, named, cells, listedIn = [], needs = [], with: others = [] } = made;
  const operations: Operation[] = [
    ...others,
    op.insert(table, { ...copyOf(world, table, like), ...cells }, { namedUuid: 'stray' }),
    ...listedIn.map((at) => op.mutate(at.table, at.uuid, [[at.column, 'insert', [{ ref: 'stray' }]]])),
  ];
  return {
    table,
    row: named,
    kind: 'stray row added',
    what: `added ${table} ${named}, of a resource that Neutron does not have, ${listedIn.length === 0 ? 'listed nowhere' : `listed in ${listedIn.map((at) => `${at.table}.${at.column}`).join(', ')}`}`,
    operations,
    touched: needs,
    concerns: { tables: [table, ...listedIn.map((at) => at.table)], rows: listedIn.map(({ uuid }) => uuid) },
  } satisfies Mutation;
};

interface Stray {
  /** The row whose shape it has. */
  readonly like: ReplicaRow;
  readonly named: string;
  readonly cells: Readonly<Record<string, ValueInput>>;
  readonly listedIn?: readonly Place[];
  /** Rows without which nothing shows that it is Neutron's. */
  readonly needs?: readonly string[];
  /** Rows inserted with it. */
  readonly with?: readonly Operation[];
}
interface Place {
  readonly table: string;
  readonly uuid: string;
  readonly column: string;
}
type Maker = (world: World, random: Random) => Stray | undefined;

const none: Maker = () => undefined;

/** Untouched: a row that lost its mark would lend it to nothing. */
const anyRow = (world: World, random: Random, table: string, isFit: (row: ReplicaRow) => boolean = () => true) => {
  const rows = world.rows(table).filter(isFit);
  return rows.length === 0 ? undefined : random.pick(rows);
};

const ids = (row: ReplicaRow): Map<string, string> => new Map(row.external_ids as ReadonlyMap<string, string>);
const has = (row: ReplicaRow, key: string): boolean => (row.external_ids as ReadonlyMap<string, string>).has(key);

/** The row's external_ids with others instead; keys that it lacks are not added. */
function idsOf(row: ReplicaRow, other: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const map = ids(row);
  for (const key in other) if (map.has(key)) map.set(key, other[key] ?? '');
  for (const key of map.keys()) if (key.startsWith('octavia:') || key.startsWith('operator:')) map.delete(key);
  return map;
}

/** Untouched router ports that have the row's external address. */
const portsWith = (world: World, { external_ip }: ReplicaRow): readonly string[] =>
  world
    .rows('Logical_Router_Port')
    .filter(({ networks }) =>
      (networks as readonly string[]).some((each) => each.startsWith(`${String(external_ip)}/`)),
    )
    .map(({ _uuid }) => _uuid);

const placesOf = (world: World, row: ReplicaRow): readonly Place[] =>
  world.view
    .referrers(row._uuid)
    .filter((at) => !world.isForeign(at.uuid) && world.view.columns(at.table)?.get(at.column)?.kind === 'set')
    .map(({ table, uuid, column }) => ({ table, uuid, column }));

const named = (prefix: string, id: string): string => prefix + id.replaceAll('-', '_');

const STRAYS: Readonly<Record<string, readonly Maker[]>> = {
  Logical_Switch: [
    (world, random) => {
      const like = anyRow(world, random, 'Logical_Switch');
      const name = `neutron-${random.uuid()}`;
      const noneHeld = { ports: [], qos_rules: [], dns_records: [], load_balancer: [], acls: [] };
      return like && { like, named: name, cells: { name, external_ids: idsOf(like, {}), ...noneHeld } };
    },
  ],
  Logical_Switch_Port: [
    (world, random) => {
      const like = anyRow(
        world,
        random,
        'Logical_Switch_Port',
        (row) => row.type === '' && has(row, 'neutron:port_name'),
      );
      const name = random.uuid();
      const external_ids = like && idsOf(like, { 'neutron:device_id': random.uuid(), 'neutron:port_name': 'stray' });
      return (
        like && external_ids && { like, named: name, cells: { name, external_ids }, listedIn: placesOf(world, like) }
      );
    },
    (world, random) => {
      const like = anyRow(world, random, 'Logical_Switch_Port', (row) => row.type === 'localnet');
      const name = `provnet-${random.uuid()}`;
      return like && { like, named: name, cells: { name }, listedIn: placesOf(world, like) };
    },
  ],
  Logical_Router: [
    (world, random) => {
      const like = anyRow(world, random, 'Logical_Router');
      const name = `neutron-${random.uuid()}`;
      const noneHeld = { ports: [], nat: [], static_routes: [], load_balancer: [], policies: [] };
      return like && { like, named: name, cells: { name, external_ids: idsOf(like, {}), ...noneHeld } };
    },
  ],
  Logical_Router_Port: [
    (world, random) => {
      const like = anyRow(world, random, 'Logical_Router_Port', (row) => ids(row).get('neutron:is_ext_gw') !== 'True');
      const name = `lrp-${random.uuid()}`;
      const mac = `fa:16:3e:${[1, 2, 3].map(() => (16 + random.below(200)).toString(16)).join(':')}`;
      const cells = like && { name, mac, networks: ['10.77.0.1/24'], external_ids: idsOf(like, {}) };
      return like && cells && { like, named: name, cells, listedIn: placesOf(world, like) };
    },
  ],
  Logical_Router_Static_Route: [
    (world, random) => {
      const like = anyRow(world, random, 'Logical_Router_Static_Route', (row) => ids(row).size > 0);
      const ip_prefix = `172.30.${random.below(250)}.0/24`;
      const name = `${ip_prefix} via ${String(like?.nexthop)}`;
      return like && { like, named: name, cells: { ip_prefix }, listedIn: placesOf(world, like) };
    },
  ],
  NAT: [
    (world, random) => {
      const like = anyRow(world, random, 'NAT', (row) => has(row, 'neutron:fip_id'));
      const id = random.uuid();
      const cells = like && {
        external_ip: alterText(String(like.external_ip), random).replace('-drifted', '9'),
        logical_ip: `10.78.0.${1 + random.below(250)}`,
        external_ids: idsOf(like, { 'neutron:fip_id': id, 'neutron:fip_port_id': random.uuid() }),
      };
      return like && cells && { like, named: `fip ${id}`, cells, listedIn: placesOf(world, like) };
    },
    (world, random) => {
      // Nothing marks such a row: it is Neutron's by the router port that has its address.
      const like = anyRow(world, random, 'NAT', (row) => row.type === 'snat' && portsWith(world, row).length > 0);
      const logical_ip = `10.79.${random.below(250)}.0/24`;
      const cells = { logical_ip };
      const listedIn = like && placesOf(world, like);
      return like && listedIn && { like, named: `snat ${logical_ip}`, cells, listedIn, needs: portsWith(world, like) };
    },
  ],
  Port_Group: [
    (world, random) => {
      const like = anyRow(world, random, 'Port_Group', (row) => has(row, 'neutron:security_group_id'));
      const id = random.uuid();
      const name = named('pg_', id);
      const acl = op.insert(
        'ACL',
        {
          direction: 'to-lport',
          priority: 1002,
          match: `outport == @${name} && ip4`,
          action: 'allow-related',
          external_ids: new Map([['neutron:security_group_rule_id', random.uuid()]]),
        },
        { namedUuid: 'acl' },
      );
      const cells = like && {
        name,
        acls: [{ ref: 'acl' }],
        external_ids: idsOf(like, { 'neutron:security_group_id': id }),
      };
      return like && cells && { like, named: name, cells, with: [acl] };
    },
  ],
  ACL: [
    (world, random) => {
      const like = anyRow(world, random, 'ACL', (row) => has(row, 'neutron:security_group_rule_id'));
      const id = random.uuid();
      const cells = like && {
        match: `${String(like.match)} && tcp && tcp.dst == ${1 + random.below(60_000)}`,
        external_ids: idsOf(like, { 'neutron:security_group_rule_id': id }),
      };
      return like && cells && { like, named: `rule ${id}`, cells, listedIn: placesOf(world, like) };
    },
    // A hole in the group that drops everything.
    (world, random) => {
      const group = anyRow(world, random, 'Port_Group', (row) => row.name === 'neutron_pg_drop');
      const like = anyRow(world, random, 'ACL', ({ _uuid }) => (group?.acls as readonly string[])?.includes(_uuid));
      const cells = { action: 'allow', priority: 1500, match: `ip4 && tcp.dst == ${1 + random.below(60_000)}` };
      return like && { like, named: 'in neutron_pg_drop', cells, listedIn: placesOf(world, like) };
    },
  ],
  Address_Set: [
    (world, random) => {
      const like = anyRow(world, random, 'Address_Set');
      const id = random.uuid();
      const name = `${named('ag_', id)}_ip4`;
      const external_ids = like && idsOf(like, { 'neutron:address_group_id': id });
      return like && external_ids && { like, named: name, cells: { name, external_ids } };
    },
  ],
  HA_Chassis_Group: [
    (world, random) => {
      const like = anyRow(world, random, 'HA_Chassis_Group');
      const id = random.uuid();
      const name = `neutron-${id}`;
      const external_ids = like && idsOf(like, { 'neutron:network_id': id, 'neutron:router_id': id });
      const chassis = op.insert('HA_Chassis', { chassis_name: 'gw-1', priority: 1 }, { namedUuid: 'chassis' });
      const cells = external_ids && { name, external_ids, ha_chassis: [{ ref: 'chassis' }] };
      return like && cells && { like, named: name, cells, with: [chassis] };
    },
  ],
  HA_Chassis: [
    (world, random) => {
      const like = anyRow(world, random, 'HA_Chassis');
      const cells = { chassis_name: 'retired-1', priority: 30_000 };
      return like && { like, named: 'retired-1', cells, listedIn: placesOf(world, like) };
    },
  ],
  Gateway_Chassis: [
    (world, random) => {
      const like = anyRow(world, random, 'Gateway_Chassis');
      const chassis = `retired-${random.below(1_000_000)}`;
      const name = String(like?.name).replace(/_.*/, `_${chassis}`);
      const cells = { name, chassis_name: chassis, priority: 9 };
      return like && { like, named: name, cells, listedIn: placesOf(world, like) };
    },
  ],
  DHCP_Options: [
    (world, random) => {
      const like = anyRow(world, random, 'DHCP_Options', (row) => !has(row, 'port_id'));
      const id = random.uuid();
      return like && { like, named: `subnet ${id}`, cells: { external_ids: idsOf(like, { subnet_id: id }) } };
    },
    (world, random) => {
      const like = anyRow(world, random, 'DHCP_Options', (row) => has(row, 'port_id'));
      const id = random.uuid();
      return like && { like, named: `port ${id}`, cells: { external_ids: idsOf(like, { port_id: id }) } };
    },
  ],
  DNS: [
    (world, random) => {
      const like = anyRow(world, random, 'DNS');
      const name = `neutron-${random.uuid()}`;
      const listedIn = like === undefined || random.below(2) === 0 ? [] : placesOf(world, like);
      return like && { like, named: name, cells: { external_ids: idsOf(like, { ls_name: name }) }, listedIn };
    },
  ],
  QoS: [
    (world, random) => {
      const like = anyRow(world, random, 'QoS');
      const id = random.uuid();
      const other = { 'neutron:port_id': id, 'neutron:fip_id': id, 'neutron:router_id': id };
      const cells = like && {
        match: `${String(like.match)} && ip4.dscp == ${random.below(60)}`,
        external_ids: new Map([['neutron:port_id', id], ...idsOf(like, other)]),
      };
      return like && cells && { like, named: `of ${id}`, cells, listedIn: placesOf(world, like) };
    },
  ],
  Load_Balancer: [
    (world, random) => {
      const like = anyRow(world, random, 'Load_Balancer');
      const id = random.uuid();
      const name = `pf-floatingip-${id}-tcp`;
      const cells = like && {
        name,
        protocol: 'tcp',
        vips: new Map([['198.18.9.9:22', '10.0.0.9:22']]),
        external_ids: idsOf(like, { 'neutron:fip_id': id }),
      };
      return like && cells && { like, named: name, cells, listedIn: placesOf(world, like) };
    },
  ],
  Meter: [
    (world, random) => {
      const like = anyRow(world, random, 'Meter');
      const band = op.insert('Meter_Band', { action: 'drop', rate: 100, burst_size: 25 }, { namedUuid: 'band' });
      const name = `log_base_${random.below(1_000_000)}`;
      return like && { like, named: name, cells: { name, bands: [{ ref: 'band' }] }, with: [band] };
    },
  ],
  Meter_Band: [
    (world, random) => {
      const like = anyRow(world, random, 'Meter_Band');
      return like && { like, named: 'a second band', cells: { rate: 7 }, listedIn: placesOf(world, like) };
    },
  ],
};
