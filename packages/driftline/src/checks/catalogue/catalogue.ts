/** catalogue/: every check there is. */
import type { Check } from '../check.ts';
import { agents, segmentHosts } from './agents.ts';
import { chassisPrivate } from './chassis-private.ts';
import { duplicateChassis, duplicateEncaps } from './duplicates.ts';
import { gatewayChassis, haChassisGroups } from './gateway-chassis.ts';
import { portStatus } from './port-status.ts';
import { virtualPorts } from './virtual-ports.ts';

export const CHECKS: readonly Check[] = [
  portStatus,
  virtualPorts,
  gatewayChassis,
  haChassisGroups,
  chassisPrivate,
  duplicateChassis,
  duplicateEncaps,
  agents,
  segmentHosts,
];

export const findCheck = (name: string, checks: readonly Check[] = CHECKS): Check | undefined =>
  checks.find((check) => check.name === name);
