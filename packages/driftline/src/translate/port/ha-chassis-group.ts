/**
 * Groups of chassis that answer for external ports: one per network, or one per port where chassis are set aside for
 * it (`enable-chassis-as-extport-host`). Since 2026.1 the group of a network behind a router gateway follows that
 * gateway, so that both are on one chassis. Groups of routers are in router-ha-group.ts.
 */
import type { Network } from '../../neutron/model/network.ts';
import type { Port } from '../../neutron/model/port.ts';
import {
  absent,
  type Cell,
  choice,
  type DesiredRow,
  dated,
  type EmbeddedRow,
  exact,
  type GatewayLoad,
  type KeyWant,
  keys,
  type ObservedLookup,
  type Past,
  type ResourceRef,
} from '../../northbound/desired.ts';
import type { Chassis } from '../../southbound/chassis.ts';
import type { TranslationContext } from '../context.ts';
import { externalPortHaGroupName, networkHaGroupName } from '../names.ts';
import { joinHints, providerSegment } from '../network/logical-switch.ts';
import { byLife, yieldsToLiving } from '../router/gateway-candidates.ts';
import { chassisOf, namesOf } from '../router/gateway-chassis.ts';
import { type GatewayLink, gatewayLinks, type Schedule } from '../router/gateway-links.ts';
import { stableHash } from '../stable-hash.ts';
import { activeBinding, hasSwitchPort, isExternal, ownRouterOf, profileParameters } from './port-binding.ts';

const MAX_MEMBERS = 5;
const HIGHEST_PRIORITY = 32_767;
/** Chassis that come and go cost a priority each; Neutron numbers anew from the top when it next writes the group. */
const PRIORITIES_LOST = 1000;

export function* externalHaGroupRows(ctx: TranslationContext): Iterable<DesiredRow> {
  const perPort = hasGroupPerPort(ctx);
  const links = gatewayLinks(ctx);
  const withExternalPorts = new Set<string>();
  for (const port of ctx.snapshot.ports.values()) {
    if (!hasExternalSwitchPort(ctx, port)) continue;
    const network = ctx.index.networkOf(port);
    if (network === undefined) continue;
    withExternalPorts.add(network.id);
    const isNeeded = perPort && !links.has(network.id);
    yield portGroup(ctx, port, network, isNeeded);
  }
  for (const network of ctx.snapshot.networks.values()) {
    const followed = links.get(network.id);
    if (followed !== undefined) yield linkedGroup(ctx, network, followed, withExternalPorts.has(network.id));
    else yield networkGroup(ctx, network, withExternalPorts.has(network.id) && !perPort);
  }
}

/** The group that an external port's switch port refers to. */
export function externalPortHaGroup(ctx: TranslationContext, port: Port): string {
  const isPerPort = hasGroupPerPort(ctx) && !gatewayLinks(ctx).has(port.networkId);
  return isPerPort ? externalPortHaGroupName(port.id) : networkHaGroupName(port.networkId);
}

/** The operator who marks chassis so runs a point release that knows the mark. */
const hasGroupPerPort = ({ chassis, features }: TranslationContext): boolean =>
  (features.has('haGroupPerExternalPort') || features.maybe('haGroupPerExternalPort')) &&
  chassis.some(({ isExternalPortHost }) => isExternalPortHost);

const hasExternalSwitchPort = (ctx: TranslationContext, port: Port): boolean => {
  const binding = activeBinding(port);
  return (
    isExternal(binding) &&
    hasSwitchPort(port) &&
    profileParameters(binding, ctx.features).is !== 'vtep' &&
    ownRouterOf(ctx, port) === undefined
  );
};

function group(name: string, resource: ResourceRef, isNeeded: boolean, externalIds: Cell, members: Cell): DesiredRow {
  return {
    table: 'HA_Chassis_Group',
    key: name,
    resource,
    cells: { name: exact(name), ha_chassis: members, external_ids: externalIds },
    listedIn: [],
    ...(isNeeded ? {} : { presence: 'tolerated' as const }),
  };
}

function externalIds(ctx: TranslationContext, network: Network, router: KeyWant): Cell {
  const hasIds = ctx.features.has('haGroupIds');
  return keys({
    'neutron:availability_zone_hints': joinHints(ctx, network.availabilityZoneHints),
    'neutron:network_id': hasIds ? dated('haGroupIds', network.id) : undefined,
    'neutron:router_id': hasIds ? router : undefined,
  });
}

