import type { Replica } from '@driftline/ovsdb';
import type { SouthboundTables } from './session.ts';
import type { ChassisPrivateRow, ChassisRow, OVNSouthboundTables } from './southbound.gen.ts';

/** What `readLives` reads. */
export const LIFE_TABLES = {
  Chassis: ['name', 'hostname', 'external_ids', 'other_config', 'encaps'],
  Chassis_Private: ['name', 'chassis', 'nb_cfg', 'nb_cfg_timestamp', 'external_ids'],
  SB_Global: ['nb_cfg'],
} as const satisfies SouthboundTables;

/** An ovn-controller, by its row in Chassis_Private. */
export interface ChassisLife {
  /** `Chassis.name`, the system-id. */
  readonly name: string;
  /** undefined: its Chassis was deleted, and this row left behind. */
  readonly chassis: ChassisRow | undefined;
  readonly own: ChassisPrivateRow;
  /** When it last did what Neutron asked of all chassis, by its own clock; 0: never. */
  readonly heardOfMs: number;
  /** As Neutron's agent cache judges it. */
  readonly isAlive: boolean;
}

export interface LifeOptions {
  readonly nowMs: number;
  /** `[DEFAULT] agent_down_time`. */
  readonly agentDownTimeS: number;
}

/**
 * Neutron (neutron_agent.py) counts in NB_Global.nb_cfg how often it asked, and an agent that answered the last or the
 * last but one time is alive, whatever the clock says; one that is further behind is alive until it has been silent for
 * agent_down_time. Here the Southbound's copy is counted from: a silent ovn-northd makes no chassis dead.
 */
export function readLives(replica: Replica<OVNSouthboundTables>, options: LifeOptions): readonly ChassisLife[] {
  const [global] = replica.table('SB_Global').rows.values();
  const asked = Number(global?.nb_cfg ?? 0);
  const lives = [...replica.table('Chassis_Private').rows.values()].map((own): ChassisLife => {
    const heardOfMs = Number(own.nb_cfg_timestamp);
    const isCurrent = asked - Number(own.nb_cfg) <= 1;
    return {
      name: own.name,
      chassis: own.chassis === undefined ? undefined : replica.table('Chassis').get(own.chassis),
      own,
      heardOfMs,
      isAlive: isCurrent || options.nowMs - heardOfMs < options.agentDownTimeS * 1000,
    };
  });
  return lives.sort((a, b) => (a.name < b.name ? -1 : 1));
}
