import { deleteChassis } from '../../southbound/delete-chassis.ts';
import { LIFE_TABLES } from '../../southbound/life.ts';
import type { Check } from '../check.ts';
import { livesIn, withSouthbound } from '../southbound.ts';

/**
 * Chassis_Private without its Chassis. Neutron's agent cache is filled from Chassis_Private: to 2026.1 such an agent stays
 * up until agent_down_time, and in the list for ever (LP#2148316). Neutron deletes the row with the agent; who deletes
 * the chassis alone leaves it behind. A living ovn-controller makes its chassis anew: its row is let be.
 */
export const chassisPrivate: Check = {
  name: 'chassis-private',
  looksAt: 'Southbound Chassis_Private against Chassis',
  writes: 'deletes Chassis_Private of chassis that are gone and silent for agent_down_time',
  defaultPolicy: 'observe',
  look: (context) =>
    withSouthbound(context, { tables: LIFE_TABLES }, (southbound) =>
      livesIn(southbound, context)
        .filter(({ chassis }) => chassis === undefined)
        .map(({ name, own, heardOfMs }) => {
          const what = `Chassis_Private ${name} has no Chassis`;
          const isSilent = context.nowMs - heardOfMs >= context.deployment.config.agentDownTimeS * 1000;
          return isSilent ? { id: own._uuid, what, wouldBe: 'deleted' } : { id: own._uuid, what };
        }),
    ),
  mend: (findings, context) =>
    withSouthbound(context, { tables: LIFE_TABLES, writable: true }, async (southbound) => {
      let changed = 0;
      for (const { id } of findings) {
        const own = southbound.replica.table('Chassis_Private').get(id);
        if (own === undefined || own.chassis !== undefined) continue;
        const why = `Chassis_Private ${own.name} had no Chassis`;
        changed += await deleteChassis(southbound, { chassis: undefined, own }, why, context.signal);
      }
      return changed;
    }),
};
