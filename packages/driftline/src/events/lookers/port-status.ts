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
  /** See `SettleOptions`. */
  readonly novaWaitMs: number;
}

/**
 * Neutron's port status against the `up` of its Logical_Switch_Port, as Neutron's own two routines have it. Whoever makes a
 * port active is also who tells Nova, and Driftline can't: a port that Nova may be waiting for is left to Neutron until it
 * has given up. So it is where no worker of Neutron's is alive: one that starts goes through all ports, and tells Nova of
 * those that it makes active.
 */
export function lookAtPortStatus(options: PortStatusOptions): Looker<'port-status'> {
  const { northbound, release, neutron, writable, policy, novaWaitMs } = options;
  return async (looks, { mayAct, signal }) => {
    const wanted = new Map<string, ReportedStatus>();
    for (const { portId } of looks) {
      const status = reportedStatus(northbound.find('Logical_Switch_Port', 'name', portId)[0], release);
      if (status !== undefined) wanted.set(portId, status);
    }
    const acts = policy === 'act' && mayAct ? writable : undefined;
    const settle = { write: acts !== undefined, novaWaitMs: policy === 'act' ? novaWaitMs : 0 };
    const outcomes = await (acts === undefined
      ? neutron.read((transaction) => settlePortStatuses(transaction, wanted, settle), { signal })
      : acts.write((transaction) => settlePortStatuses(transaction, wanted, settle), { signal }));
    const byPort = new Map(outcomes.map((outcome) => [outcome.portId, outcome]));
    return looks.map((look): Finding => {
      const outcome = byPort.get(look.portId);
      if (outcome === undefined) return { look, is: 'left' };
      const again = acts === undefined || outcome.novaWaitsMs === undefined ? {} : { againInMs: outcome.novaWaitsMs };
      return { look, is: outcome.is, ...again, ...messageOf(outcome, wanted.get(look.portId)) };
    });
  };
}

function messageOf({ is, portId, found, novaWaitsMs }: PortStatusOutcome, wanted: ReportedStatus | undefined) {
  if (is === 'mended') return { message: `port ${portId} was ${found} in Neutron and is ${wanted} now, as OVN has it` };
  if (is !== 'differs') return {};
  const waits =
    novaWaitsMs === undefined
      ? ''
      : `; it is left to Neutron for ${Math.ceil(novaWaitsMs / 1000)} s, for Nova waits to hear of it from there`;
  return { message: `port ${portId} is ${found} in Neutron, and ${wanted} by what OVN reports${waits}` };
}
