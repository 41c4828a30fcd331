import { type ReportedStatus, settlePortStatuses } from '../../neutron/port-status.ts';
import { reportedStatus } from '../../northbound/reported-status.ts';
import type { SouthboundTables } from '../../southbound/session.ts';
import type { Finding, TaskContext } from '../../tasks/task.ts';
import type { Check } from '../check.ts';
import { withSouthbound } from '../southbound.ts';

/**
 * A port's status in Neutron against `up` of its Logical_Switch_Port, which ovn-northd takes from the Southbound. Neutron
 * writes the status on events, and an event that was lost is never seen again until its API workers reconnect. Nova is
 * not told by a repair.
 */
export const portStatus: Check = {
  name: 'port-status',
  looksAt: 'status of ports in Neutron against up of their Logical_Switch_Port, and that against Port_Binding',
  writes: 'SQL ports.status and provisioningblocks, as the OVN driver does when the event comes',
  defaultPolicy: 'observe',
  look: async (context) => [...(await wrongStatuses(context)), ...(await wrongBindings(context))],
  mend: async (findings, { deployment, neutron, signal }) => {
    const wanted = reportedIn(deployment);
    let changed = 0;
    for (const batch of batches(findings.map(({ id }) => id))) {
      const part = new Map(batch.flatMap((id) => entryOf(id, wanted)));
      const settle = { write: true, novaWaitMs: novaWaitMsOf(deployment) };
      const outcomes = await neutron.write((transaction) => settlePortStatuses(transaction, part, settle), { signal });
      changed += outcomes.filter(({ is }) => is === 'mended').length;
    }
    return changed;
  },
};

/** There in both looks: what Neutron is just told, it needs a moment to write. */
async function wrongStatuses(context: TaskContext): Promise<readonly Finding[]> {
  const first = await differing(context, [...reportedIn(context.deployment).keys()]);
  if (first.length === 0) return [];
  await new Promise((resolve) => setTimeout(resolve, IN_FLIGHT_MS));
  context.signal?.throwIfAborted();
  await context.deployment.northbound.sync();
  const second = await differing(
    context,
    first.map(({ id }) => id),
  );
  return tooManyDown(second, context) ? second.map(({ id, what }) => ({ id, what: `${what}, ${TOO_MANY}` })) : second;
}

/** A Northbound that was just rebuilt has every port down until ovn-northd has caught up: that is no word of OVN's. */
function tooManyDown(findings: readonly Finding[], { verdict }: TaskContext): boolean {
  const down = findings.filter(({ wouldBe }) => wouldBe === 'DOWN').length;
  const active = verdict.snapshot.ports.values().reduce((sum, { status }) => sum + (status === 'ACTIVE' ? 1 : 0), 0);
  return down > FEW && down > MOST_DOWN_SHARE * active;
}

const TOO_MANY = 'and so are more than half of all active ports, which OVN has down';
const MOST_DOWN_SHARE = 0.5;
/** So many may go down at once in any deployment. */
const FEW = 10;

async function differing(context: TaskContext, ids: readonly string[]): Promise<readonly Finding[]> {
  const { deployment, verdict, nowMs, signal } = context;
  const wanted = reportedIn(deployment);
  const youngestMs = nowMs - deployment.config.driftline.gracePeriodS * 1000;
  const findings: Finding[] = [];
  for (const batch of batches(ids)) {
    const part = new Map(batch.flatMap((id) => entryOf(id, wanted)));
    const outcomes = await deployment.neutron.read(
      (transaction) => settlePortStatuses(transaction, part, { write: false, novaWaitMs: novaWaitMsOf(deployment) }),
      { signal },
    );
    for (const { portId, is, found, novaWaitsMs } of outcomes) {
      if (is !== 'differs' || (verdict.facts.of({ type: 'ports', id: portId })?.updatedAtMs ?? 0) > youngestMs)
        continue;
      const what = `port ${portId} is ${found} in Neutron`;
      // Whoever makes it active tells Nova, and we can't: it is Neutron's as long as Nova waits.
      findings.push({ id: portId, what, ...(novaWaitsMs === undefined ? { wouldBe: wanted.get(portId) ?? '' } : {}) });
    }
  }
  return findings;
}

const novaWaitMsOf = ({ config }: TaskContext['deployment']): number => config.driftline.vifPluggingTimeoutS * 1000;

const BINDINGS: SouthboundTables = { Chassis: ['hostname'], Port_Binding: ['logical_port', 'type', 'chassis'] };

/** OVN's to mend: told, because a status that follows a wrong `up` is wrong too. */
const wrongBindings = (context: TaskContext): Promise<readonly Finding[]> =>
  withSouthbound(context, { tables: BINDINGS }, ({ replica }) => {
    const bindings = new Map([...replica.table('Port_Binding').rows.values()].map((row) => [row.logical_port, row]));
    const chassis = replica.table('Chassis');
    const findings: Finding[] = [];
    for (const row of context.deployment.northbound.source.rows('Logical_Switch_Port')) {
      if (reportedStatus(row, context.deployment.found.release) === undefined) continue;
      const id = String(row.name);
      const binding = bindings.get(id);
      if (binding === undefined) {
        findings.push({ id, what: `Logical_Switch_Port ${id} has no Port_Binding` });
        continue;
      }
      // Ports of other types are up without being claimed, or claimed by any chassis.
      if (binding.type !== '') continue;
      const claimedOn = binding.chassis === undefined ? undefined : chassis.get(binding.chassis)?.hostname;
      const hosts = hostsOf(id, context);
      if (claimedOn === undefined && row.up === true) {
        findings.push({ id, what: `Logical_Switch_Port ${id} is up, and no chassis has claimed it` });
      } else if (claimedOn !== undefined && hosts.length > 0 && !hosts.includes(claimedOn)) {
        findings.push({ id, what: `port ${id} is bound to ${hosts.join(', ')} in Neutron, and up on ${claimedOn}` });
      }
    }
    return findings;
  });

/** Several while it migrates; none while it is bound nowhere. */
const hostsOf = (portId: string, { verdict }: TaskContext): readonly string[] =>
  (verdict.snapshot.ports.get(portId)?.bindings ?? [])
    .filter(({ vifType, host }) => vifType !== 'unbound' && host !== '')
    .map(({ host }) => host);

function reportedIn({ northbound, found }: TaskContext['deployment']): ReadonlyMap<string, ReportedStatus> {
  const wanted = new Map<string, ReportedStatus>();
  for (const row of northbound.source.rows('Logical_Switch_Port')) {
    const status = reportedStatus(row, found.release);
    if (status !== undefined) wanted.set(String(row.name), status);
  }
  return wanted;
}

const entryOf = (id: string, wanted: ReadonlyMap<string, ReportedStatus>): readonly [string, ReportedStatus][] => {
  const status = wanted.get(id);
  return status === undefined ? [] : [[id, status]];
};

function* batches(ids: readonly string[]): Iterable<readonly string[]> {
  for (let at = 0; at < ids.length; at += BATCH) yield ids.slice(at, at + BATCH);
}

/** The statements of `settlePortStatuses` name every port. */
const BATCH = 200;
const IN_FLIGHT_MS = 1000;
