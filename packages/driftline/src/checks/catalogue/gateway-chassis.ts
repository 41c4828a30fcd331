import { hasMark, not } from '../../tasks/rows.ts';
import type { Check } from '../check.ts';
import { judgeByLife } from '../judge-by-life.ts';

const isOfRouter = hasMark('neutron:router_id');

/** Where OVN fails over to is what counts: a gateway whose next chassis is silent too is down until a third takes over. */
export const gatewayChassis: Check = {
  name: 'gateway-chassis',
  looksAt: 'chassis of router gateways against the chassis that are there and live',
  writes: 'the chassis and priorities of gateways: who is gone or silent gives way, who lives stays in its order',
  defaultPolicy: 'observe',
  look: async () => [],
  judge: judgeByLife,
  scope: [
    { table: 'Logical_Router_Port', column: 'gateway_chassis' },
    { table: 'HA_Chassis_Group', column: 'ha_chassis', isAbout: isOfRouter },
    { table: 'Logical_Router', column: 'options', keys: ['chassis'] },
  ],
};

/** Groups of external ports that follow no gateway. */
export const haChassisGroups: Check = {
  name: 'ha-chassis-groups',
  looksAt: 'HA chassis groups of networks and external ports against the chassis that are there and live',
  writes: 'groups that are missing, left over, or hold chassis that are gone or silent',
  defaultPolicy: 'observe',
  look: async () => [],
  judge: judgeByLife,
  scope: [
    { table: 'HA_Chassis_Group', isAbout: not(isOfRouter) },
    { table: 'Logical_Switch_Port', column: 'ha_chassis_group' },
  ],
};
