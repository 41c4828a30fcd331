import type { FeatureName } from '../../neutron/features.ts';
import type { Subnet } from '../../neutron/model/network.ts';
import type { ExtraDhcpOption, Port } from '../../neutron/model/port.ts';
import { type Cell, choice, type DesiredRow, dated, type KeyWant, keys, refs } from '../../northbound/desired.ts';
import { portDhcpKey, subnetDhcpKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { type IpVersion, ipVersionOf } from '../ip.ts';
import { oneOfSubnets, textBySubnet } from '../one-of-subnets.ts';
import { REVISION_KEY, revisionAtMost } from '../revision.ts';
import { areRoutes, printRoutes } from '../router/static-routes.ts';
import { writtenSince } from '../since.ts';
import { dhcpOptionName, isTextOption } from '../subnet/dhcp-option-names.ts';
import {
  type DhcpOptions,
  hasDhcpRow,
  staticRoutesOf,
  subnetDhcpOptions,
  subnetMarks,
} from '../subnet/dhcp-options.ts';
import { activeBinding, isNetworkDevice } from './port-binding.ts';

/** Ports with extra DHCP options: a copy of the subnet's row, with the port's options laid over it. */
export function* portDhcpRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const port of ctx.snapshot.ports.values()) {
    if (port.extraDhcpOptions.length === 0 || isDhcpOff(ctx, port)) continue;
    for (const version of [4, 6] as const) {
      const own = ownOptions(ctx, port, version);
      if (own === 'disabled' || own.byName.size === 0) continue;
      const subnets = candidateSubnets(ctx, port, version);
      if (subnets[0] !== undefined) yield portDhcpRow(ctx, port, own, [subnets[0], ...subnets.slice(1)]);
    }
  }
}

/** The DHCP_Options rows that a port's row may refer to, Neutron's own preference first. Empty: none. */
export interface DhcpRefs {
  readonly keys: readonly string[];
  /** The row came with a release that knows the port's options; earlier the port had its subnet's. */
  readonly since?: { readonly feature: FeatureName; readonly before: readonly string[] };
}
export interface PortDhcp {
  readonly v4: DhcpRefs;
  readonly v6: DhcpRefs;
}

const NO_REFS: DhcpRefs = { keys: [] };
const NO_DHCP: PortDhcp = { v4: NO_REFS, v6: NO_REFS };

export function dhcpOptionsFor(ctx: TranslationContext, port: Port): PortDhcp {
  if (port.fixedIps.length === 0 || isDhcpOff(ctx, port)) return NO_DHCP;
  return { v4: refsFor(ctx, port, 4), v6: refsFor(ctx, port, 6) };
}

export const hasDhcp = ({ v4, v6 }: PortDhcp): boolean => v4.keys.length > 0 || v6.keys.length > 0;

/** The two reference columns of a port's Logical_Switch_Port. */
export const portDhcpCells = ({ v4, v6 }: PortDhcp): { dhcpv4_options: Cell; dhcpv6_options: Cell } => ({
  dhcpv4_options: refsToOne(v4),
  dhcpv6_options: refsToOne(v6),
});

const NONE: Cell = refs('DHCP_Options', []);

function refsToOne({ keys: wanted, since }: DhcpRefs): Cell {
  if (wanted.length === 0) return NONE;
  if (wanted.length === 1) {
    const cell = { is: 'refs', table: 'DHCP_Options', keys: wanted } as const;
    return since === undefined ? cell : { ...cell, dated: dated(since.feature, wanted, since.before) };
  }
  const anyOne = choice<readonly string[]>(
    "the DHCP options of one of the port's subnets",
    (found) => found?.length === 1 && wanted.includes(found[0] ?? ''),
    () => wanted.slice(0, 1),
  );
  return { is: 'refs-choice', table: 'DHCP_Options', choice: anyOne };
}

function refsFor(ctx: TranslationContext, port: Port, version: IpVersion): DhcpRefs {
  const own = port.extraDhcpOptions.length === 0 ? NO_OPTIONS : ownOptions(ctx, port, version);
  if (own === 'disabled') return NO_REFS;
  const subnets = candidateSubnets(ctx, port, version);
  if (subnets.length === 0) return NO_REFS;
  const ofSubnets = subnets.map(({ id }) => subnetDhcpKey(id));
  if (own.byName.size === 0) return { keys: ofSubnets };
  const ofPort = subnets.slice(0, 1).map(({ id }) => portDhcpKey(id, port.id));
  if (own.since === undefined) return { keys: ofPort };
  return ctx.features.has(own.since)
    ? { keys: ofPort, since: { feature: own.since, before: ofSubnets.slice(0, 1) } }
    : { keys: [...ofSubnets, ...ofPort] };
}

function isDhcpOff(ctx: TranslationContext, port: Port): boolean {
  if (isNetworkDevice(port)) return true;
  return ctx.config.ovn.disableOvnDhcpForBaremetalPorts && activeBinding(port).vnicType === 'baremetal';
}

/**
 * The subnets of the port's addresses that have DHCP. Neutron takes the first, by the order that the addresses had in
 * the request, or have in SQL, or the one whose DHCP was switched on last: any may be right. In IPv6 a stateful one
 * goes before the stateless.
 */
