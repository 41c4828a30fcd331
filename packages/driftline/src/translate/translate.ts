/**
 * From Neutron's snapshot to the rows that OVN should hold: one file per OVN table, or per topic where a table has
 * several sources. Pure: equal contexts give equal rows, and nothing here reads a clock, a file or a random number.
 */
import type { DesiredRow, DesiredState } from '../northbound/desired.ts';
import { OWNED_TABLES, type OwnedTable } from '../northbound/tables.ts';
import { aclRows } from './acl.ts';
import { addressSetRows } from './address-set.ts';
import type { TranslationContext } from './context.ts';
import { subnetDhcpRows } from './dhcp-options.ts';
import { dnsRows } from './dns.ts';
import { floatingIpRows } from './floating-ip.ts';
import { externalHaGroupRows } from './ha-chassis-group.ts';
import { localnetPortRows } from './localnet-port.ts';
import { logicalRouterRows } from './logical-router.ts';
import { logicalRouterPortRows } from './logical-router-port.ts';
import { logicalSwitchRows } from './logical-switch.ts';
import { logicalSwitchPortRows } from './logical-switch-port.ts';
import { meterRows } from './meter.ts';
import { nbGlobalRows } from './nb-global.ts';
import { portDhcpRows } from './port-dhcp-options.ts';
import { portForwardingRows } from './port-forwarding.ts';
import { portGroupRows } from './port-group.ts';
import { pvlanRows } from './pvlan.ts';
import { qosRows } from './qos.ts';
import { routerHaGroupRows } from './router-ha-group.ts';
import { sourceNatRows } from './source-nat.ts';
import { staticRouteRows } from './static-route.ts';

type RowSource = (ctx: TranslationContext) => Iterable<DesiredRow>;

const SOURCES: readonly RowSource[] = [
  nbGlobalRows,
  logicalSwitchRows,
  localnetPortRows,
  subnetDhcpRows,
  portDhcpRows,
  dnsRows,
  portGroupRows,
  aclRows,
  pvlanRows,
  addressSetRows,
  meterRows,
  logicalRouterRows,
  logicalRouterPortRows,
  routerHaGroupRows,
  staticRouteRows,
  sourceNatRows,
  floatingIpRows,
  portForwardingRows,
  logicalSwitchPortRows,
  qosRows,
  externalHaGroupRows,
];

/**
 * Every owned table is in the answer, if only empty. What can't be translated is told in `ctx.faults`. A row that comes
 * twice is the translator's fault, not the data's.
 */
export function translate(ctx: TranslationContext, sources: readonly RowSource[] = SOURCES): DesiredState {
  const tables = new Map<OwnedTable, Map<string, DesiredRow>>(OWNED_TABLES.map((table) => [table, new Map()]));
  for (const rowsOf of sources) {
    for (const row of rowsOf(ctx)) {
      const rows = tables.get(row.table) as Map<string, DesiredRow>;
      if (rows.has(row.key)) throw new Error(`two sources want the ${row.table} row ${row.key}`);
      rows.set(row.key, row);
    }
  }
  return tables;
}
