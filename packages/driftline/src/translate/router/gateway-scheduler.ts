import type { GatewayLoad } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { stableHash } from '../stable-hash.ts';
import { byLife, MAX_GATEWAY_CHASSIS } from './gateway-candidates.ts';

export interface ScheduleRequest {
  /** The router port's name: makes the order of equals differ from port to port. */
  readonly portName: string;
  readonly candidates: readonly string[];
  /** Where the port is now and may stay, the active one first. They keep their places. */
  readonly existing: readonly string[];
  /** Where other gateways of the same router are: taken last. */
  readonly avoided: ReadonlySet<string>;
}

/**
 * Chassis names, the active one first; at most five. Deterministic; counts what it schedules into `load`, and answers
 * alike when asked for the same port again in the same pass.
 */
export function scheduleGateway(
  ctx: TranslationContext,
  request: ScheduleRequest,
  load: GatewayLoad,
): readonly string[] {
  let ports = scheduled.get(load);
  if (ports === undefined) {
    ports = new Map();
    scheduled.set(load, ports);
  }
  let names = ports.get(request.portName);
  if (names === undefined) {
    names = schedule(ctx, request, load);
    ports.set(request.portName, names);
  }
  return names;
}

/** By pass (each has a load of its own) and router port. */
const scheduled = new WeakMap<GatewayLoad, Map<string, readonly string[]>>();

function schedule(ctx: TranslationContext, request: ScheduleRequest, load: GatewayLoad): readonly string[] {
  const { living, silent } = byLife(ctx, request.candidates);
  const kept = request.existing.filter((name) => !silent.includes(name)).slice(0, MAX_GATEWAY_CHASSIS);
  const candidates = living.filter((name) => !kept.includes(name));
  const wanted = Math.min(MAX_GATEWAY_CHASSIS - kept.length, candidates.length);
  // Who is silent keeps what place is left: it is a candidate all the same, and may be back in a minute.
  const behind = [...new Set([...request.existing, ...silent])].filter((name) => silent.includes(name));
  const room = MAX_GATEWAY_CHASSIS - kept.length - wanted;
  if (wanted === 0) return [...kept, ...behind.slice(0, room)];
  const chosen =
    ctx.config.ovn.ovnL3Scheduler === 'chance'
      ? byChance(candidates, request.portName)
      : byLoad(candidates, wanted, request, load);
  const added = zonesInTurn(ctx, chosen).slice(0, wanted);
  const names = [...kept, ...added, ...behind.slice(0, room)];
  for (const [at, name] of names.entries()) {
    if (added.includes(name)) load.add(name, names.length - at);
  }
  return names;
}

const byChance = (candidates: readonly string[], portName: string): string[] =>
  candidates.toSorted((a, b) => stableHash(`${portName}|${a}`) - stableHash(`${portName}|${b}`));

/**
 * From the highest priority down, the chassis with the fewest ports at that priority. Among equals the one that has
 * more ports at lower priorities: it moves up and frees the lower places.
 */
function byLoad(
  candidates: readonly string[],
  wanted: number,
  { portName, avoided }: ScheduleRequest,
  load: GatewayLoad,
): string[] {
  const left = new Set(candidates);
  const chosen: string[] = [];
  for (let priority = wanted; priority >= 1; priority--) {
    const rank = (name: string): number[] => {
      const ranks = [avoided.has(name) ? 1 : 0, load.count(name, priority)];
      for (let lower = priority - 1; lower >= 1; lower--) ranks.push(-load.count(name, lower));
      ranks.push(stableHash(`${portName}_${priority}|${name}`));
      return ranks;
    };
    let best: string | undefined;
    let bestRank: number[] = [];
    for (const name of left) {
      const ranks = rank(name);
      if (best === undefined || isBefore(ranks, bestRank)) [best, bestRank] = [name, ranks];
    }
    if (best === undefined) break;
    left.delete(best);
    chosen.push(best);
  }
  return chosen;
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (const [at, value] of a.entries()) {
    const other = b[at] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}

/** Chassis that bring an availability zone not seen yet come first, the order is kept otherwise. */
function zonesInTurn(ctx: TranslationContext, names: readonly string[]): readonly string[] {
  const zonesOf = new Map(ctx.chassis.map(({ name, availabilityZones }) => [name, availabilityZones]));
  const seen = new Set<string>();
  const first: string[] = [];
  const others: string[] = [];
  for (const name of names) {
    const zones = zonesOf.get(name) ?? [];
    const isNew = zones.some((zone) => !seen.has(zone));
    (isNew ? first : others).push(name);
    for (const zone of zones) seen.add(zone);
  }
  return [...first, ...others];
}