function portGroup(ctx: TranslationContext, port: Port, network: Network, isNeeded: boolean): DesiredRow {
  const name = externalPortHaGroupName(port.id);
  const candidates = inZones(
    ctx,
    network,
    ctx.chassis.filter(({ isExternalPortHost }) => isExternalPortHost),
  );
  const { host } = activeBinding(port);
  const others = candidates.filter(({ hostname }) => hostname !== host);
  // Neutron leaves out where OVN has bound the port at that moment: any one chassis.
  const members = isNeeded ? membersOf(ctx, name, candidates, others, 1) : anyMembers(ctx);
  return group(name, { type: 'ports', id: port.id }, isNeeded, externalIds(ctx, network, absent), members);
}

function networkGroup(ctx: TranslationContext, network: Network, isNeeded: boolean): DesiredRow {
  const name = networkHaGroupName(network.id);
  const gateways = inZones(
    ctx,
    network,
    ctx.chassis.filter(({ isGateway }) => isGateway),
  );
  const reachable = reaching(ctx, network, gateways);
  const unreachable = gateways.length - reachable.length;
  const members = isNeeded ? membersOf(ctx, name, gateways, reachable, unreachable) : anyMembers(ctx);
  return group(name, { type: 'networks', id: network.id }, isNeeded, externalIds(ctx, network, absent), members);
}

/** Since 2026.2 a chassis that lacks the network's physical network is left out, but not when it appears later. */
function reaching(ctx: TranslationContext, network: Network, candidates: readonly Chassis[]): readonly Chassis[] {
  const physicalNetwork = providerSegment(ctx, network)?.physicalNetwork;
  const isFiltered = ctx.features.has('haGroupPhysicalNetwork') || ctx.features.maybe('haGroupPhysicalNetwork');
  if (physicalNetwork === undefined || !isFiltered) return candidates;
  return candidates.filter(({ physicalNetworks }) => physicalNetworks.includes(physicalNetwork));
}

/** Chassis in one of the hinted zones; without hints, chassis in none. */
function inZones(ctx: TranslationContext, network: Network, candidates: readonly Chassis[]): readonly Chassis[] {
  const joined = joinHints(ctx, network.availabilityZoneHints);
  const hints = joined === '' ? [] : joined.split(',');
  return candidates.filter(({ availabilityZones }) =>
    hints.length === 0 ? availabilityZones.length === 0 : availabilityZones.some((zone) => hints.includes(zone)),
  );
}

/** Any of the candidates, as many as there may be (`fewer` may be missing), in any order. */
function membersOf(
  ctx: TranslationContext,
  name: string,
  candidates: readonly Chassis[],
  preferred: readonly Chassis[],
  fewer: number,
): Cell {
  const names = new Set(candidates.map((each) => each.name));
  const wanted = preferred.map((each) => each.name);
  const least = Math.min(MAX_MEMBERS, Math.max(0, candidates.length - fewer));
  return haChassis(
    `${least} or more of the chassis ${[...names].join(', ')}, each with a priority of its own`,
    (found) =>
      found.length >= least &&
      found.every(({ chassis_name }) => names.has(String(chassis_name))) &&
      hasOwnPriorities(found) &&
      yieldsToLiving(ctx, namesOf(found), wanted),
    (row, observed) => {
      const existing = chassisOf(row.ha_chassis, observed).filter((each) => wanted.includes(each));
      const ordered = [...new Set([...existing, ...spread(name, preferred).map((each) => each.name)])];
      const { living, silent } = byLife(ctx, ordered);
      return numbered([...living, ...silent].slice(0, MAX_MEMBERS));
    },
  );
}

/** A group that nothing needs any more stays as it was when it was last written. */
const anyMembers = ({ chassis }: TranslationContext): Cell =>
  haChassis(
    'chassis, each with a priority of its own',
    (found) => found.every((row) => chassis.some(({ name }) => name === row.chassis_name)) && isOneEach(found),
    () => [],
  );

