import { featuresOf } from '../../neutron/features.ts';
import type { Port } from '../../neutron/model/port.ts';
import { bindVirtualPort } from '../../neutron/virtual-binding.ts';
import type { SouthboundView } from '../../southbound/session.ts';
import type { Finding, TaskContext } from '../../tasks/task.ts';
import type { Check } from '../check.ts';
import { withSouthbound } from '../southbound.ts';

const VIRTUAL_PORTS: SouthboundView = {
  tables: {
    Chassis: ['hostname'],
    Port_Binding: ['logical_port', 'type', 'chassis', 'options', 'virtual_parent'],
  },
  rows: { Port_Binding: { anyOf: [['type', '==', 'virtual']] } },
};

/**
 * A virtual port is where the address was last seen: ovn-controller claims it for the chassis of the parent, and Neutron
 * writes that host down on the event. Types, addresses and lists of parents are the translator's.
 */
export const virtualPorts: Check = {
  name: 'virtual-ports',
  looksAt: 'host of virtual ports in Neutron, and their parent, against Port_Binding',
  writes: 'SQL ml2_port_bindings of unbound virtual ports, and the host in external_ids of their Logical_Switch_Port',
  defaultPolicy: 'observe',
  look: async (context) => [...(await placesOf(context))].flatMap((place) => findingsOf(place, context)),
  mend: async (findings, context) => {
    const wanted = new Set(findings.map(({ id }) => id));
    const keepsParent = hasParentHostname(context);
    let changed = 0;
    for (const { port, host } of await placesOf(context)) {
      if (!wanted.has(port.id)) continue;
      const binding = keepsParent ? { host: '', parentHostname: host } : { host };
      changed += await context.neutron.write((transaction) => bindVirtualPort(transaction, port.id, binding), {
        signal: context.signal,
      });
    }
    return changed;
  },
  // What follows a write of its own is no drift that a daemon's passes should wait with.
  judge: async ({ verdict }) => verdict,
  scope: [
    {
      table: 'Logical_Switch_Port',
      column: 'external_ids',
      keys: ['neutron:host_id', 'neutron:parent_hostname'],
      isAbout: ({ cells }) => cells.type === 'virtual',
    },
  ],
};

interface Place {
  readonly port: Port;
  /** Of the chassis that has claimed it; '' where none has. */
  readonly host: string;
  readonly parent: string | undefined;
  /** `virtual-parents`. */
  readonly parents: readonly string[];
}

const placesOf = (context: TaskContext): Promise<readonly Place[]> =>
  withSouthbound(context, VIRTUAL_PORTS, ({ replica }) =>
    [...replica.table('Port_Binding').rows.values()].flatMap((row): Place[] => {
      const port = context.verdict.snapshot.ports.get(row.logical_port);
      if (row.type !== 'virtual' || port === undefined) return [];
      const parents = (row.options.get('virtual-parents') ?? '').split(',').filter((name) => name !== '');
      const chassis = row.chassis === undefined ? undefined : replica.table('Chassis').get(row.chassis);
      const isClaimed = parents.length > 0 && chassis !== undefined;
      return [{ port, host: isClaimed ? chassis.hostname : '', parent: row.virtual_parent, parents }];
    }),
  );

function findingsOf({ port, host, parent, parents }: Place, context: TaskContext): readonly Finding[] {
  const findings: Finding[] = [];
  const known = hostIn(port, context);
  if (known !== host) {
    const what = `virtual port ${port.id} is on ${known || 'no host'} in Neutron, and on ${host || 'none'} in OVN`;
    // What is bound is no virtual port to Neutron: it says itself where that is.
    const isUnbound = port.bindings.every(({ vifType }) => vifType === 'unbound');
    findings.push(isUnbound ? { id: port.id, what, wouldBe: host || 'no host' } : { id: port.id, what });
  }
  if (parent !== undefined && !parents.includes(parent)) {
    findings.push({ id: port.id, what: `virtual port ${port.id} is with ${parent}, which is none of its parents` });
  }
  return findings;
}

function hostIn(port: Port, context: TaskContext): string {
  const [binding] = port.bindings;
  if (!hasParentHostname(context)) return binding?.host ?? '';
  const host = binding?.vifDetails.parent_hostname;
  return typeof host === 'string' ? host : '';
}

const hasParentHostname = ({ deployment }: TaskContext): boolean =>
  featuresOf(deployment.found.release).has('parentHostname');
