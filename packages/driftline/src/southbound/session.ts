import { type ConnectOptions, OvsdbClient } from '@driftline/ovsdb';
import type { OvsdbSettings } from '../config/config.ts';
import { remoteOptions } from '../northbound/session.ts';
import type { OVNSouthboundTables } from './southbound.gen.ts';

/** The Southbound's tables and columns to hold a replica of. */
export type SouthboundTables = NonNullable<ConnectOptions<OVNSouthboundTables>['tables']>;
/** Which rows of them. */
export type SouthboundRows = NonNullable<ConnectOptions<OVNSouthboundTables>['conditions']>;

export interface SouthboundView {
  readonly tables: SouthboundTables;
  /** All rows where absent. */
  readonly rows?: SouthboundRows;
}

/** A session of its own for one look or one write: what the daemon watches all the time is less. */
export function openSouthbound(
  settings: OvsdbSettings,
  { tables, rows }: SouthboundView,
  { writable, signal }: { readonly writable: boolean; readonly signal?: AbortSignal | undefined },
): Promise<OvsdbClient<OVNSouthboundTables>> {
  const options = remoteOptions<OVNSouthboundTables>('OVN_Southbound', settings.southbound, settings, tables, {
    writable,
    anyServer: !writable,
    ...(signal === undefined ? {} : { signal }),
  });
  return OvsdbClient.connect<OVNSouthboundTables>({ ...options, ...(rows === undefined ? {} : { conditions: rows }) });
}
