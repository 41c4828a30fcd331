import type { DeleteChange, Difference, Printed, PrintedMap } from '../diff/change.ts';
import { INVALID_CHASSIS, NONE_BESIDE_GROUP } from '../translate/router/gateway-chassis.ts';
import type { Plan } from './plan.ts';

/** The blast radius (law 9): beyond it a plan is shown and not applied. */
export interface Limits {
  /** Rows deleted by one plan. */
  readonly maxDeletes: number;
  /** Share of Neutron's rows deleted by one plan, 0 to 1; judged only where there are rows enough to speak of a share. */
  readonly maxDeleteShare: number;
  /** Share of the scheduled gateway ports that one plan moves or deletes, 0 to 1; one alone may always move. */
  readonly maxGatewayShare: number;
}

export interface LimitFinding {
  readonly limit: 'max-deletes' | 'max-delete-share' | 'max-gateway-share' | 'empty-snapshot' | 'unknown-release';
  /** Names the thing, the figure and what to do about it. */
  readonly message: string;
}

/** Below this a share says nothing: one row of five is no disaster. */
const ROWS_FOR_A_SHARE = 50;

export function checkLimits(plan: Plan, limits: Limits): readonly LimitFinding[] {
  const findings: LimitFinding[] = [];
  const deletes = plan.transactions.flatMap(({ changes }) => changes.filter(({ action }) => action === 'delete'));
  if (deletes.length > limits.maxDeletes) {
    findings.push({
      limit: 'max-deletes',
      message: `the plan deletes ${deletes.length} rows, more than ${limits.maxDeletes}: look at it, then say --max-deletes ${deletes.length} or --no-limits`,
    });
  }
  const share = deletes.length / Math.max(1, plan.ownedRows);
  if (plan.ownedRows >= ROWS_FOR_A_SHARE && share > limits.maxDeleteShare) {
    findings.push({
      limit: 'max-delete-share',
      message: `the plan deletes ${percent(share)} of Neutron's ${plan.ownedRows} rows, more than ${percent(limits.maxDeleteShare)}: look at it, then say --no-limits`,
    });
  }
  const moved = gatewaysMoved(plan).size;
  if (moved > 1 && moved > limits.maxGatewayShare * plan.gatewayPorts) {
    findings.push({
      limit: 'max-gateway-share',
      message: `the plan moves or deletes ${moved} of ${plan.gatewayPorts} gateway ports, more than ${percent(limits.maxGatewayShare)}: look at it, then say --no-limits`,
    });
  }
  return findings;
}

/** Existing gateway ports that are deleted or lose their chassis. Scheduling what was unscheduled moves nothing. */
function gatewaysMoved(plan: Plan): ReadonlySet<string> {
  const moved = new Set<string>();
  for (const { changes } of plan.transactions) {
    for (const change of changes) {
      if (change.table !== 'Logical_Router_Port') continue;
      if (change.action === 'delete' && wasScheduled(change)) moved.add(change.key);
      if (change.action !== 'update') continue;
      const rescheduled = change.differences.some(takesFromChassis);
      if (rescheduled) moved.add(change.key);
    }
  }
  return moved;
}

/** Most ports of a router that is deleted are interfaces, which are on no chassis. */
const wasScheduled = ({ before: { gateway_chassis, ha_chassis_group } }: DeleteChange): boolean =>
  (Array.isArray(gateway_chassis) && gateway_chassis.length > 0) || typeof ha_chassis_group === 'string';

function takesFromChassis({ column, reason, why, found, wanted }: Difference): boolean {
  if ((column !== 'gateway_chassis' && column !== 'ha_chassis_group') || reason === 'missing') return false;
  const isNowhere =
    Array.isArray(found) && found.length > 0 && found.every((row) => row.chassis_name === INVALID_CHASSIS);
  // Who stands behind the active chassis carries nothing.
  const isActiveKept = activeOf(found) !== undefined && activeOf(found) === activeOf(wanted);
  return why !== NONE_BESIDE_GROUP && !isNowhere && !isActiveKept;
}

/** The chassis of the highest priority, of rows of Gateway_Chassis. */
function activeOf(rows: Printed): Printed | undefined {
  if (!Array.isArray(rows)) return undefined;
  const [first] = (rows as readonly PrintedMap[]).toSorted((a, b) => Number(b.priority) - Number(a.priority));
  return first?.chassis_name;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