function haChassis(
  why: string,
  accepts: (found: readonly EmbeddedRow[], row: Readonly<Record<string, unknown>>, observed: ObservedLookup) => boolean,
  choose: (
    row: Readonly<Record<string, unknown>>,
    observed: ObservedLookup,
    load: GatewayLoad,
  ) => readonly EmbeddedRow[],
  past?: Past<readonly EmbeddedRow[]>,
): Cell {
  return {
    is: 'rows',
    table: 'HA_Chassis',
    rows: choice<readonly EmbeddedRow[]>(
      why,
      (found = [], row, observed) => accepts(found, row, observed),
      choose,
      past,
    ),
  };
}

const isOneEach = (found: readonly EmbeddedRow[]): boolean =>
  new Set(found.map(({ chassis_name }) => chassis_name)).size === found.length &&
  new Set(found.map(({ priority }) => priority)).size === found.length;

const hasOwnPriorities = (found: readonly EmbeddedRow[]): boolean =>
  isOneEach(found) &&
  found.every(({ priority }) => {
    const value = Number(priority);
    return value <= HIGHEST_PRIORITY && value > HIGHEST_PRIORITY - PRIORITIES_LOST;
  });

const numbered = (members: readonly string[]): readonly EmbeddedRow[] =>
  members.map((name, at) => ({ chassis_name: name, priority: HIGHEST_PRIORITY - at }));

/** Neutron shuffles, so that not every group starts with the same chassis; the group's name does as well. */
const spread = (name: string, candidates: readonly Chassis[]): readonly Chassis[] =>
  candidates.toSorted((a, b) => stableHash(`${name}|${a.name}`) - stableHash(`${name}|${b.name}`));

/** The chassis and priorities of a gateway, as far as they are in the network's zones. */
function linkedGroup(
  ctx: TranslationContext,
  network: Network,
  links: readonly GatewayLink[],
  hasExternalPorts: boolean,
): DesiredRow {
  const name = networkHaGroupName(network.id);
  const zone = new Set(inZones(ctx, network, ctx.chassis).map((each) => each.name));
  const inZone = (schedule: Schedule): Schedule => schedule.filter((row) => zone.has(String(row.chassis_name)));
  const members = haChassis(
    'the chassis and priorities of the gateway that the group follows',
    (found, row, observed) => {
      const router = row.external_ids instanceof Map ? row.external_ids.get('neutron:router_id') : undefined;
      return links
        .filter(({ routerId }) => router === undefined || router === routerId)
        .some((link) => {
          // A gateway about to be scheduled takes its networks along in the same pass.
          const wanted = link.scheduled(observed);
          return wanted !== undefined && isSameSchedule(found, inZone(wanted));
        });
    },
    (_row, observed, load) => {
      const [link] = links;
      return link === undefined ? [] : inZone(link.scheduled(observed) ?? link.schedule(observed, load));
    },
    // Before 2026.1 the group followed nothing; before 2026.2 it followed the gateway port, which had no group.
    ctx.features.has('gatewayHaGroup')
      ? { feature: 'gatewayHaGroup', accepts: (found = []) => isOneEach(found) }
      : { feature: 'haGroupIds', accepts: (found = [], row) => isOneEach(found) && !isLinked(row) },
  );
  const router = routerLink(ctx, network, links);
  const row = group(name, { type: 'networks', id: network.id }, true, externalIds(ctx, network, router), members);
  return hasExternalPorts ? row : { ...row, feature: 'haGroupIds' };
}

const isLinked = ({ external_ids }: Readonly<Record<string, unknown>>): boolean =>
  external_ids instanceof Map && external_ids.has('neutron:router_id');

const isSameSchedule = (found: readonly EmbeddedRow[], wanted: Schedule): boolean =>
  found.length === wanted.length &&
  wanted.every(({ chassis_name, priority }) =>
    found.some((row) => row.chassis_name === chassis_name && row.priority === priority),
  );

/** A router without a gateway that joins the network takes the link of the others away. */
function routerLink(ctx: TranslationContext, network: Network, links: readonly GatewayLink[]): KeyWant {
  const ids = new Set(links.map(({ routerId }) => routerId));
  const [only = ''] = ids;
  const attached = ctx.index.portsOfNetwork
    .of(network.id)
    .filter((port) => port.deviceOwner !== 'network:router_gateway' && ctx.index.routerOfPort.has(port.id))
    .map(({ deviceId }) => deviceId);
  if (new Set(attached).size < 2) return dated('haGroupIds', only);
  return choice<string | number>(
    'one of the routers with a gateway, or none after another router joined or left',
    (found) => found === undefined || ids.has(String(found)),
    () => only,
  );
}
