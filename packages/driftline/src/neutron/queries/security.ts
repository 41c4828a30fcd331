import type { ReadTransaction } from '../connect.ts';
import { compareText, toBoolean, toOptional } from '../decode.ts';
import type { AddressGroup, NetworkLog, SecurityGroup, SecurityGroupRule } from '../model/security.ts';
import { NeutronReadError } from '../read-error.ts';
import { readPages, readResourcePages } from '../read-table.ts';
import { collectById, collectGroups, toAttributes } from './collect.ts';

export async function readSecurityGroups(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, SecurityGroup>> {
  const groups = readResourcePages(transaction, {
    table: 'securitygroups',
    columns: ['id', 'project_id', 'name', 'stateful'],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(groups, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    name: row.name ?? '',
    stateful: toBoolean(row.stateful, true),
  }));
}

export async function readSecurityGroupRules(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, SecurityGroupRule>> {
  const rules = readResourcePages(transaction, {
    table: 'securitygrouprules',
    columns: [
      'id',
      'project_id',
      'security_group_id',
      'direction',
      'ethertype',
      'protocol',
      'port_range_min',
      'port_range_max',
      'remote_ip_prefix',
      'remote_group_id',
      'remote_address_group_id',
    ],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(rules, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    securityGroupId: row.security_group_id,
    direction: toDirection(row.direction),
    ethertype: row.ethertype ?? '',
    protocol: toOptional(row.protocol),
    portRangeMin: toOptional(row.port_range_min),
    portRangeMax: toOptional(row.port_range_max),
    remoteIpPrefix: toOptional(row.remote_ip_prefix),
    remoteGroupId: toOptional(row.remote_group_id),
    remoteAddressGroupId: toOptional(row.remote_address_group_id),
  }));
}

export async function readAddressGroups(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, AddressGroup>> {
  const addresses = await collectGroups(
    readPages(transaction, {
      table: 'address_associations',
      columns: ['address', 'address_group_id'],
      key: ['address', 'address_group_id'],
      only: ids === undefined ? undefined : { column: 'address_group_id', ids },
    }),
    (row) => [row.address_group_id, row.address],
  );
  const groups = readResourcePages(transaction, {
    table: 'address_groups',
    columns: ['id', 'project_id', 'name'],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(groups, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    name: row.name ?? '',
    addresses: (addresses.get(row.id) ?? []).sort(compareText),
  }));
}

export async function readNetworkLogs(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, NetworkLog>> {
  const logs = readResourcePages(transaction, {
    table: 'logs',
    columns: ['id', 'project_id', 'name', 'resource_type', 'resource_id', 'target_id', 'event', 'enabled'],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(logs, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    name: row.name ?? '',
    resourceType: row.resource_type,
    resourceId: toOptional(row.resource_id),
    targetId: toOptional(row.target_id),
    event: row.event,
    enabled: toBoolean(row.enabled),
  }));
}

function toDirection(direction: string | null): 'ingress' | 'egress' {
  if (direction === 'ingress' || direction === 'egress') return direction;
  throw new NeutronReadError('refused', `'${direction}' is not a rule's direction; a row was edited by hand`);
}
