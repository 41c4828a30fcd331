import { type NamedRef, type Operation, type OvsdbClient, op, type ReplicaRow, type RowInput } from '@driftline/ovsdb';
import type { NorthboundView } from './northbound-view.ts';

/**
 * What others keep in Neutron's Northbound, as near to Neutron's own rows as it gets: Octavia's balancer, FWaaS's port
 * groups, the BGP service's switches and routers, and what operators do by hand; and keys of theirs in maps that they
 * share with Neutron. Nothing here may change, whatever is repaired beside it.
 */
export interface ForeignRows {
  /** Uuids. */
  readonly rows: ReadonlySet<string>;
  /** `UUID COLUMN KEY` in rows of Neutron's. */
  readonly keys: ReadonlySet<string>;
}

const OPERATOR_KEY = 'operator:note';

export async function plantForeignRows(client: OvsdbClient, view: NorthboundView): Promise<ForeignRows> {
  const hosts = findHosts(view);
  const planting = new Planting(client);
  plantOctavia(planting, hosts);
  plantFirewall(planting, hosts);
  plantBgp(planting, hosts);
  plantOperators(planting, hosts);
  const keys = plantKeys(planting, hosts);
  const results = await client.transact(planting.operations);
  const rows = results.flatMap(({ uuid }) => (uuid === undefined ? [] : [uuid]));
  return { rows: new Set(rows), keys };
}

/** Rows of Neutron's on which foreign ones hang. */
interface Hosts {
  readonly global: ReplicaRow;
  readonly switch: ReplicaRow;
  /** Of that switch; ordinary ones. */
  readonly ports: readonly ReplicaRow[];
  readonly router: ReplicaRow;
  readonly routerPort: ReplicaRow;
  readonly portGroup: ReplicaRow;
  readonly dhcpOptions: ReplicaRow;
}

function findHosts(view: NorthboundView): Hosts {
  const byName = (table: string): readonly ReplicaRow[] =>
    view.rows(table).toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
  const ofTable = (table: string, column: string, row: ReplicaRow): readonly ReplicaRow[] =>
    byName(table).filter(({ _uuid }) => (row[column] as readonly string[]).includes(_uuid));
  const one = (rows: readonly ReplicaRow[], what: string): ReplicaRow => {
    const [first] = rows;
    if (first === undefined) throw new Error(`the deployment has no ${what} to plant foreign rows on`);
    return first;
  };
  const router = one(byName('Logical_Router'), 'router');
  const ordinary = (row: ReplicaRow) => ofTable('Logical_Switch_Port', 'ports', row).filter(({ type }) => type === '');
  const home = one(
    byName('Logical_Switch').filter((row) => ordinary(row).length > 2),
    'switch with three ordinary ports',
  );
  return {
    global: one(view.rows('NB_Global'), 'NB_Global row'),
    switch: home,
    ports: ordinary(home).slice(0, 2),
    router,
    routerPort: one(ofTable('Logical_Router_Port', 'ports', router), 'router port'),
    portGroup: one(
      byName('Port_Group').filter(({ name }) => name !== 'neutron_pg_drop'),
      "security group's port group",
    ),
    dhcpOptions: one(
      view.rows('DHCP_Options').toSorted((a, b) => (dhcpName(a) < dhcpName(b) ? -1 : 1)),
      'DHCP options',
    ),
  };
}

/** Of a subnet's own row first. */
function dhcpName({ cidr, external_ids }: ReplicaRow): string {
  const ids = external_ids as ReadonlyMap<string, unknown>;
  return [cidr, ids.get('subnet_id') ?? '', ids.get('port_id') ?? ''].join(' ');
}

class Planting {
  readonly operations: Operation[] = [];
  readonly #client: OvsdbClient;
  #named = 0;

  constructor(client: OvsdbClient) {
    this.#client = client;
  }

  /** Columns that the server's schema lacks are left out. */
  insert(table: string, row: RowInput): NamedRef {
    const columns = this.#client.schema.tables.get(table)?.columns;
    const known = Object.fromEntries(Object.entries(row).filter(([column]) => columns?.has(column)));
    const ref = `foreign${this.#named++}`;
    this.operations.push(op.insert(table, known, { namedUuid: ref }));
    return { ref };
  }

  list(table: string, host: ReplicaRow, column: string, ...members: readonly NamedRef[]): void {
    this.operations.push(op.mutate(table, host._uuid, [[column, 'insert', members]]));
  }

  put(table: string, host: ReplicaRow, column: string, entries: Readonly<Record<string, string>>): void {
    this.operations.push(op.mutate(table, host._uuid, [[column, 'insert', map(entries)]]));
  }
}

const map = (entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(entries));
const id = (last: number): string => `f0e1d2c3-0000-4000-8000-${last.toString(16).padStart(12, '0')}`;

