import { type Cell, type Choice, choice, type EmbeddedRow, type ObservedLookup } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { gatewayChassisName, logicalRouterPortName } from '../names.ts';
import { gatewayCandidates, isPinned, MAX_GATEWAY_CHASSIS, yieldsToLiving } from './gateway-candidates.ts';
import { scheduleGateway } from './gateway-scheduler.ts';
import type { AttachedPort, RouterView } from './router-view.ts';

type Row = Readonly<Record<string, unknown>>;

/** Where Neutron before 2024.1 put a gateway for which it had no chassis. */
export const INVALID_CHASSIS = 'neutron-ovn-invalid-chassis';

/** `Logical_Router_Port.gateway_chassis` of a gateway port, until HA chassis groups took its place in 2026.2. */
export function gatewayChassisCell(ctx: TranslationContext, view: RouterView, gateway: AttachedPort): Cell {
  const rows = ctx.features.has('gatewayHaGroup') ? none : scheduled(ctx, view, gateway);
  return { is: 'rows', table: 'Gateway_Chassis', rows };
}

/** ovn-northd ignores gateway chassis beside a group: who takes them away moves nothing. */
export const NONE_BESIDE_GROUP = 'none beside an HA chassis group';

/** Rows that the migration has not reached are history: the missing group beside them says so. */
const none: Choice<readonly EmbeddedRow[]> = choice<readonly EmbeddedRow[]>(
  NONE_BESIDE_GROUP,
  (found = [], row) => found.length === 0 || uuids(row.ha_chassis_group).length === 0,
  () => [],
);

function scheduled(ctx: TranslationContext, view: RouterView, gateway: AttachedPort): Choice<readonly EmbeddedRow[]> {
  const portName = logicalRouterPortName(gateway.port.id);
  const candidates = gatewayCandidates(ctx, gateway.physicalNetwork, view.zoneHints);
  const pinned = isPinned(ctx, gateway);
  const toRows = (names: readonly string[]): readonly EmbeddedRow[] =>
    names.map((name, at) => ({
      name: gatewayChassisName(portName, name),
      chassis_name: name,
      priority: names.length - at,
    }));
  return choice<readonly EmbeddedRow[]>(
    `gateways${gateway.physicalNetwork === undefined ? '' : ` on ${gateway.physicalNetwork}`}: ${candidates.join(', ') || 'none now'}; five or all of them, priorities from their number down to 1`,
    (found = []) => {
      const isNamed = found.every(
        (row) => row.name === gatewayChassisName(portName, String(row.chassis_name)) && isPriority(row.priority),
      );
      if (!isNamed || !isDistinct(found)) return false;
      if (isOnInvalidChassis(found) && ctx.features.has('noInvalidChassis')) return false;
      if (candidates.length === 0 || (pinned && found.length === 0)) return true;
      if (!yieldsToLiving(ctx, namesOf(found), candidates)) return false;
      return isCountedDown(found) && isFull(found, candidates);
    },
    (row, observed, load) => {
      if (pinned) return [];
      const existing = chassisOf(row.gateway_chassis, observed).filter((name) => candidates.includes(name));
      const names = scheduleGateway(
        ctx,
        { portName, candidates, existing, avoided: chassisOfOthers(view, gateway, observed) },
        load,
      );
      return toRows(names.length === 0 && !ctx.features.has('noInvalidChassis') ? [INVALID_CHASSIS] : names);
    },
    // Where there is a chassis to move to, it is a gateway out of service, and no history.
    candidates.length > 0
      ? undefined
      : { feature: 'noInvalidChassis', accepts: (found = []) => isOnInvalidChassis(found) },
  );
}

const isOnInvalidChassis = (found: readonly EmbeddedRow[]): boolean =>
  found.some(({ chassis_name }) => chassis_name === INVALID_CHASSIS);

/** Neutron schedules anew what has neither five valid chassis nor exactly the candidates. */
export function isFull(found: readonly EmbeddedRow[], candidates: readonly string[]): boolean {
  const valid = found.filter((row) => candidates.includes(String(row.chassis_name))).length;
  return valid === found.length && (valid >= MAX_GATEWAY_CHASSIS || valid === candidates.length);
}

export function isDistinct(found: readonly EmbeddedRow[]): boolean {
  const priorities = new Set(found.map(({ priority }) => priority));
  const names = new Set(found.map(({ chassis_name }) => chassis_name));
  return priorities.size === found.length && names.size === found.length;
}

const isCountedDown = (found: readonly EmbeddedRow[]): boolean =>
  found.length <= MAX_GATEWAY_CHASSIS && found.every(({ priority }) => Number(priority) <= found.length);

/** The range of the column; 1 is the lowest that scheduling gives, 0 what the next chassis event makes of it. */
export const isPriority = (priority: unknown): boolean =>
  typeof priority === 'number' && priority >= 0 && priority <= 32_767;

/** Names by falling priority, each once, of the rows that a cell refers to. */
export const chassisOf = (cell: unknown, observed: ObservedLookup): readonly string[] => [
  ...new Set(
    uuids(cell)
      .map((uuid) => observed.rowAt(uuid))
      .filter((row): row is Row => row !== undefined)
      .toSorted((a, b) => Number(b.priority) - Number(a.priority))
      .map((row) => String(row.chassis_name)),
  ),
];

/** By falling priority. */
export const namesOf = (found: readonly EmbeddedRow[]): readonly string[] =>
  found.toSorted((a, b) => Number(b.priority) - Number(a.priority)).map((row) => String(row.chassis_name));

function chassisOfOthers(view: RouterView, gateway: AttachedPort, observed: ObservedLookup): ReadonlySet<string> {
  const names = new Set<string>();
  for (const other of view.gateways) {
    if (other === gateway) continue;
    const row = observed.row('Logical_Router_Port', logicalRouterPortName(other.port.id));
    for (const name of chassisOf(row?.gateway_chassis, observed)) names.add(name);
  }
  return names;
}

/** What a reference column holds, whether it is a set or an optional. */
export function uuids(cell: unknown): readonly string[] {
  if (Array.isArray(cell)) return cell as readonly string[];
  return typeof cell === 'string' ? [cell] : [];
}
