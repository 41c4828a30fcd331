/**
 * From Neutron's snapshot to the rows that OVN should hold: one file per OVN table, or per topic where a table has
 * several sources. Pure: equal contexts give equal rows, and nothing here reads a clock, a file or a random number.
 */
import type { DesiredRow, DesiredState } from '../northbound/desired.ts';
import { OWNED_TABLES, type OwnedTable } from '../northbound/tables.ts';
import type { TranslationContext } from './context.ts';
import { floatingIpRows } from './floating-ip/floating-ip.ts';
import { portForwardingRows } from './floating-ip/port-forwarding.ts';
import { nbGlobalRows } from './nb-global.ts';
import { dnsRows } from './network/dns.ts';
import { localnetPortRows } from './network/localnet-port.ts';
import { logicalSwitchRows } from './network/logical-switch.ts';
import { externalHaGroupRows } from './port/ha-chassis-group.ts';
import { logicalSwitchPortRows } from './port/logical-switch-port.ts';
import { portDhcpRows } from './port/port-dhcp-options.ts';
import { pvlanRows } from './port/pvlan.ts';
import { qosRows } from './qos/qos.ts';
import { logicalRouterRows } from './router/logical-router.ts';
import { logicalRouterPortRows } from './router/logical-router-port.ts';
import { routerHaGroupRows } from './router/router-ha-group.ts';
import { sourceNatRows } from './router/source-nat.ts';
import { staticRouteRows } from './router/static-route.ts';
import { aclRows } from './security/acl.ts';
import { addressSetRows } from './security/address-set.ts';
import { meterRows } from './security/meter.ts';
import { portGroupRows } from './security/port-group.ts';
import { subnetDhcpRows } from './subnet/dhcp-options.ts';

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