function candidateSubnets(ctx: TranslationContext, port: Port, version: IpVersion): readonly Subnet[] {
  const subnets: Subnet[] = [];
  for (const { subnetId, ipAddress } of port.fixedIps) {
    if (ipVersionOf(ipAddress) !== version) continue;
    const subnet = ctx.snapshot.subnets.get(subnetId);
    if (subnet !== undefined && hasDhcpRow(subnet) && !subnets.includes(subnet)) subnets.push(subnet);
  }
  if (version === 4 || subnets.length < 2) return subnets;
  const stateful = subnets.filter(({ ipv6AddressMode }) => ipv6AddressMode !== 'dhcpv6-stateless');
  return stateful.length > 0 ? stateful : subnets;
}

interface OwnOptions {
  /** By OVN's name: the values given for it, the last one Neutron's when several names mean the same. */
  readonly byName: ReadonlyMap<string, { readonly values: readonly string[]; readonly want: KeyWant | undefined }>;
  /** The feature that brought all of them: before it the port had no row of its own. */
  readonly since: FeatureName | undefined;
}
const NO_OPTIONS: OwnOptions = { byName: new Map(), since: undefined };

function ownOptions(ctx: TranslationContext, port: Port, version: IpVersion): OwnOptions | 'disabled' {
  const byName = new Map<string, { values: readonly string[]; want: KeyWant | undefined }>();
  const features = new Set<FeatureName | undefined>();
  const isBaremetal = activeBinding(port).vnicType === 'baremetal';
  for (const given of port.extraDhcpOptions) {
    if (given.ipVersion !== version) continue;
    if (isDisabling(given)) return 'disabled';
    const named = dhcpOptionName(given.optName, version, isBaremetal, ctx.features);
    if (named === undefined) continue;
    const value = isTextOption(named.name) ? quoted(given.optValue) : given.optValue;
    const values = [...(byName.get(named.name)?.values ?? []), value];
    const want = named.feature === undefined ? value : writtenSince(ctx, named.feature, value);
    byName.set(named.name, { values, want });
    features.add(named.feature);
  }
  return { byName, since: features.size === 1 ? [...features][0] : undefined };
}

const isDisabling = ({ optName, optValue }: ExtraDhcpOption): boolean =>
  optName === 'dhcp_disabled' && optValue.toLowerCase() === 'true';

const quoted = (text: string): string => (text.startsWith('"') && text.endsWith('"') ? text : `"${text}"`);
const braced = (text: string): string => (text.startsWith('{') && text.endsWith('}') ? text : `{${text}}`);

function portDhcpRow(
  ctx: TranslationContext,
  port: Port,
  own: OwnOptions,
  subnets: readonly [Subnet, ...Subnet[]],
): DesiredRow {
  const keyOf = ({ id }: Subnet) => portDhcpKey(id, port.id);
  const { since } = own;
  return {
    table: 'DHCP_Options',
    key: keyOf(subnets[0]),
    aliases: subnets.slice(1).map(keyOf),
    resource: { type: 'ports', id: port.id },
    cells: {
      cidr: textBySubnet(subnets, ({ cidr }) => cidr),
      options: keys(oneOfSubnets(subnets, (subnet) => portOptions(ctx, subnet, own))),
      external_ids: keys(
        oneOfSubnets(subnets, (subnet) => ({
          ...subnetMarks(ctx, subnet),
          port_id: port.id,
          // The subnet's when the row was made: Neutron does not look at it again.
          [REVISION_KEY]: revisionAtMost(subnet),
        })),
      ),
    },
    listedIn: [],
    ...(since === undefined ? {} : ctx.features.has(since) ? { feature: since } : { presence: 'tolerated' }),
  };
}

function portOptions(ctx: TranslationContext, subnet: Subnet, own: OwnOptions): DhcpOptions {
  const network = ctx.snapshot.networks.get(subnet.networkId);
  const options = network === undefined ? {} : { ...subnetDhcpOptions(ctx, subnet, network) };
  for (const [name, { values, want }] of own.byName) {
    const distinct = new Set(values);
    if (name === 'classless_static_route') options[name] = ownRoutes(ctx, subnet, values);
    else if (distinct.size === 1) options[name] = want;
    else options[name] = anyOf([...distinct]);
  }
  return options;
}

/** Several names for one option: which one Neutron meets last is up to SQL. */
const anyOf = (values: readonly string[]): KeyWant =>
  choice<string | number>(
    'one of the values given under several names',
    (found) => values.includes(String(found)),
    () => values.at(-1),
  );

/**
 * Since 2024.2 the subnet's routes stand before the port's, unless the row was made when DHCP was switched on for the
 * subnet; earlier the port's stood alone, and as they were given.
 */
function ownRoutes(ctx: TranslationContext, subnet: Subnet, values: readonly string[]): KeyWant {
  const given = values.at(-1) ?? '';
  if (!ctx.features.has('mergedClasslessRoutes') && !ctx.features.maybe('mergedClasslessRoutes')) {
    return values.length === 1 ? given : anyOf(values);
  }
  const inherited = staticRoutesOf(ctx, subnet);
  const merged = inherited && `{${printRoutes(inherited).slice(1, -1)}, ${braced(given).slice(1, -1)}}`;
  return choice<string | number>(
    "the subnet's routes and the port's, or the port's alone",
    (found) => values.some((value) => found === value || found === braced(value) || isMerged(String(found), value)),
    () => (ctx.features.has('mergedClasslessRoutes') ? (merged ?? braced(given)) : given),
  );

  function isMerged(found: string, value: string): boolean {
    const tail = `, ${braced(value).slice(1, -1)}}`;
    return inherited !== undefined && found.endsWith(tail) && areRoutes(`${found.slice(0, -tail.length)}}`, inherited);
  }
}
