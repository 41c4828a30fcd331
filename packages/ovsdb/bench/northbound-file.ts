import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';

const schemaFile = new URL('../../driftline/schemas/ovn-nb-7.18.0.ovsschema', import.meta.url);

/** Rows for each switch port, as in a cloud that Neutron runs: about 2.2 rows a port, 640 bytes a row on the wire. */
const shares = { switches: 0.02, subnets: 0.05, routers: 0.01, acls: 0.79, nats: 0.2, routes: 0.1 };

/**
 * Writes a database file (ovsdb(5): each record a line with its length and SHA-1, then JSON) that holds an OVN
 * Northbound of so many switch ports. Answers how many rows it has. The same number always gives the same rows.
 */
export async function writeNorthbound(file: string, ports: number): Promise<number> {
  const tables = northbound(ports);
  const out = createWriteStream(file);
  const schema: unknown = JSON.parse(await readFile(schemaFile, 'utf8'));
  out.write(record(JSON.stringify(schema)));
  out.write(record(JSON.stringify({ ...tables, _date: 1_700_000_000_000 })));
  out.end();
  await finished(out);
  return Object.values(tables).reduce((sum, rows) => sum + Object.keys(rows).length, 0);
}

function record(json: string): string {
  const bytes = Buffer.from(`${json}\n`);
  return `OVSDB JSON ${bytes.length} ${createHash('sha1').update(bytes).digest('hex')}\n${bytes.toString()}`;
}

type Rows = Record<string, Record<string, unknown>>;

function northbound(ports: number): Record<string, Rows> {
  const of = (share: number) => Math.max(1, Math.round(ports * share));
  const count = {
    switches: of(shares.switches),
    subnets: of(shares.subnets),
    routers: of(shares.routers),
    nats: of(shares.nats),
    routes: of(shares.routes),
  };
  const members = <T>(total: number, group: number, groups: number, make: (at: number) => T): T[] => {
    const list: T[] = [];
    for (let at = group; at < total; at += groups) list.push(make(at));
    return list;
  };
  const refs = (kind: string, total: number, group: number, groups: number) =>
    set(members(total, group, groups, (at) => ref(kind, at)));
  const groups = of(0.01);
  const acls = of(shares.acls);
  return {
    Logical_Switch: rows('switch', count.switches, (at) => ({
      name: `neutron-${uuid('network', at)}`,
      ports: refs('port', ports, at, count.switches),
      external_ids: map({
        'neutron:network_name': `tenant-network-${at}`,
        'neutron:mtu': '1442',
        'neutron:revision_number': '7',
        'neutron:availability_zone_hints': '',
      }),
      other_config: map({ mcast_snoop: 'false', mcast_flood_unregistered: 'false', 'vlan-passthru': 'false' }),
    })),
    Logical_Switch_Port: rows('port', ports, (at) => ({
      name: uuid('neutron-port', at),
      addresses: `fa:16:3e:${hex(at)} 10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
      port_security: `fa:16:3e:${hex(at)} 10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
      up: true,
      enabled: true,
      dhcpv4_options: ref('subnet', at % count.subnets),
      options: map({ 'requested-chassis': `compute-${at % 500}.example.org`, mcast_flood_reports: 'true' }),
      external_ids: map({
        'neutron:cidrs': `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}/16`,
        'neutron:device_id': uuid('server', at),
        'neutron:device_owner': 'compute:nova',
        'neutron:network_name': `neutron-${uuid('network', at % count.switches)}`,
        'neutron:port_name': `port-${at}`,
        'neutron:project_id': uuid('project', at % 200).replaceAll('-', ''),
        'neutron:revision_number': String(4 + (at % 5)),
        'neutron:security_group_ids': uuid('group', at % groups),
      }),
    })),
    DHCP_Options: rows('subnet', count.subnets, (at) => ({
      cidr: `10.${at & 255}.0.0/16`,
      options: map({
        server_id: `10.${at & 255}.0.1`,
        server_mac: `"fa:16:3f:${hex(at)}"`,
        lease_time: '43200',
        mtu: '1442',
        router: `10.${at & 255}.0.1`,
        dns_server: '{192.0.2.53, 192.0.2.54}',
      }),
      external_ids: map({ subnet_id: uuid('neutron-subnet', at), 'neutron:revision_number': '0' }),
    })),
    Port_Group: rows('group', groups, (at) => ({
      name: `pg_${uuid('group', at).replaceAll('-', '_')}`,
      ports: refs('port', ports, at, groups),
      acls: refs('acl', acls, at, groups),
      external_ids: map({ 'neutron:security_group_id': uuid('group', at) }),
    })),
    ACL: rows('acl', acls, (at) => ({
      action: 'allow-related',
      direction: at % 2 === 0 ? 'to-lport' : 'from-lport',
      priority: 1002,
      match: `outport == @pg_${uuid('group', at % groups).replaceAll('-', '_')} && ip4 && tcp && tcp.dst == ${at % 65_536}`,
      external_ids: map({ 'neutron:security_group_rule_id': uuid('rule', at) }),
    })),
    Logical_Router: rows('router', count.routers, (at) => ({
      name: `neutron-${uuid('neutron-router', at)}`,
      enabled: true,
      nat: refs('nat', count.nats, at, count.routers),
      static_routes: refs('route', count.routes, at, count.routers),
      external_ids: map({ 'neutron:router_name': `router-${at}`, 'neutron:revision_number': '3' }),
      options: map({ always_learn_from_arp_request: 'false', dynamic_neigh_routers: 'true' }),
    })),
    NAT: rows('nat', count.nats, (at) => ({
      type: 'dnat_and_snat',
      external_ip: `203.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
      logical_ip: `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
      logical_port: uuid('neutron-port', at),
      external_ids: map({
        'neutron:fip_id': uuid('fip', at),
        'neutron:fip_port_id': uuid('neutron-port', at),
        'neutron:router_name': `neutron-${uuid('neutron-router', at % count.routers)}`,
        'neutron:revision_number': '2',
      }),
    })),
    Logical_Router_Static_Route: rows('route', count.routes, (at) => ({
      ip_prefix: `172.16.${(at >> 8) & 255}.${at & 255}/32`,
      nexthop: `10.0.${(at >> 8) & 255}.${at & 255}`,
      external_ids: map({ 'neutron:is_ext_gw': 'true', 'neutron:subnet_id': uuid('neutron-subnet', at) }),
    })),
  };
}

function rows(kind: string, total: number, make: (at: number) => Record<string, unknown>): Rows {
  const made: Rows = {};
  for (let at = 0; at < total; at++) made[uuid(kind, at)] = make(at);
  return made;
}

function uuid(kind: string, at: number): string {
  const digits = createHash('md5').update(`${kind} ${at}`).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const ref = (kind: string, at: number) => ['uuid', uuid(kind, at)];
const set = (atoms: readonly unknown[]) => (atoms.length === 1 ? atoms[0] : ['set', atoms]);
const map = (pairs: Readonly<Record<string, string>>) => ['map', Object.entries(pairs)];
const hex = (at: number) =>
  at
    .toString(16)
    .padStart(6, '0')
    .replace(/(..)(?=.)/g, '$1:');
