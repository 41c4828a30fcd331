import type { Choice, EmbeddedRow, GatewayLoad, ObservedLookup } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { logicalRouterPortName, routerHaGroupName } from '../names.ts';
import { gatewayCandidates, isPinned } from './gateway-candidates.ts';
import { gatewayChassisCell, uuids } from './gateway-chassis.ts';
import { routerHaGroupRows } from './router-ha-group.ts';
import { type AttachedPort, type RouterView, routerViews } from './router-view.ts';

/** Chassis names and priorities. */
export type Schedule = readonly EmbeddedRow[];

/** A gateway that the external ports of a network behind it follow (2026.1, LP#2125553). */
export interface GatewayLink {
  readonly routerId: string;
  /** Where OVN has the gateway; undefined where it has it nowhere or where it may not stay. */
  scheduled(observed: ObservedLookup): Schedule | undefined;
  /** Where this pass puts it. */
  schedule(observed: ObservedLookup, load: GatewayLoad): Schedule;
}

/** By the networks behind the gateways. Worked out once per context. */
export function gatewayLinks(ctx: TranslationContext): ReadonlyMap<string, readonly GatewayLink[]> {
  let links = linksOf.get(ctx);
  if (links === undefined) {
    links = ctx.features.has('haGroupIds') ? collectLinks(ctx) : new Map<string, readonly GatewayLink[]>();
    linksOf.set(ctx, links);
  }
  return links;
}

const linksOf = new WeakMap<TranslationContext, ReadonlyMap<string, readonly GatewayLink[]>>();

function collectLinks(ctx: TranslationContext): ReadonlyMap<string, readonly GatewayLink[]> {
  const links = new Map<string, GatewayLink[]>();
  const groups = ctx.features.has('gatewayHaGroup') ? groupChoices(ctx) : undefined;
  for (const view of routerViews(ctx).values()) {
    // An interface may have several ports in one network.
    const networkIds = new Set(view.interfaces.map(({ network }) => network.id));
    if (networkIds.size === 0) continue;
    const ofRouter =
      groups === undefined
        ? view.gateways.map((gateway) => portLink(ctx, view, gateway))
        : groupLink(ctx, view, groups.get(routerHaGroupName(view.router.id)));
    if (ofRouter.length === 0) continue;
    for (const networkId of networkIds) links.set(networkId, [...(links.get(networkId) ?? []), ...ofRouter]);
  }
  return links;
}

type Members = Choice<readonly EmbeddedRow[]>;

function groupChoices(ctx: TranslationContext): ReadonlyMap<string, Members> {
  const choices = new Map<string, Members>();
  for (const { key, cells } of routerHaGroupRows(ctx)) {
    const cell = cells.ha_chassis;
    if (cell?.is === 'rows' && 'is' in cell.rows) choices.set(key, cell.rows);
  }
  return choices;
}

/** A gateway without a group (on a tunnelled network, or with no chassis to go to) links nothing. */
function groupLink(ctx: TranslationContext, view: RouterView, members: Members | undefined): GatewayLink[] {
  const isScheduled = view.gateways.some(
    (gateway) =>
      !isPinned(ctx, gateway) &&
      gatewayCandidates(ctx, gateway.physicalNetwork, view.router.availabilityZoneHints).length > 0,
  );
  if (members === undefined || !isScheduled) return [];
  const find = (observed: ObservedLookup) => observed.row('HA_Chassis_Group', routerHaGroupName(view.router.id));
  return [linkOf(view.router.id, members, find, 'ha_chassis')];
}

/** Until 2026.1 a gateway has chassis of its own; even one without any makes a group, an empty one. */
function portLink(ctx: TranslationContext, view: RouterView, gateway: AttachedPort): GatewayLink {
  const cell = gatewayChassisCell(ctx, view, gateway);
  const members = (cell.is === 'rows' ? cell.rows : []) as Members;
  const name = logicalRouterPortName(gateway.port.id);
  return linkOf(view.router.id, members, (observed) => observed.row('Logical_Router_Port', name), 'gateway_chassis');
}

function linkOf(
  routerId: string,
  members: Members,
  find: (observed: ObservedLookup) => Readonly<Record<string, unknown>> | undefined,
  column: 'ha_chassis' | 'gateway_chassis',
): GatewayLink {
  return {
    routerId,
    scheduled(observed) {
      const row = find(observed);
      if (row === undefined) return undefined;
      const found = uuids(row[column])
        .map((uuid) => observed.rowAt(uuid) as EmbeddedRow | undefined)
        .filter((member) => member !== undefined);
      return members.accepts(found, row, observed) ? toSchedule(found) : undefined;
    },
    schedule: (observed, load) => toSchedule(members.choose(find(observed) ?? {}, observed, load) ?? []),
  };
}

const toSchedule = (rows: readonly EmbeddedRow[]): Schedule =>
  rows.map(({ chassis_name, priority }) => ({ chassis_name, priority }));
