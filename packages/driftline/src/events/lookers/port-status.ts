import type { NeutronConnection, WritableNeutronConnection } from '../../neutron/connect.ts';
import { type PortStatusOutcome, type ReportedStatus, settlePortStatuses } from '../../neutron/port-status.ts';
import type { Release } from '../../neutron/release-name.ts';
import { reportedStatus } from '../../northbound/reported-status.ts';
import type { Finding, Looker, Policy } from '../looker.ts';
import type { RowLookup } from '../row-events.ts';

export interface PortStatusOptions {
  readonly northbound: RowLookup;
  readonly release: Release;
  readonly neutron: NeutronConnection;
  readonly writable: WritableNeutronConnection | undefined;
  readonly policy: Policy;
}

/**
 * Neutron's port status against the `up` of its Logical_Switch_Port, as Neutron's own two routines have it. That Nova is
 * told is left to Neutron: so is everything here by default.
 */
export function lookAtPortStatus(options: PortStatusOptions): Looker<'port-status'> {
  const { northbound, release, neutron, writable, policy } = options;
  return async (looks, { mayAct, signal }) => {
    const wanted = new Map<string, ReportedStatus>();
    for (const { portId } of looks) {
      const status = reportedStatus(northbound.find('Logical_Switch_Port', 'name', portId)[0], release);
      if (status !== undefined) wanted.set(portId, status);
    }
    const outcomes =
      policy === 'act' && mayAct && writable !== undefined
        ? await writable.write((transaction) => settlePortStatuses(transaction, wanted, { write: true }), { signal })
        : await neutron.read((transaction) => settlePortStatuses(transaction, wanted, { write: false }), { signal });
    const byPort = new Map(outcomes.map((outcome) => [outcome.portId, outcome]));
    return looks.map((look): Finding => {
      const outcome = byPort.get(look.portId);
      if (outcome === undefined) return { look, is: 'left' };
      return { look, is: outcome.is, ...messageOf(outcome, wanted.get(look.portId)) };
    });
  };
}

function messageOf({ is, portId, found }: PortStatusOutcome, wanted: ReportedStatus | undefined) {
  if (is === 'mended') return { message: `port ${portId} was ${found} in Neutron and is ${wanted} now, as OVN has it` };
  if (is === 'differs') return { message: `port ${portId} is ${found} in Neutron, and ${wanted} by what OVN reports` };
  return {};
}
