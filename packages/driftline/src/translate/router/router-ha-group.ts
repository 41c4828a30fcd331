import {
  type Cell,
  type Choice,
  choice,
  type DesiredRow,
  type EmbeddedRow,
  exact,
  keys,
  type ObservedLookup,
  refs,
} from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { logicalRouterPortName, routerHaGroupName } from '../names.ts';
import { stableHash } from '../stable-hash.ts';
import {
  byLife,
  gatewayCandidates,
  isPinned,
  MAX_GATEWAY_CHASSIS,
  pinningCandidates,
  yieldsToLiving,
} from './gateway-candidates.ts';
import { chassisOf, isDistinct, isFull, isPriority, namesOf, uuids } from './gateway-chassis.ts';
import { scheduleGateway } from './gateway-scheduler.ts';
import { type AttachedPort, type RouterView, routerViews } from './router-view.ts';

/**
 * HA_Chassis_Group of a router: from 2024.2 on for routers on tunnelled external networks, from 2026.2 on for every
 * router with a gateway. One group serves all gateway ports of the router.
 */
export function* routerHaGroupRows(ctx: TranslationContext): Iterable<DesiredRow> {
  if (!ctx.features.has('routerChassisForTunnelledGateway')) return;
  for (const view of routerViews(ctx).values()) {
    const presence = presenceOf(ctx, view);
    if (presence === undefined) continue;
    const { router } = view;
    const name = routerHaGroupName(router.id);
    yield {
      table: 'HA_Chassis_Group',
      key: name,
      resource: { type: 'routers', id: router.id },
      cells: {
        name: exact(name),
        external_ids: keys({
          'neutron:availability_zone_hints': view.zoneHints.join(','),
          'neutron:router_id': router.id,
        }),
        ha_chassis: { is: 'rows', table: 'HA_Chassis', rows: members(ctx, view) },
      },
      listedIn: [],
      presence,
      ...(presence === 'required' && !hasPinned(ctx, view) ? { feature: 'gatewayHaGroup' as const } : {}),
    };
  }
}

const hasPinned = (ctx: TranslationContext, view: RouterView): boolean =>
  view.gateways.some((gateway) => isPinned(ctx, gateway));

function presenceOf(ctx: TranslationContext, view: RouterView): 'required' | 'tolerated' | undefined {
  if (hasPinned(ctx, view)) return 'required';
  if (!ctx.features.has('gatewayHaGroup')) return undefined;
  // The group outlives the gateway: Neutron deletes it with the router.
  return view.gateways.some((gateway) => candidatesOf(ctx, view, gateway).length > 0) ? 'required' : 'tolerated';
}

const candidatesOf = (ctx: TranslationContext, { zoneHints }: RouterView, gateway: AttachedPort): readonly string[] =>
  gatewayCandidates(ctx, gateway.physicalNetwork, zoneHints);

/** `Logical_Router_Port.ha_chassis_group` of a gateway port. */
export function haGroupCell(ctx: TranslationContext, view: RouterView, gateway: AttachedPort): Cell {
  const table = 'HA_Chassis_Group';
  if (!ctx.features.has('gatewayHaGroup') || isPinned(ctx, gateway)) return refs(table, []);
  const name = routerHaGroupName(view.router.id);
  if (candidatesOf(ctx, view, gateway).length > 0) {
    const dated = { is: 'dated', feature: 'gatewayHaGroup', value: [name], before: [[]] } as const;
    return { is: 'refs', table, keys: [name], dated };
  }
  return {
    is: 'refs-choice',
    table,
    choice: choice<readonly string[]>(
      'no chassis can be the gateway now: what was scheduled before stays',
      (found = []) => found.every((each) => each === name),
      () => [],
    ),
  };
}

/**
 * Each scheduled gateway port brings the shared group to its own candidates, so any one port's is right. Operators may
 * set priorities through the API, and a chassis event gives the newest chassis 0: any distinct ones are right.
 */
