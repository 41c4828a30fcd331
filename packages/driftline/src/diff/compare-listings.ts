import type { DesiredRow, Listing } from '../northbound/desired.ts';
import type { ObservedRow } from '../northbound/observed.ts';
import type { Difference } from './change.ts';
import type { CompareContext } from './compare.ts';

/** Where a row is listed, both ways: rows that should list it and do not, and rows of Neutron's that should not and do. */
export function compareListings(
  desired: DesiredRow,
  observed: ObservedRow,
  context: CompareContext,
  out: Difference[],
): void {
  const wanted = desired.listedIn;
  const found = observed.listedIn;
  for (const listing of wanted) {
    if (!context.hasColumn(listing.table, listing.column)) continue;
    const parent = context.pairing.observedOf(listing.table, listing.key);
    const isThere = parent !== undefined && found.some((at) => at.parent === parent && at.column === listing.column);
    if (!isThere) {
      out.push({
        column: listingColumn(listing),
        reason: 'unlisted',
        found: null,
        wanted: listing.key,
        write: { op: 'list', in: listing },
      });
    }
  }
  for (const { column, parent } of found) {
    const stands = context.pairing.desiredOf(parent.uuid);
    if (stands === undefined) continue;
    if (wanted.some((at) => at.table === parent.table && at.column === column && at.key === stands.key)) continue;
    const at = { table: parent.table, column, uuid: parent.uuid, key: stands.key };
    out.push({
      column: listingColumn(at),
      reason: 'misplaced',
      found: stands.key,
      wanted: null,
      write: { op: 'unlist', in: at },
    });
  }
}

const listingColumn = (at: Pick<Listing, 'table' | 'column'>): string => `${at.table}.${at.column}`;
