import { bindVirtualPort } from '../../neutron/virtual-binding.ts';
import type { CodeWork, TaskContext } from '../task.ts';

const HOST_KEY = 'neutron:host_id';

/**
 * A virtual port is bound nowhere: since 2026.2 the host behind which its address was last seen stands in the details
 * of its one binding, and no more as the host. What follows in OVN the translator says.
 */
export const moveParentHostnames: CodeWork = {
  is: 'code',
  firstRelease: '2026.2',
  look: async (context) =>
    [...virtualPortsOnHosts(context)].map(({ id, host }) => ({
      id,
      what: `ml2_port_bindings of virtual port ${id}`,
      wouldBe: `unbound, its parent on ${host}`,
    })),
  mend: async (findings, context) => {
    const wanted = new Set(findings.map(({ id }) => id));
    let changed = 0;
    for (const { id, host } of virtualPortsOnHosts(context)) {
      if (!wanted.has(id)) continue;
      changed += await context.neutron.write(
        (transaction) => bindVirtualPort(transaction, id, { host: '', parentHostname: host }),
        { signal: context.signal },
      );
    }
    return changed;
  },
  scope: [
    {
      table: 'Logical_Switch_Port',
      column: 'external_ids',
      keys: [HOST_KEY, 'neutron:parent_hostname'],
      isAbout: ({ cells }) => cells.type === 'virtual',
    },
  ],
};

function* virtualPortsOnHosts({ verdict }: TaskContext): Iterable<{ readonly id: string; readonly host: string }> {
  for (const { cells } of verdict.observed.rows('Logical_Switch_Port')) {
    if (cells.type !== 'virtual' || !(cells.external_ids instanceof Map)) continue;
    const host: unknown = cells.external_ids.get(HOST_KEY);
    const port = verdict.snapshot.ports.get(String(cells.name));
    if (typeof host !== 'string' || host === '' || port === undefined) continue;
    const isMoved = port.bindings.every((binding) => binding.host === '' && 'parent_hostname' in binding.vifDetails);
    if (!isMoved) yield { id: port.id, host };
  }
}
