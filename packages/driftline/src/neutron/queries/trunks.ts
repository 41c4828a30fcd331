import type { ReadTransaction } from '../connect.ts';
import { compareText, toBoolean } from '../decode.ts';
import type { Subport, Trunk } from '../model/port.ts';
import { readPages, readResourcePages } from '../read-table.ts';
import { collectById, collectGroups, toAttributes } from './collect.ts';

export async function readTrunks(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, Trunk>> {
  const subports = await collectGroups(
    readPages(transaction, {
      table: 'subports',
      columns: ['port_id', 'trunk_id', 'segmentation_type', 'segmentation_id'],
      key: ['port_id'],
      only: ids === undefined ? undefined : { column: 'trunk_id', ids },
    }),
    (row): [string, Subport] => [
      row.trunk_id,
      { portId: row.port_id, segmentationType: row.segmentation_type, segmentationId: row.segmentation_id },
    ],
  );
  const trunks = readResourcePages(transaction, {
    table: 'trunks',
    columns: ['id', 'project_id', 'port_id', 'admin_state_up'],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(trunks, (row) => ({
    id: row.id,
    projectId: row.project_id ?? '',
    attributes: toAttributes(row),
    portId: row.port_id,
    adminStateUp: toBoolean(row.admin_state_up),
    subports: (subports.get(row.id) ?? []).sort((a, b) => compareText(a.portId, b.portId)),
  }));
}
