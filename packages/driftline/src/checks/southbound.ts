import type { OvsdbClient } from '@driftline/ovsdb';
import { type ChassisLife, readLives } from '../southbound/life.ts';
import { openSouthbound, type SouthboundView } from '../southbound/session.ts';
import type { OVNSouthboundTables } from '../southbound/southbound.gen.ts';
import type { TaskContext } from '../tasks/task.ts';

/** Opens the Southbound for one look, or with `writable` for one repair, and closes it after. */
export async function withSouthbound<T>(
  { deployment, signal }: TaskContext,
  { writable = false, ...view }: SouthboundView & { readonly writable?: boolean },
  use: (southbound: OvsdbClient<OVNSouthboundTables>) => T | Promise<T>,
): Promise<T> {
  await using southbound = await openSouthbound(deployment.config.ovsdb, view, { writable, signal });
  return await use(southbound);
}

/** The ovn-controllers, and which of them live. */
export const livesIn = (
  { replica }: OvsdbClient<OVNSouthboundTables>,
  { deployment, nowMs }: TaskContext,
): readonly ChassisLife[] => readLives(replica, { nowMs, agentDownTimeS: deployment.config.agentDownTimeS });