function members(ctx: TranslationContext, view: RouterView): Choice<readonly EmbeddedRow[]> {
  const pinned = hasPinned(ctx, view) ? pinningCandidates(ctx, view.zoneHints) : undefined;
  const scheduled = view.gateways
    .filter((gateway) => !isPinned(ctx, gateway))
    .map((gateway) => ({ gateway, candidates: candidatesOf(ctx, view, gateway) }));
  const best = scheduled.find(({ candidates }) => candidates.length > 0);
  const isKept = (found: readonly EmbeddedRow[] | undefined = []): boolean => {
    if (!isDistinct(found) || !found.every(({ priority }) => isPriority(priority))) return false;
    if (pinned !== undefined && isPinnedFull(found, pinned) && yieldsToLiving(ctx, namesOf(found), pinned)) return true;
    if (best === undefined) return pinned === undefined;
    return scheduled.some(
      ({ candidates }) =>
        candidates.length > 0 && isFull(found, candidates) && yieldsToLiving(ctx, namesOf(found), candidates),
    );
  };
  return choice<readonly EmbeddedRow[]>(
    'the gateways that can serve the router, five or all of them, with distinct priorities',
    isKept,
    (row, observed, load) => {
      if (best === undefined) return pinnedRows(ctx, pinned ?? [], view, chassisOf(row.ha_chassis, observed));
      const { gateway, candidates } = best;
      const portName = logicalRouterPortName(gateway.port.id);
      const before = observed.row('Logical_Router_Port', portName)?.gateway_chassis;
      const cell = uuids(row.ha_chassis).length > 0 ? row.ha_chassis : before;
      const existing = chassisOf(cell, observed).filter((name) => candidates.includes(name));
      const names = scheduleGateway(ctx, { portName, candidates, existing, avoided: new Set() }, load);
      return names.map((name, at) => ({ chassis_name: name, priority: names.length - at }));
    },
  );
}

const isPinnedFull = (found: readonly EmbeddedRow[], candidates: readonly string[]): boolean =>
  found.every((row) => candidates.includes(String(row.chassis_name))) &&
  found.length >= Math.min(MAX_GATEWAY_CHASSIS, candidates.length);

/** Who is there stays in its order; newcomers follow. Priorities fall from the highest that OVN knows. */
function pinnedRows(
  ctx: TranslationContext,
  candidates: readonly string[],
  { router }: RouterView,
  existing: readonly string[],
): readonly EmbeddedRow[] {
  const rank = (name: string): number => stableHash(`${router.id}|${name}`);
  const kept = existing.filter((name) => candidates.includes(name));
  const added = candidates.filter((name) => !kept.includes(name)).toSorted((a, b) => rank(a) - rank(b));
  const { silent } = byLife(ctx, candidates);
  const living = [...kept, ...added].filter((name) => !silent.includes(name));
  return [...living, ...kept.filter((name) => silent.includes(name)), ...added.filter((name) => silent.includes(name))]
    .slice(0, MAX_GATEWAY_CHASSIS)
    .map((name, at) => ({ chassis_name: name, priority: 32_767 - at }));
}

/** The chassis that a router on a tunnelled network is pinned to: the first of its group, as it is or will be. */
export function pinnedChassis(ctx: TranslationContext, view: RouterView, observed: ObservedLookup): string | undefined {
  const group = observed.row('HA_Chassis_Group', routerHaGroupName(view.router.id));
  const candidates = pinningCandidates(ctx, view.zoneHints);
  const existing = chassisOf(group?.ha_chassis, observed);
  const isKept =
    yieldsToLiving(ctx, existing, candidates) &&
    existing.every((name) => candidates.includes(name)) &&
    existing.length >= Math.min(MAX_GATEWAY_CHASSIS, candidates.length);
  if (isKept) return existing[0];
  return pinnedRows(ctx, candidates, view, existing)[0]?.chassis_name as string | undefined;
}
