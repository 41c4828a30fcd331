import { type Operation, type OvsdbClient, OvsdbError, op } from '@driftline/ovsdb';
import type { ChassisPrivateRow, ChassisRow, OVNSouthboundTables } from './southbound.gen.ts';

export interface ChassisRows {
  /** undefined: gone already. */
  readonly chassis: ChassisRow | undefined;
  readonly own: ChassisPrivateRow;
}

/**
 * Deletes what an ovn-controller wrote of itself, both rows of it, as Neutron does when its agent is deleted. The
 * maintenance lock is the Northbound's: here, that nothing was heard of the chassis since must do. Answers how many rows
 * are gone; none where something was heard.
 */
export async function deleteChassis(
  southbound: OvsdbClient<OVNSouthboundTables>,
  { chassis, own }: ChassisRows,
  why: string,
  signal?: AbortSignal,
): Promise<number> {
  const { chassis: referred, nb_cfg_timestamp } = own;
  const wait: Operation[] = [
    op.wait('Chassis_Private', own._uuid, ['chassis', 'nb_cfg_timestamp'], [{ chassis: referred, nb_cfg_timestamp }]),
  ];
  const remove: Operation[] = [op.delete('Chassis_Private', own._uuid)];
  if (chassis !== undefined) {
    wait.push(op.wait('Chassis', chassis._uuid, ['hostname'], [{ hostname: chassis.hostname }]));
    remove.push(op.delete('Chassis', chassis._uuid));
  }
  try {
    const results = await southbound.transact(
      [...wait, ...remove, op.comment(`driftline: ${why}`)],
      signal === undefined ? {} : { signal },
    );
    return results.reduce((sum, { count }) => sum + (count ?? 0), 0);
  } catch (error) {
    if (error instanceof OvsdbError && error.code === 'wait-failed') return 0;
    throw error;
  }
}
