import type { ReadTransaction } from '../connect.ts';
import { toOptional } from '../decode.ts';
import type { FloatingIp, PortForwarding } from '../model/router.ts';
import { readPages, readResourcePages } from '../read-table.ts';
import { collectById, collectMap, toAttributes } from './collect.ts';

export async function readFloatingIps(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, FloatingIp>> {
  const qosPolicies = await collectMap(
    readPages(transaction, {
      table: 'qos_fip_policy_bindings',
      columns: ['fip_id', 'policy_id'],
      key: ['fip_id'],
      only: ids === undefined ? undefined : { column: 'fip_id', ids },
    }),
    (row) => [row.fip_id, row.policy_id],
  );
  const floatingIps = readResourcePages(transaction, {
    table: 'floatingips',
    columns: [
      'id',
      'project_id',
      'floating_ip_address',
      'floating_network_id',
      'floating_port_id',
      'fixed_port_id',
      'fixed_ip_address',
      'router_id',
      'status',
    ],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(floatingIps, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    floatingIpAddress: row.floating_ip_address,
    floatingNetworkId: row.floating_network_id,
    floatingPortId: row.floating_port_id,
    fixedPortId: toOptional(row.fixed_port_id),
    fixedIpAddress: toOptional(row.fixed_ip_address),
    routerId: toOptional(row.router_id),
    status: row.status ?? '',
    qosPolicyId: qosPolicies.get(row.id),
  }));
}

/** The table has no project: `projectId` is ''. */
export async function readPortForwardings(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, PortForwarding>> {
  const forwardings = readResourcePages(transaction, {
    table: 'portforwardings',
    columns: [
      'id',
      'floatingip_id',
      'internal_neutron_port_id',
      'internal_ip_address',
      'protocol',
      'internal_port_start',
      'internal_port_end',
      'external_port_start',
      'external_port_end',
    ],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(forwardings, (row) => ({
    id: row.id,
    projectId: '',
    attributes: toAttributes(row),
    floatingIpId: row.floatingip_id,
    internalPortId: row.internal_neutron_port_id,
    internalIpAddress: row.internal_ip_address,
    protocol: row.protocol,
    internalPortStart: row.internal_port_start,
    internalPortEnd: row.internal_port_end,
    externalPortStart: row.external_port_start,
    externalPortEnd: row.external_port_end,
  }));
}
