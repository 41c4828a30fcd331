import type { OvsdbClient } from '@driftline/ovsdb';
import { readMappedHosts } from '../../neutron/host-mappings.ts';
import { settleSegmentHosts } from '../../neutron/segment-hosts.ts';
import { type ChassisLife, LIFE_TABLES } from '../../southbound/life.ts';
import type { OVNSouthboundTables } from '../../southbound/southbound.gen.ts';
import type { Finding, TaskContext } from '../../tasks/task.ts';
import type { Check } from '../check.ts';
import { livesIn, withSouthbound } from '../southbound.ts';

/** The agents behind ovn-controller keep what they did last in its row. */
const COMPANIONS = [
  { kind: 'OVN Metadata agent', id: 'neutron:ovn-metadata-id', done: 'neutron:ovn-metadata-sb-cfg' },
  { kind: 'OVN Neutron agent', id: 'neutron:ovn-neutron-agent-id', done: 'neutron:ovn-neutron-agent-sb-cfg' },
] as const;

/**
 * OVN's agents as Neutron lists them: they stand in no table of its own, but in Chassis_Private. That one is down is for
 * a person to know; and what is bound to a host that has no chassis any more, nobody unbinds.
 */
export const agents: Check = {
  name: 'agents',
  looksAt: 'Chassis_Private against the last that was asked of all, and the hosts of bound ports against Chassis',
  defaultPolicy: 'observe',
  look: (context) =>
    withSouthbound(context, { tables: LIFE_TABLES }, (southbound) => {
      const lives = livesIn(southbound, context);
      const hosts = hostsIn(southbound);
      const [global] = southbound.replica.table('SB_Global').rows.values();
      return [...silent(lives, Number(global?.nb_cfg ?? 0)), ...boundNowhere(hosts, context)];
    }),
};

function* silent(lives: readonly ChassisLife[], asked: number): Iterable<Finding> {
  for (const { name, chassis, own, heardOfMs, isAlive } of lives) {
    const where = chassis === undefined ? name : `${name} on ${chassis.hostname}`;
    if (!isAlive) {
      const since = heardOfMs === 0 ? 'and never answered' : `since ${new Date(heardOfMs).toISOString()}`;
      yield { id: own._uuid, what: `ovn-controller ${where} is silent ${since}` };
      continue;
    }
    for (const { kind, id, done } of COMPANIONS) {
      const agentId = own.external_ids.get(id);
      const count = own.external_ids.get(done);
      // One that never wrote is not told from one that is about to.
      if (agentId === undefined || count === undefined || asked - Number(count) <= 1) continue;
      yield { id: agentId, what: `${kind} ${agentId} on ${where} is ${asked - Number(count)} answers behind` };
    }
  }
}

/** Ports that OVN should have on a chassis: those of other drivers' agents are theirs. */
function* boundNowhere(hosts: ReadonlySet<string>, { verdict }: TaskContext): Iterable<Finding> {
  if (hosts.size === 0) return;
  const others = otherAgents(verdict);
  const bound = new Map<string, number>();
  for (const { bindings } of verdict.snapshot.ports.values()) {
    for (const { host, vifType, levels } of bindings) {
      const isOvn = levels.some(({ driver }) => driver === 'ovn');
      if (vifType === 'unbound' || host === '' || !isOvn || hosts.has(host) || others.has(host)) continue;
      bound.set(host, (bound.get(host) ?? 0) + 1);
    }
  }
  for (const [host, count] of bound) {
    yield { id: host, what: `${count} ports are bound to ${host}, which has no chassis` };
  }
}

/** Upstream clears them when it sees the chassis go; one that went unseen leaves its host for ever. */
export const segmentHosts: Check = {
  name: 'segment-hosts',
  looksAt: 'hosts of segmenthostmappings against Chassis',
  writes:
    'SQL segmenthostmappings of hosts that have no chassis and no agent, as the OVN driver does when a chassis goes',
  defaultPolicy: 'observe',
  look: async (context) => {
    const stale = await staleHosts(context);
    return stale.map(({ host, count }) => ({
      id: host,
      what: `host ${host} is mapped to ${count} segments and has no chassis`,
      wouldBe: 'mapped to none',
    }));
  },
  mend: async (findings, context) => {
    const still = new Set((await staleHosts(context)).map(({ host }) => host));
    const gone = new Map(findings.filter(({ id }) => still.has(id)).map(({ id }) => [id, []]));
    const outcomes = await context.neutron.write(
      (transaction) => settleSegmentHosts(transaction, gone, { write: true }),
      { signal: context.signal },
    );
    return outcomes.reduce((sum, { stale }) => sum + stale.length, 0);
  },
};

async function staleHosts(context: TaskContext) {
  const hosts = await withSouthbound(context, { tables: LIFE_TABLES }, hostsIn);
  // A Southbound without chassis is being rebuilt.
  if (hosts.size === 0) return [];
  const mapped = await context.deployment.neutron.read(readMappedHosts, { signal: context.signal });
  const others = otherAgents(context.verdict);
  return mapped.filter(({ host }) => !hosts.has(host) && !others.has(host));
}

const hostsIn = ({ replica }: OvsdbClient<OVNSouthboundTables>): ReadonlySet<string> =>
  new Set([...replica.table('Chassis').rows.values()].map(({ hostname }) => hostname));

/** Of the table `agents`, in which OVN has none. */
const otherAgents = ({ snapshot }: TaskContext['verdict']): ReadonlySet<string> =>
  new Set([...snapshot.agents.values()].map(({ host }) => host));
