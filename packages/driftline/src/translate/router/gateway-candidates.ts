/**
 * Scheduling of gateways: this file says on which chassis a gateway port may be, gateway-scheduler.ts where a new one
 * goes, gateway-chassis.ts and router-ha-group.ts which schedules found in the Northbound are kept.
 */
import type { Chassis } from '../../southbound/chassis.ts';
import type { TranslationContext } from '../context.ts';
import type { AttachedPort } from './router-view.ts';

/** Neutron's MAX_GW_CHASSIS and MAX_CHASSIS_IN_HA_GROUP. */
export const MAX_GATEWAY_CHASSIS = 5;

/**
 * The port's external network is tunnelled: since then no chassis is a candidate, and from 2024.2 on the router as a
 * whole is put on one.
 */
export const isPinned = (ctx: TranslationContext, { physicalNetwork }: AttachedPort): boolean =>
  physicalNetwork === undefined && ctx.features.has('gatewayNeedsPhysicalNetwork');

/** Names, sorted; none where no chassis can serve, and then Neutron leaves whatever it finds. */
export function gatewayCandidates(
  ctx: TranslationContext,
  physicalNetwork: string | undefined,
  zoneHints: readonly string[],
): readonly string[] {
  const known = cacheOf(ctx);
  const key = `${physicalNetwork ?? ''}\n${zoneHints.join(',')}`;
  let names = known.get(key);
  if (names === undefined) {
    names = candidates(ctx, physicalNetwork)
      .filter((chassis) => zoneHints.length === 0 || isInZone(chassis, zoneHints))
      .map(({ name }) => name)
      .sort();
    known.set(key, names);
  }
  return names;
}

/** Of a router on a tunnelled network: any gateway of a hinted zone; without hints, only those in no zone. */
export const pinningCandidates = (ctx: TranslationContext, zoneHints: readonly string[]): readonly string[] =>
  ctx.chassis
    .filter(
      (chassis) =>
        chassis.isGateway &&
        (zoneHints.length === 0 ? chassis.availabilityZones.length === 0 : isInZone(chassis, zoneHints)),
    )
    .map(({ name }) => name)
    .sort();

/** Those that live, and those that are silent; all count as living where nobody asked, or where none would be left. */
export function byLife(
  ctx: TranslationContext,
  candidates: readonly string[],
): { readonly living: readonly string[]; readonly silent: readonly string[] } {
  const isSilent = silentNames(ctx);
  const living = candidates.filter((name) => !isSilent.has(name));
  if (living.length === 0 || living.length === candidates.length) return { living: candidates, silent: [] };
  return { living, silent: candidates.filter((name) => isSilent.has(name)) };
}

/** A silent chassis stands behind all that live, and holds the place of none. */
export function yieldsToLiving(
  ctx: TranslationContext,
  found: readonly string[],
  candidates: readonly string[],
): boolean {
  const { living, silent } = byLife(ctx, candidates);
  const first = found.findIndex((name) => silent.includes(name));
  if (first < 0) return true;
  return found.slice(first).every((name) => silent.includes(name)) && living.every((name) => found.includes(name));
}

const silentCaches = new WeakMap<TranslationContext, ReadonlySet<string>>();
function silentNames(ctx: TranslationContext): ReadonlySet<string> {
  let names = silentCaches.get(ctx);
  if (names === undefined) {
    names = new Set(ctx.chassis.filter(({ isSilent }) => isSilent === true).map(({ name }) => name));
    silentCaches.set(ctx, names);
  }
  return names;
}

const isInZone = ({ availabilityZones }: Chassis, zones: readonly string[]): boolean =>
  availabilityZones.some((zone) => zones.includes(zone));

function candidates(ctx: TranslationContext, physicalNetwork: string | undefined): readonly Chassis[] {
  const gateways = ctx.chassis.filter(({ isGateway }) => isGateway);
  const connected = (chassis: Chassis) =>
    physicalNetwork !== undefined && chassis.physicalNetworks.includes(physicalNetwork);
  const best = gateways.filter(connected);
  if (best.length > 0 || ctx.features.has('gatewayNeedsPhysicalNetwork')) return best;
  if (ctx.features.maybe('gatewayNeedsPhysicalNetwork') && physicalNetwork !== undefined) return best;
  const ordinary = ctx.chassis.filter(connected);
  return ordinary.length > 0 ? ordinary : gateways;
}

const caches = new WeakMap<TranslationContext, Map<string, readonly string[]>>();
function cacheOf(ctx: TranslationContext): Map<string, readonly string[]> {
  let cache = caches.get(ctx);
  if (cache === undefined) {
    cache = new Map();
    caches.set(ctx, cache);
  }
  return cache;
}
