import type { Attributes } from '../../lab/neutron-api.ts';
import { firstUnder, idIn, type Step } from './step.ts';

const qosRule = (policy: string, kind: string): string => `/qos/policies/${policy}/${kind}_rules`;

export const policyChanges: readonly Step[] = [
  {
    name: 'change a limit',
    run: async (api, { qosPolicies }) => {
      const path = qosRule(idIn(qosPolicies, 'bandwidth'), 'bandwidth_limit');
      const { id } = await firstUnder(api, path, 'bandwidth_limit_rules');
      await api.request('PUT', `${path}/${id}`, { bandwidth_limit_rule: { max_kbps: 12_345 } });
    },
  },
  {
    name: 'delete a rule, and add one',
    run: async (api, { qosPolicies }) => {
      const policy = idIn(qosPolicies, 'both');
      const path = qosRule(policy, 'dscp_marking');
      const { id } = await firstUnder(api, path, 'dscp_marking_rules');
      await api.request('DELETE', `${path}/${id}`);
      const rule = { max_kbps: 44_000, direction: 'ingress' };
      await api.createUnder('policy', policy, 'bandwidth_limit_rules', 'bandwidth_limit_rule', rule);
    },
  },
  {
    name: 'delete an unused policy',
    run: (api, { qosPolicies }) => api.delete('policy', idIn(qosPolicies, 'minimum')),
  },
];

export const trunkAndLogChanges: readonly Step[] = [
  {
    name: 'change the subports of a trunk',
    run: async (api, { ports }) => {
      const [trunk] = await api.list('trunk');
      const change = (action: string, sub_ports: readonly Attributes[]) =>
        api.act('trunk', trunk?.id ?? '', action, { sub_ports });
      await change('remove_subports', [{ port_id: idIn(ports, 'slaac-unbound') }]);
      const port_id = idIn(ports, 'stateless-unbound');
      await change('add_subports', [{ port_id, segmentation_type: 'vlan', segmentation_id: 103 }]);
    },
  },
  {
    name: 'change, delete and create logs',
    run: async (api, { securityGroups }) => {
      const logs = await api.list('log');
      const [one, every] = ['one', 'every'].map((name) => logs.find((log) => log.name === name)?.id ?? '');
      await api.update('log', one ?? '', { enabled: false });
      await api.delete('log', every ?? '');
      const resource_id = idIn(securityGroups, 'database');
      await api.create('log', { name: 'late', resource_type: 'security_group', resource_id, event: 'ACCEPT' });
    },
  },
];
