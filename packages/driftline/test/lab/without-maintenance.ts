import { OvsdbClient } from '@driftline/ovsdb';
import { MAINTENANCE_LOCK } from '../../src/northbound/session.ts';
import type { NeutronLab } from './neutron-lab.ts';

/**
 * Runs `use` with Neutron's maintenance worker kept waiting for its lock. That of 21.0.0 takes what an API worker is just
 * writing for inconsistent once the resource is older than a minute (`get_inconsistent_resources` asks when it was
 * created, not changed), and writes it too: a router's snat rows twice, a deleted network's switch anew; requests fail
 * of it. In the wild it looks every five minutes. In the lab it looks every five seconds at what is older than five,
 * which on a busy machine is what a request is still about.
 */
export async function withoutMaintenance<Result>(
  { ovn }: Pick<NeutronLab, 'ovn'>,
  use: () => Promise<Result>,
): Promise<Result> {
  await using other = await OvsdbClient.connect({
    endpoints: ovn.northbound.endpoint,
    database: 'OVN_Northbound',
    tables: {},
    lock: MAINTENANCE_LOCK,
  });
  await other.stealLock();
  return await use();
}
