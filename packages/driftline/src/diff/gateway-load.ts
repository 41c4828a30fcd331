import type { GatewayLoad } from '../northbound/desired.ts';
import { uuidsOf } from '../northbound/observe.ts';
import type { ObservedState } from '../northbound/observed.ts';

/** Counts which chassis the router ports are scheduled on, as Neutron's `leastloaded` scheduler does before choosing. */
export function gatewayLoadOf(observed: ObservedState): GatewayLoad {
  const counts = new Map<string, Map<number, number>>();
  const add = (chassisName: string, priority: number): void => {
    const priorities = counts.get(chassisName) ?? new Map<number, number>();
    priorities.set(priority, (priorities.get(priority) ?? 0) + 1);
    counts.set(chassisName, priorities);
  };
  const addRows = (table: string, uuids: readonly string[]): void => {
    for (const uuid of uuids) {
      const row = observed.embedded(table, uuid);
      if (row !== undefined) add(String(row.chassis_name), Number(row.priority));
    }
  };
  for (const port of observed.rows('Logical_Router_Port')) {
    addRows('Gateway_Chassis', uuidsOf(port.cells.gateway_chassis));
    for (const uuid of uuidsOf(port.cells.ha_chassis_group)) {
      addRows('HA_Chassis', uuidsOf(observed.byUuid(uuid)?.cells.ha_chassis));
    }
  }
  return {
    count: (chassisName, priority) => counts.get(chassisName)?.get(priority) ?? 0,
    total: (chassisName) => [...(counts.get(chassisName)?.values() ?? [])].reduce((sum, count) => sum + count, 0),
    add,
  };
}
