import type { ReadTransaction } from '../connect.ts';
import { toJsonObject, toOptional } from '../decode.ts';
import type { BindingLevel, PortBinding } from '../model/port.ts';
import { type Only, readPages } from '../read-table.ts';
import { collectGroups } from './collect.ts';

/** By port id; a port's bindings in the order of hosts, levels from 0. */
export async function readPortBindings(
  transaction: ReadTransaction,
  only?: Only<'port_id'> | undefined,
): Promise<Map<string, PortBinding[]>> {
  const levels = await collectGroups(
    readPages(transaction, {
      table: 'ml2_port_binding_levels',
      columns: ['port_id', 'host', 'level', 'driver', 'segment_id'],
      key: ['port_id', 'host', 'level'],
      only,
    }),
    (row): [string, BindingLevel] => [
      bindingKey(row.port_id, row.host),
      { level: row.level, driver: toOptional(row.driver), segmentId: toOptional(row.segment_id) },
    ],
  );
  // Thousands of ports share a handful of texts.
  const decoded = new Map<string, Readonly<Record<string, unknown>>>();
  const decode = (text: string) => {
    const known = decoded.get(text);
    if (known !== undefined) return known;
    const value = toJsonObject(text);
    if (decoded.size < maxDecoded) decoded.set(text, value);
    return value;
  };
  return collectGroups(
    readPages(transaction, {
      table: 'ml2_port_bindings',
      columns: ['port_id', 'host', 'vif_type', 'vnic_type', 'profile', 'vif_details', 'status'],
      key: ['port_id', 'host'],
      only,
    }),
    (row): [string, PortBinding] => [
      row.port_id,
      {
        host: row.host,
        vifType: row.vif_type,
        vnicType: row.vnic_type,
        profile: decode(row.profile),
        vifDetails: decode(row.vif_details),
        status: row.status,
        levels: levels.get(bindingKey(row.port_id, row.host)) ?? noLevels,
      },
    ],
  );
}

const maxDecoded = 1000;
const noLevels: readonly BindingLevel[] = [];

function bindingKey(portId: string, host: string): string {
  return `${portId} ${host}`;
}
