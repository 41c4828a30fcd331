/**
 * Neutron's SQL database, read.
 *
 * `connect.ts` opens it, `read-snapshot.ts` reads one moment of it into the plain data of `model/`, `read-resources.ts`
 * refreshes a part of such a snapshot, `read-changes.ts` says which part. `revisions.ts` and `hash-ring.ts` write, each to
 * one table of Neutron's, and `port-status.ts` and `segment-hosts.ts` what Neutron's OVN driver would, on a handle of
 * their own.
 */
import type { DatabaseUrl } from '../config/database-url.ts';

/** Where Neutron's database is: what `[database] connection` says, taken apart. */
export type NeutronDatabase = DatabaseUrl;

export type EngineName = NeutronDatabase['engine'];

/** For messages: names the place and never the password. */
export function describeDatabase(database: NeutronDatabase): string {
  switch (database.engine) {
    case 'sqlite':
      return `sqlite file ${database.path}`;
    case 'mysql':
      return `mysql database '${database.database}' at ${database.socketPath ?? `${database.host}:${database.port}`}`;
    case 'postgresql':
      return `postgresql database '${database.database}' at ${database.host}:${database.port}`;
    default:
      throw database satisfies never;
  }
}