/** One balancer for a listener, with health monitor; it takes Neutron's spelling for its own keys. */
function plantOctavia(planting: Planting, hosts: Hosts): void {
  const check = planting.insert('Load_Balancer_Health_Check', {
    vip: '10.0.0.250:80',
    options: map({ interval: '5', timeout: '3' }),
    external_ids: map({ 'octavia:healthmonitor': id(1) }),
  });
  const balancer = planting.insert('Load_Balancer', {
    name: id(2),
    protocol: 'tcp',
    vips: map({ '10.0.0.250:80': '10.0.0.11:8080,10.0.0.12:8080', '198.51.100.9:80': '10.0.0.11:8080' }),
    health_check: [check],
    ip_port_mappings: map({ '10.0.0.11': 'a:10.0.0.2' }),
    selection_fields: ['ip_dst', 'ip_src'],
    external_ids: map({
      enabled: 'True',
      ls_refs: JSON.stringify({ [String(hosts.switch.name)]: 1 }),
      lr_ref: String(hosts.router.name),
      'neutron:vip': '10.0.0.250',
      'neutron:vip_fip': '198.51.100.9',
      'neutron:vip_port_id': id(3),
      [`pool_${id(4)}`]: `member_${id(5)}_10.0.0.11:8080_${id(6)}`,
      [`listener_${id(7)}`]: `80:pool_${id(4)}`,
    }),
  });
  planting.list('Logical_Switch', hosts.switch, 'load_balancer', balancer);
  planting.list('Logical_Router', hosts.router, 'load_balancer', balancer);
}

/** Its groups are named like security groups', and hold Neutron's ports. */
function plantFirewall(planting: Planting, hosts: Hosts): void {
  const name = `pg_${id(8).replaceAll('-', '_')}`;
  const acl = (direction: string, match: string, action: string, rule: string) =>
    planting.insert('ACL', {
      direction,
      match,
      action,
      priority: 2000,
      external_ids: map({ 'neutron:firewall_rule_id': rule }),
    });
  planting.insert('Port_Group', {
    name,
    acls: [
      acl('from-lport', `inport == @${name} && ip4`, 'drop', 'default_rule'),
      acl('to-lport', `outport == @${name} && ip4 && tcp && tcp.dst == 80`, 'allow-stateless', id(9)),
    ],
    ports: hosts.ports.map(({ _uuid }) => _uuid),
    external_ids: map({ 'neutron:firewall_group_id': id(8) }),
  });
}

/** The BGP service, with ports of its own on a switch of Neutron's. */
function plantBgp(planting: Planting, hosts: Hosts): void {
  const routerPort = planting.insert('Logical_Router_Port', {
    name: 'bgp-lrp-main-to-physnet1',
    mac: '02:00:00:00:00:01',
    networks: ['169.254.10.1/30'],
  });
  const route = planting.insert('Logical_Router_Static_Route', { ip_prefix: '0.0.0.0/0', nexthop: '169.254.10.2' });
  const policy = planting.insert('Logical_Router_Policy', {
    priority: 10,
    match: 'inport == "bgp-lrp-main-to-physnet1"',
    action: 'reroute',
    nexthops: ['169.254.10.2'],
  });
  planting.insert('Logical_Router', {
    name: 'bgp-lr-main',
    ports: [routerPort],
    static_routes: [route],
    policies: [policy],
    options: map({ 'dynamic-routing': 'true' }),
  });
  const peer = planting.insert('Logical_Switch_Port', {
    name: 'bgp-lsp-physnet1-to-main',
    type: 'router',
    addresses: ['router'],
    options: map({ 'router-port': 'bgp-lrp-main-to-physnet1' }),
  });
  const uplink = planting.insert('Logical_Switch_Port', {
    name: 'bgp-lsp-physnet1-uplink',
    type: 'localnet',
    addresses: ['unknown'],
    options: map({ network_name: 'physnet1' }),
  });
  planting.insert('Logical_Switch', { name: 'bgp-ls-chassis-1-physnet1', ports: [peer, uplink] });
  const interconnect = planting.insert('Logical_Switch_Port', {
    name: `bgp-lsp-${String(hosts.switch.name)}-interconnect`,
    addresses: ['unknown'],
  });
  planting.list('Logical_Switch', hosts.switch, 'ports', interconnect);
  const chassis = planting.insert('HA_Chassis', { chassis_name: 'gw-1', priority: 1 });
  planting.insert('HA_Chassis_Group', { name: 'bgp-hcg-chassis-1', ha_chassis: [chassis] });
}

