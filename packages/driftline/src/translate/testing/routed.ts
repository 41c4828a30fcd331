import type { Router } from '../../neutron/model/router.ts';
import type { DesiredRow, KeyWant, ObservedLookup } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { buildContext, network, type Parts, port, revised, router, segment, subnet } from './build.ts';

interface Scene extends Parts {
  /** Network types behind the router, one interface each: `port-0` on network `inner-0`, 10.0.0.0/24, and so on. */
  readonly inside?: readonly string[];
  /** Of the network `outer` with the gateway port `gateway`, 198.51.100.10; 'none' for a router without gateway. */
  readonly outside?: string;
  readonly router?: Partial<Router>;
}

/** A router `r` named edge, with a gateway on a flat network of physnet1 and one interface on a tunnelled one. */
export function routed(scene: Scene = {}): TranslationContext {
  const { inside = ['geneve'], outside = 'flat', ...parts } = scene;
  const hasGateway = outside !== 'none';
  const isPhysical = (type: string) => type === 'flat' || type === 'vlan';
  const segmentOf = (networkId: string, networkType: string) =>
    segment({
      id: `${networkId}-segment`,
      networkId,
      networkType,
      physicalNetwork: isPhysical(networkType) ? 'physnet1' : undefined,
    });
  return buildContext({
    ...parts,
    networks: [
      network({ id: 'outer', external: true, mtu: 1500 }),
      ...inside.map((type, at) => network({ id: `inner-${at}`, mtu: isPhysical(type) ? 1500 : 1442 })),
      ...(parts.networks ?? []),
    ],
    segments: [
      segmentOf('outer', outside),
      ...inside.map((type, at) => segmentOf(`inner-${at}`, type)),
      ...(parts.segments ?? []),
    ],
    subnets: [
      subnet({ id: 'outer-v4', networkId: 'outer', cidr: '198.51.100.0/24', gatewayIp: '198.51.100.1' }),
      ...inside.map((_, at) => subnet({ id: `inner-${at}-v4`, networkId: `inner-${at}`, cidr: `10.0.${at}.0/24` })),
      ...(parts.subnets ?? []),
    ],
    ports: [
      ...(hasGateway ? [gatewayPort] : []),
      ...inside.map((_, at) => interfacePort(at, [{ subnetId: `inner-${at}-v4`, ipAddress: `10.0.${at}.1` }])),
      ...(parts.ports ?? []).filter(({ id }) => id !== 'gateway' && !id.startsWith('port-')),
    ].map((own) => parts.ports?.find(({ id }) => id === own.id) ?? own),
    routers: [
      router({
        id: 'r',
        name: 'edge',
        ...revised(7),
        gatewayPortId: hasGateway ? 'gateway' : undefined,
        ports: [
          ...(hasGateway ? [{ portId: 'gateway', portType: 'network:router_gateway' }] : []),
          ...inside.map((_, at) => ({ portId: `port-${at}`, portType: 'network:router_interface' })),
        ],
        ...scene.router,
      }),
    ],
  });
}

export const gatewayPort = port({
  id: 'gateway',
  ...revised(3),
  networkId: 'outer',
  macAddress: 'fa:16:3e:00:00:0a',
  deviceId: 'r',
  deviceOwner: 'network:router_gateway',
  fixedIps: [{ subnetId: 'outer-v4', ipAddress: '198.51.100.10' }],
});

export const interfacePort = (at: number, fixedIps: (typeof gatewayPort)['fixedIps']) =>
  port({
    id: `port-${at}`,
    ...revised(2),
    networkId: `inner-${at}`,
    macAddress: `fa:16:3e:00:01:0${at}`,
    deviceId: 'r',
    deviceOwner: 'network:router_interface',
    fixedIps,
  });

/** Rows as found, by table and key; what they refer to, by uuid. */
export const observing = (
  rows: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
  byUuid: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): ObservedLookup => ({ row: (table, key) => rows[`${table} ${key}`], rowAt: (uuid) => byUuid[uuid] });

export const rowOf = (rows: Iterable<DesiredRow>, key: string): DesiredRow => {
  const found = [...rows].find((row) => row.key === key);
  if (found === undefined) throw new Error(`no row ${key}`);
  return found;
};

/** The keys of a map cell; dated ones by what is wanted now, choices by what would be written. */
export function wantedKeys(row: DesiredRow, column: string, observed = observing()): Record<string, unknown> {
  const cell = row.cells[column];
  if (cell?.is !== 'keys') throw new Error(`${column} of ${row.key} is no map`);
  const plain = (want: KeyWant): unknown => {
    if (typeof want !== 'object') return want;
    if (want.is === 'choice') return want.choose({}, observed, noLoad());
    return want.is === 'dated' ? plain(want.value) : undefined;
  };
  const wanted = Object.entries(cell.keys).map(([key, want]) => [key, plain(want)] as const);
  return Object.fromEntries(wanted.filter(([, value]) => value !== undefined));
}

export function accepts(row: DesiredRow, column: string, key: string, found: string | undefined): boolean {
  const cell = row.cells[column];
  const want = cell?.is === 'keys' ? cell.keys[key] : undefined;
  if (typeof want !== 'object') return want === found;
  if (want.is === 'choice') return want.accepts(found, {}, observing());
  return found === (want.is === 'dated' ? want.value : undefined);
}

/** Counts nothing but what this pass adds. */
export function noLoad(initial: Readonly<Record<string, readonly number[]>> = {}) {
  const all = new Map(Object.entries(initial).map(([name, priorities]) => [name, [...priorities]]));
  return {
    count: (name: string, priority: number) => (all.get(name) ?? []).filter((each) => each === priority).length,
    total: (name: string) => all.get(name)?.length ?? 0,
    add: (name: string, priority: number) => {
      all.set(name, [...(all.get(name) ?? []), priority]);
    },
  };
}
