/** That a real Neutron raises a revision with all that the translation reads, so that polling revisions sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { openNeutron } from '../../src/neutron/connect.ts';
import { readChanges } from '../../src/neutron/read-changes.ts';
import { readResources } from '../../src/neutron/read-resources.ts';
import { readSnapshot } from '../../src/neutron/read-snapshot.ts';
import type { NeutronApi } from '../lab/neutron-api.ts';
import { type NeutronLab, withNeutronLab } from '../lab/neutron-lab.ts';
import { withoutMaintenance } from '../lab/without-maintenance.ts';

test('every change through the API is named by readChanges, and reading what it names again makes a full snapshot', () =>
  withNeutronLab({}, (lab) => withoutMaintenance(lab, () => followEveryChange(lab))));

async function followEveryChange(lab: NeutronLab): Promise<void> {
  await using connection = await openNeutron(parseDatabaseUrl(lab.databaseUrl));
  let snapshot = await readSnapshot(connection);
  for await (const change of changeEverything(lab.api)) {
    let changed = await readChanges(connection, snapshot);
    assert.notDeepEqual(changed, {}, `${change}: nothing was named`);
    let refreshed = snapshot;
    // Neutron hears from OVN and goes on writing: both have to be of one moment.
    do {
      refreshed = await readResources(connection, refreshed, changed);
      snapshot = await readSnapshot(connection);
      changed = await readChanges(connection, refreshed);
    } while (Object.keys(changed).length > 0);
    // The tables without revisions go their own way.
    const rest = { readAtMs: 0, hashRing: [], agents: new Map(), revisions: [] };
    assert.deepEqual({ ...refreshed, ...rest }, { ...snapshot, ...rest }, change);
  }
}

/** Yields after each change what it was. */
async function* changeEverything(api: NeutronApi): AsyncGenerator<string> {
  const network = await api.create('network', { name: 'n' });
  yield 'a network';
  const subnet = await api.create('subnet', { network_id: network.id, cidr: '10.9.0.0/24', ip_version: 4 });
  yield 'a subnet';
  const subnetUpdates = [
    { dns_nameservers: ['1.1.1.1', '2.2.2.2'] },
    { dns_nameservers: ['2.2.2.2', '1.1.1.1'] },
    { host_routes: [{ destination: '172.16.0.0/16', nexthop: '10.9.0.7' }] },
    { service_types: ['compute:nova'] },
    { service_types: [] },
  ];
  for (const update of subnetUpdates) {
    await api.update('subnet', subnet.id, update);
    yield `a subnet's ${JSON.stringify(update)}`;
  }

  const group = await api.create('security_group', { name: 'sg' });
  yield 'a security group';
  const rule = await api.create('security_group_rule', {
    security_group_id: group.id,
    direction: 'ingress',
    protocol: 'tcp',
  });
  yield 'a rule';
  const port = await api.create('port', { network_id: network.id });
  yield 'a port';
  const addresses = ['10.9.0.50', '10.9.0.9'].map((ip_address) => ({ subnet_id: subnet.id, ip_address }));
  const portUpdates = [
    { security_groups: [group.id] },
    { allowed_address_pairs: [{ ip_address: '10.9.0.99' }] },
    { extra_dhcp_opts: [{ opt_name: 'mtu', opt_value: '1400' }] },
    { extra_dhcp_opts: [{ opt_name: 'mtu', opt_value: '1300' }] },
    { fixed_ips: addresses },
    { 'binding:host_id': 'cmp-1' },
    { 'binding:host_id': '' },
    { admin_state_up: false },
    { security_groups: [], allowed_address_pairs: [], port_security_enabled: false },
  ];
  for (const update of portUpdates) {
    await api.update('port', port.id, update);
    yield `a port's ${JSON.stringify(update)}`;
  }
  await api.delete('security_group_rule', rule.id);
  yield 'the end of a rule';
  await api.create('address_group', { name: 'ag', addresses: ['10.0.0.0/8'] });
  yield 'an address group';

  const policy = await api.create('policy', { name: 'q' });
  yield 'a QoS policy';
  const limit = await api.createUnder('policy', policy.id, 'bandwidth_limit_rules', 'bandwidth_limit_rule', {
    max_kbps: 1000,
  });
  yield 'a QoS rule';
  await api.request('PUT', `/qos/policies/${policy.id}/bandwidth_limit_rules/${limit.id}`, {
    bandwidth_limit_rule: { max_kbps: 2000 },
  });
  yield 'a change of a QoS rule';
  await api.update('port', port.id, { qos_policy_id: policy.id });
  yield "a port's QoS policy";
  await api.update('network', network.id, { qos_policy_id: policy.id });
  yield "a network's QoS policy";

  const outside = await api.create('network', { name: 'outside', 'router:external': true });
  yield 'an external network';
  await api.create('subnet', { network_id: outside.id, cidr: '192.0.2.0/24', ip_version: 4, enable_dhcp: false });
  yield 'its subnet';
  const router = await api.create('router', { name: 'r' });
  yield 'a router';
  await api.act('router', router.id, 'add_router_interface', { subnet_id: subnet.id });
  yield "a router's interface";
  const gateway = { network_id: outside.id };
  const routerUpdates = [
    { external_gateway_info: gateway },
    { routes: [{ destination: '172.20.0.0/16', nexthop: '10.9.0.20' }] },
    { external_gateway_info: { ...gateway, enable_snat: false } },
    { external_gateway_info: { ...gateway, qos_policy_id: policy.id } },
  ];
  for (const update of routerUpdates) {
    await api.update('router', router.id, update);
    yield `a router's ${JSON.stringify(update)}`;
  }

  const floating = await api.create('floatingip', { floating_network_id: outside.id });
  yield 'a floating IP';
  await api.update('floatingip', floating.id, { port_id: port.id, fixed_ip_address: '10.9.0.50' });
  yield 'its association';
  await api.update('floatingip', floating.id, { port_id: null });
  yield 'its dissociation';
  const forwarding = await api.createUnder('floatingip', floating.id, 'port_forwardings', 'port_forwarding', {
    internal_port_id: port.id,
    internal_ip_address: '10.9.0.50',
    internal_port: 80,
    external_port: 8080,
    protocol: 'tcp',
  });
  yield 'a port forwarding';
  const forwardingPath = `/floatingips/${floating.id}/port_forwardings/${forwarding.id}`;
  await api.request('PUT', forwardingPath, { port_forwarding: { external_port: 8081 } });
  yield 'a change of a port forwarding';
  await api.request('DELETE', forwardingPath);
  yield 'the end of a port forwarding';
  await api.delete('floatingip', floating.id);
  yield 'the end of a floating IP';

  const children = await api.createAll('port', [{ network_id: network.id }, { network_id: network.id }]);
  yield 'two ports at once';
  const [first, second] = children.map(({ id }, index) => ({
    port_id: id,
    segmentation_type: 'vlan',
    segmentation_id: 10 + index,
  }));
  const trunk = await api.create('trunk', { port_id: port.id, sub_ports: [first] });
  yield 'a trunk';
  await api.request('PUT', `/trunks/${trunk.id}/add_subports`, { sub_ports: [second] });
  yield 'a subport';
  await api.request('PUT', `/trunks/${trunk.id}/remove_subports`, { sub_ports: [second] });
  yield 'the end of a subport';
  await api.delete('trunk', trunk.id);
  yield 'the end of a trunk';

  const log = await api.create('log', { resource_type: 'security_group', resource_id: group.id, event: 'ALL' });
  yield 'a network log';
  await api.update('log', log.id, { enabled: false });
  yield 'a change of a network log';
  await api.delete('security_group', group.id);
  yield 'the end of a security group with its rules';

  const vlan = await api.create('network', {
    'provider:network_type': 'vlan',
    'provider:physical_network': 'physnet1',
    'provider:segmentation_id': 100,
  });
  yield 'a VLAN network';
  await api.update('network', vlan.id, { 'provider:segmentation_id': 102 });
  yield "a segment's VLAN, which leaves the network's revision as it is";
  await api.delete('network', vlan.id);
  yield 'the end of a network';
  await api.delete('port', port.id);
  yield 'the end of a port';
}