/** By hand: a network of their own, and rows without any mark on Neutron's. */
function plantOperators(planting: Planting, hosts: Hosts): void {
  const own = planting.insert('Logical_Switch_Port', {
    name: 'storage-1',
    addresses: ['02:00:00:00:01:01 192.0.2.11'],
    port_security: ['02:00:00:00:01:01 192.0.2.11'],
  });
  planting.insert('Logical_Switch', {
    name: 'storage',
    ports: [own],
    other_config: map({ subnet: '192.0.2.0/24', exclude_ips: '192.0.2.1..192.0.2.9' }),
  });
  planting.insert('Logical_Router', { name: 'edge', enabled: true });
  const listOn = (column: string, table: string, row: RowInput): void => {
    const isOfSwitch = ['ports', 'acls', 'qos_rules', 'dns_records'].includes(column);
    const [host, hostTable] = isOfSwitch ? [hosts.switch, 'Logical_Switch'] : [hosts.router, 'Logical_Router'];
    planting.list(hostTable, host, column, planting.insert(table, row));
  };
  listOn('ports', 'Logical_Switch_Port', { name: 'monitoring-probe', addresses: ['02:00:00:00:01:02 10.0.0.251'] });
  listOn('acls', 'ACL', { direction: 'to-lport', priority: 500, match: 'ip4.src == 192.0.2.66', action: 'drop' });
  listOn('qos_rules', 'QoS', {
    direction: 'from-lport',
    priority: 100,
    match: 'inport == "monitoring-probe"',
    bandwidth: new Map([['rate', 1000]]),
  });
  listOn('dns_records', 'DNS', { records: map({ 'probe.example.org': '10.0.0.251' }) });
  listOn('static_routes', 'Logical_Router_Static_Route', { ip_prefix: '192.0.2.0/24', nexthop: '10.0.0.254' });
  listOn('policies', 'Logical_Router_Policy', { priority: 5, match: 'ip4.src == 192.0.2.66', action: 'drop' });
  listOn('nat', 'NAT', {
    type: 'snat',
    external_ip: '192.0.2.200',
    logical_ip: '10.99.0.0/24',
    external_ids: map({ owner: 'operators' }),
  });
  listOn('nat', 'NAT', { type: 'dnat', external_ip: '192.0.2.201', logical_ip: '10.0.0.251' });
  const inGroup = planting.insert('ACL', {
    direction: 'from-lport',
    priority: 3000,
    match: 'ip4.dst == 192.0.2.53 && udp.dst == 53',
    action: 'allow-related',
    external_ids: map({ owner: 'operators' }),
  });
  planting.list('Port_Group', hosts.portGroup, 'acls', inGroup);
  const acl = planting.insert('ACL', { direction: 'to-lport', priority: 1, match: 'ip6', action: 'drop' });
  planting.insert('Port_Group', { name: 'no_ipv6', ports: hosts.ports.map(({ _uuid }) => _uuid), acls: [acl] });
  planting.insert('Address_Set', { name: 'allowlist', addresses: ['192.0.2.0/24'] });
  planting.insert('DHCP_Options', { cidr: '10.0.0.0/24', options: map({ server_id: '10.0.0.251' }) });
  planting.insert('DNS', { records: map({ 'unlisted.example.org': '192.0.2.1' }) });
  const band = planting.insert('Meter_Band', { action: 'drop', rate: 10, burst_size: 1 });
  planting.insert('Meter', { name: 'operators-log', unit: 'pktps', bands: [band], fair: true });
  planting.insert('Load_Balancer', {
    name: 'by-hand',
    protocol: 'tcp',
    vips: map({ '192.0.2.80:80': '192.0.2.11:80' }),
  });
  planting.insert('BFD', { logical_port: 'lrp-edge-uplink', dst_ip: '192.0.2.254', min_tx: 500 });
  planting.insert('Static_MAC_Binding', {
    logical_port: String(hosts.routerPort.name),
    ip: '10.0.0.251',
    mac: '02:00:00:00:01:02',
    override_dynamic_mac: true,
  });
  planting.insert('Mirror', { name: 'tap', type: 'gre', filter: 'from-lport', sink: '192.0.2.90', index: 7 });
}

function plantKeys(planting: Planting, hosts: Hosts): ReadonlySet<string> {
  const keys = new Set<string>();
  const put = (table: string, host: ReplicaRow, column: string, entries: Readonly<Record<string, string>>): void => {
    planting.put(table, host, column, entries);
    for (const key in entries) keys.add(`${host._uuid} ${column} ${key}`);
  };
  put('NB_Global', hosts.global, 'options', { northd_probe_interval: '5000', use_logical_dp_groups: 'true' });
  put('NB_Global', hosts.global, 'external_ids', { [OPERATOR_KEY]: 'region one' });
  put('Logical_Switch', hosts.switch, 'other_config', { mcast_querier: 'false', exclude_ips: '10.0.0.251' });
  put('Logical_Switch', hosts.switch, 'external_ids', { [OPERATOR_KEY]: 'keep', 'octavia:lb': id(2) });
  put('Logical_Router', hosts.router, 'options', { lb_force_snat_ip: 'router_ip' });
  put('Logical_Router', hosts.router, 'external_ids', { [OPERATOR_KEY]: 'keep', 'octavia:lb': id(2) });
  put('Logical_Router_Port', hosts.routerPort, 'options', { gateway_mtu_bypass: 'icmp' });
  put('Logical_Router_Port', hosts.routerPort, 'external_ids', { [OPERATOR_KEY]: 'keep' });
  for (const port of hosts.ports) {
    put('Logical_Switch_Port', port, 'external_ids', { [OPERATOR_KEY]: 'keep', 'octavia:member': id(5) });
    put('Logical_Switch_Port', port, 'options', { hostname: 'by-hand' });
  }
  put('Port_Group', hosts.portGroup, 'external_ids', { [OPERATOR_KEY]: 'keep' });
  put('DHCP_Options', hosts.dhcpOptions, 'external_ids', { [OPERATOR_KEY]: 'keep' });
  return keys;
}
