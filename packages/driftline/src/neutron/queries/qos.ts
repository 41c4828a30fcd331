import type { ReadTransaction } from '../connect.ts';
import { compareText } from '../decode.ts';
import type { QosPolicy, QosRule } from '../model/qos.ts';
import { NeutronReadError } from '../read-error.ts';
import { readPages, readResourcePages } from '../read-table.ts';
import { collectById, collectGroups, toAttributes } from './collect.ts';

/** A policy's rules come in the order of type, then id. */
export async function readQosPolicies(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, QosPolicy>> {
  const only = ids === undefined ? undefined : ({ column: 'qos_policy_id', ids } as const);
  const key = ['id'] as const;
  const families: Map<string, QosRule[]>[] = [
    await collectGroups(
      readPages(transaction, {
        table: 'qos_bandwidth_limit_rules',
        columns: ['id', 'qos_policy_id', 'max_kbps', 'max_burst_kbps', 'direction'],
        key,
        only,
      }),
      (row) => [
        row.qos_policy_id,
        {
          type: 'bandwidth_limit',
          id: row.id,
          direction: toDirection(row.direction),
          maxKbps: row.max_kbps ?? 0,
          maxBurstKbps: row.max_burst_kbps ?? 0,
        },
      ],
    ),
    await collectGroups(
      readPages(transaction, {
        table: 'qos_dscp_marking_rules',
        columns: ['id', 'qos_policy_id', 'dscp_mark'],
        key,
        only,
      }),
      (row) => [row.qos_policy_id, { type: 'dscp_marking', id: row.id, dscpMark: row.dscp_mark ?? 0 }],
    ),
    await collectGroups(
      readPages(transaction, {
        table: 'qos_minimum_bandwidth_rules',
        columns: ['id', 'qos_policy_id', 'min_kbps', 'direction'],
        key,
        only,
      }),
      (row) => [
        row.qos_policy_id,
        {
          type: 'minimum_bandwidth',
          id: row.id,
          direction: toDirection(row.direction),
          minKbps: row.min_kbps ?? 0,
        },
      ],
    ),
    await collectGroups(
      readPages(transaction, {
        table: 'qos_minimum_packet_rate_rules',
        columns: ['id', 'qos_policy_id', 'min_kpps', 'direction'],
        key,
        only,
      }),
      (row) =>
        row.qos_policy_id === null
          ? undefined
          : [
              row.qos_policy_id,
              {
                type: 'minimum_packet_rate',
                id: row.id,
                direction: row.direction === 'any' ? 'any' : toDirection(row.direction),
                minKpps: row.min_kpps,
              },
            ],
    ),
    await collectGroups(
      readPages(transaction, {
        table: 'qos_packet_rate_limit_rules',
        columns: ['id', 'qos_policy_id', 'max_kpps', 'max_burst_kpps', 'direction'],
        key,
        only,
      }),
      (row) => [
        row.qos_policy_id,
        {
          type: 'packet_rate_limit',
          id: row.id,
          direction: toDirection(row.direction),
          maxKpps: row.max_kpps ?? 0,
          maxBurstKpps: row.max_burst_kpps ?? 0,
        },
      ],
    ),
  ];
  const policies = readResourcePages(transaction, {
    table: 'qos_policies',
    columns: ['id', 'project_id', 'name'],
    key,
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(policies, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    name: row.name ?? '',
    rules: families
      .flatMap((family) => family.get(row.id) ?? [])
      .sort((a, b) => compareText(a.type, b.type) || compareText(a.id, b.id)),
  }));
}

function toDirection(direction: string): 'ingress' | 'egress' {
  if (direction === 'ingress' || direction === 'egress') return direction;
  throw new NeutronReadError('refused', `'${direction}' is not a QoS rule's direction; a row was edited by hand`);
}
