import type { ReadTransaction } from '../connect.ts';
import { toBoolean, toOptional, toStringList } from '../decode.ts';
import type { Network, Segment } from '../model/network.ts';
import { readPages, readResourcePages } from '../read-table.ts';
import { collectById, collectMap, toAttributes } from './collect.ts';

type Ids = readonly string[] | undefined;

export async function readNetworks(transaction: ReadTransaction, ids?: Ids): Promise<Map<string, Network>> {
  const only = ids === undefined ? undefined : ({ column: 'network_id', ids } as const);
  const external = await collectMap(
    readPages(transaction, { table: 'externalnetworks', columns: ['network_id'], key: ['network_id'], only }),
    (row) => [row.network_id, true],
  );
  const dnsDomains = await collectMap(
    readPages(transaction, {
      table: 'networkdnsdomains',
      columns: ['network_id', 'dns_domain'],
      key: ['network_id'],
      only,
    }),
    (row) => [row.network_id, row.dns_domain],
  );
  const portSecurity = await collectMap(
    readPages(transaction, {
      table: 'networksecuritybindings',
      columns: ['network_id', 'port_security_enabled'],
      key: ['network_id'],
      only,
    }),
    (row) => [row.network_id, toBoolean(row.port_security_enabled)],
  );
  const qosPolicies = await collectMap(
    readPages(transaction, {
      table: 'qos_network_policy_bindings',
      columns: ['network_id', 'policy_id'],
      key: ['network_id'],
      only,
    }),
    (row) => [row.network_id, row.policy_id],
  );
  const pvlans = await collectMap(
    readPages(transaction, { table: 'networkpvlan', columns: ['network_id', 'pvlan'], key: ['network_id'], only }),
    (row) => [row.network_id, toBoolean(row.pvlan)],
  );
  const networks = readResourcePages(transaction, {
    table: 'networks',
    columns: [
      'id',
      'project_id',
      'name',
      'admin_state_up',
      'mtu',
      'vlan_transparent',
      'qinq',
      'availability_zone_hints',
    ],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(networks, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    name: row.name ?? '',
    adminStateUp: toBoolean(row.admin_state_up),
    mtu: row.mtu,
    vlanTransparent: toBoolean(row.vlan_transparent),
    qinq: toBoolean(row.qinq),
    external: external.has(row.id),
    availabilityZoneHints: toStringList(row.availability_zone_hints),
    dnsDomain: dnsDomains.get(row.id) ?? '',
    portSecurityEnabled: portSecurity.get(row.id),
    qosPolicyId: qosPolicies.get(row.id),
    pvlan: pvlans.get(row.id) ?? false,
  }));
}

export async function readSegments(transaction: ReadTransaction, ids?: Ids): Promise<Map<string, Segment>> {
  const segments = readResourcePages(transaction, {
    table: 'networksegments',
    columns: ['id', 'network_id', 'network_type', 'physical_network', 'segmentation_id', 'is_dynamic', 'segment_index'],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(segments, (row) => ({
    id: row.id,
    attributes: toAttributes(row),
    networkId: row.network_id,
    networkType: row.network_type,
    physicalNetwork: toOptional(row.physical_network),
    segmentationId: toOptional(row.segmentation_id),
    isDynamic: toBoolean(row.is_dynamic),
    segmentIndex: row.segment_index,
  }));
}
