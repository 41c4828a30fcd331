/** `addresses` and `port_security` of the switch ports of Neutron's ports. */
import type { AllowedAddressPair, Port } from '../../neutron/model/port.ts';
import { type Cell, type ColumnValue, choice, dated, exact } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { startsAlike } from '../words.ts';
import type { SwitchPortFacts } from './switch-port-facts.ts';

const UNKNOWN = 'unknown';
const ONLY_UNKNOWN = exact([UNKNOWN]);
const ONLY_ROUTER = exact(['router']);
const NOTHING = exact([]);

const ORDER_IS_FREE = 'these addresses, the IPs in any order';

export function addressesCell(ctx: TranslationContext, facts: SwitchPortFacts, hasDhcp: boolean): Cell {
  const { port, type } = facts;
  if (type === 'router') return ONLY_ROUTER;
  if (type === 'vtep') return ONLY_UNKNOWN;
  // Octavia's OVN provider answers for these itself (LP#1789686).
  if (port.name.startsWith('ovn-lb-vip-') && port.deviceOwner === '' && facts.binding.vifType === 'unbound') {
    return NOTHING;
  }
  const isSecured = facts.isSecured && !facts.isTrusted;
  const own = ownAddress(port);
  const isVpnGateway = port.deviceOwner === 'network:vpn_router_gateway' && ctx.features.has('vpnGatewayAddresses');
  if (isSecured) {
    const macs = foreignMacs(port);
    const wanted = macs.length === 0 ? [own] : [own, ...macs];
    return anyIpOrder(wanted, port.fixedIps.length, truncated(ctx, facts));
  }
  const known = type !== '' || hasDhcp || isVpnGateway;
  const wanted = known ? (type === '' ? [own, UNKNOWN] : [own]) : [UNKNOWN];
  if (facts.virtual !== undefined && type === 'virtual') {
    // Made virtual by a parent it keeps the addresses it had as an ordinary port; its own update takes `unknown` away.
    return oneOf([[own], hasDhcp ? [own, UNKNOWN] : [UNKNOWN], ...truncated(ctx, facts).map((old) => [old])]);
  }
  return anyIpOrder(wanted, port.fixedIps.length, []);
}

function ownAddress(port: Port): string {
  let address = port.macAddress;
  for (const { ipAddress } of port.fixedIps) address += ` ${ipAddress}`;
  return address;
}

/** Until 2023.1 an update of a virtual port forgot the addresses after the virtual one. */
export function truncated(ctx: TranslationContext, { port, virtual, type }: SwitchPortFacts): readonly string[] {
  const first = virtual?.addresses[0]?.ip;
  if (first === undefined || type === 'localport' || ctx.features.has('virtualKeepsAllAddresses')) return [];
  const at = port.fixedIps.findIndex(({ ipAddress }) => ipAddress === first);
  if (at === port.fixedIps.length - 1) return [];
  return [ownAddress({ ...port, fixedIps: port.fixedIps.slice(0, at + 1) })];
}

function anyIpOrder(wanted: readonly string[], ipCount: number, firstMayBe: readonly string[]): Cell {
  const [first = '', ...rest] = wanted;
  if (ipCount < 2 && firstMayBe.length === 0) return exact(wanted);
  return choice<ColumnValue>(
    ORDER_IS_FREE,
    (found) => {
      if (!isSetOf(found, wanted.length)) return false;
      const others = found.filter((entry) => !rest.includes(entry));
      const [own] = others;
      return others.length === 1 && own !== undefined && (startsAlike(own, first) || firstMayBe.includes(own));
    },
    () => wanted,
  );
}

function oneOf(sets: readonly (readonly string[])[]): Cell {
  return choice<ColumnValue>(
    'what the port had before it became virtual, or what it has since',
    (found) =>
      sets.some(
        (set) => isSetOf(found, set.length) && set.every((entry) => found.some((it) => startsAlike(it, entry))),
      ),
    () => sets[0],
  );
}

function isSetOf(found: ColumnValue, size: number): found is readonly string[] {
  return Array.isArray(found) && found.length === size;
}

const isForeign = (port: Port) => (pair: AllowedAddressPair) => pair.macAddress !== port.macAddress;

function foreignMacs(port: Port): readonly string[] {
  if (port.allowedAddressPairs.length === 0) return [];
  return [...new Set(port.allowedAddressPairs.filter(isForeign(port)).map(({ macAddress }) => macAddress))];
}

export function portSecurityCell(ctx: TranslationContext, facts: SwitchPortFacts): Cell {
  const { port, type } = facts;
  if (!facts.isSecured || facts.isTrusted || type === 'vtep') return NOTHING;
  let own = ownAddress(port);
  let count = port.fixedIps.length;
  if (port.allowedAddressPairs.length === 0) return anyIpOrder([own], count, []);
  const foreign = port.allowedAddressPairs.filter(isForeign(port));
  for (const { macAddress, ipAddress } of port.allowedAddressPairs) {
    if (macAddress !== port.macAddress) continue;
    own += ` ${ipAddress}`;
    count += 1;
  }
  const plain = foreign.map(({ macAddress, ipAddress }) => `${macAddress} ${ipAddress}`);
  if (foreign.length === 0 || !ctx.features.has('vrrpPortSecurity')) return anyIpOrder([own, ...plain], count, []);
  const vrrp = foreign.map((pair) => `VRRPv3 ${port.macAddress} ${pair.macAddress} ${pair.ipAddress}`);
  return vrrpCell(ctx, own, plain, vrrp);
}

/** Rows keep the shape of the release that wrote them last; there is no migration. */
function vrrpCell(ctx: TranslationContext, own: string, plain: readonly string[], vrrp: readonly string[]): Cell {
  const orders = wordOrders(own);
  const shapes = ctx.features.has('vrrpPortSecurityPlain') ? [[...vrrp, ...plain], vrrp, plain] : [vrrp, plain];
  const [wanted = [], ...older] = shapes.map((shape) => [own, ...shape]);
  const before = [wanted, ...older].flatMap(([, ...rest]) => orders.map((order) => [order, ...rest]));
  const feature = ctx.features.has('vrrpPortSecurityPlain') ? 'vrrpPortSecurityPlain' : 'vrrpPortSecurity';
  return dated<ColumnValue>(feature, wanted, ...before.slice(1));
}

/** Every order of the IPs behind a MAC; only the given one where they are too many to try. */
function wordOrders(own: string): string[] {
  const [mac = '', ...ips] = own.split(' ');
  if (ips.length > 4) return [own];
  return permutations(ips).map((order) => [mac, ...order].join(' '));
}

function permutations(items: readonly string[]): string[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}
