import { isAtLeast, type Release } from '../neutron/release-name.ts';
import { CHASSIS_EVENTS } from './handlers/chassis.ts';
import { HA_CHASSIS_GROUP_EVENTS } from './handlers/ha-chassis-group.ts';
import { LOGICAL_ROUTER_PORT_EVENTS } from './handlers/logical-router-port.ts';
import { LOGICAL_SWITCH_PORT_EVENTS } from './handlers/logical-switch-port.ts';
import { NAT_EVENTS } from './handlers/nat.ts';
import { PORT_BINDING_EVENTS } from './handlers/port-binding.ts';
import type { EventClass } from './row-events.ts';

export const EVENT_CLASSES: readonly EventClass[] = [
  ...LOGICAL_SWITCH_PORT_EVENTS,
  ...NAT_EVENTS,
  ...HA_CHASSIS_GROUP_EVENTS,
  ...LOGICAL_ROUTER_PORT_EVENTS,
  ...CHASSIS_EVENTS,
  ...PORT_BINDING_EVENTS,
];

/** Upstream's other classes, and why no row of theirs is looked at. */
export const CLASSES_WITHOUT_ROWS: Readonly<Record<string, string>> = {
  ChassisAgentDownEvent: "each of Neutron's workers keeps a cache of agents in its memory; Driftline has none",
  ChassisAgentDeleteEvent: 'the cache of agents',
  ChassisAgentWriteEvent: 'the cache of agents',
  ChassisAgentTypeChangeEvent: 'the cache of agents',
  ChassisMetadataAgentWriteEvent: 'the cache of agents',
  ChassisOVNAgentWriteEvent: 'the cache of agents',
  ChassisBandwidthConfigEvent: "resource providers are Placement's, over its API",
  WaitForChassisNbCfgEvent: 'one moment of a live migration, which a worker of Neutron waits for to tell Nova',
  NeutronPgDropPortGroupCreated: 'a worker that starts waits for another to make the group; the engine makes it',
  OVNNBDBReconnectionEvent: 'the session itself tells of reconnections and of another schema',
};

/** What upstream listens to in a release. */
export const classesOf = (release: Release): readonly EventClass[] =>
  EVENT_CLASSES.filter(
    ({ since = release, until = release }) => isAtLeast(release, since) && isAtLeast(until, release),
  );
