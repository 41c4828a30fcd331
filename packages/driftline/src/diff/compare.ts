import type { FeatureName } from '../neutron/features.ts';
import type {
  Atom,
  Cell,
  Choice,
  ColumnValue,
  DesiredRow,
  EmbeddedRow,
  GatewayLoad,
  KeyWant,
  ObservedLookup,
  ResourceRef,
} from '../northbound/desired.ts';
import { uuidsOf } from '../northbound/observe.ts';
import type { ObservedRow, ObservedState } from '../northbound/observed.ts';
import { COLUMN_POLICIES, type OwnedTable } from '../northbound/tables.ts';
import { REVISION_KEY } from '../translate/revision.ts';
import type { Difference } from './change.ts';
import { compareListings } from './compare-listings.ts';
import type { Pairing } from './pair.ts';
import { byText, isEmpty, print, printRow, sameSet, sameValue, written, writtenRow } from './values.ts';

/** What comparing and creating rows needs beside the two rows. */
export interface CompareContext {
  readonly pairing: Pairing;
  readonly observed: ObservedState;
  readonly lookup: ObservedLookup;
  readonly load: GatewayLoad;
  hasColumn(table: string, column: string): boolean;
  /** A key of a shared map that only Neutron can have left there. */
  isStaleKey(table: OwnedTable, column: string, key: string): boolean;
  /** Told of every cell found in the shape that came with a feature. */
  see(feature: FeatureName, resource: ResourceRef): void;
}

/** A row uuid that Neutron chose shows the release that began to. */
const UUID_FEATURES: Partial<Record<OwnedTable, FeatureName>> = {
  Logical_Switch: 'switchUuidIsNetworkId',
  NAT: 'natUuidIsFloatingIpId',
};

/** Every difference between one desired row and the observed row that stands for it, by column. */
export function compareRow(desired: DesiredRow, observed: ObservedRow, context: CompareContext): Difference[] {
  const differences: Difference[] = [];
  for (const column in desired.cells) {
    const cell = desired.cells[column];
    if (cell === undefined || !context.hasColumn(desired.table, column)) continue;
    compareCell(column, cell, desired, observed, context, differences);
  }
  if (desired.feature !== undefined) context.see(desired.feature, desired.resource);
  if (desired.uuid === observed.uuid) {
    const feature = UUID_FEATURES[desired.table];
    if (feature !== undefined) context.see(feature, desired.resource);
  }
  compareListings(desired, observed, context, differences);
  return differences;
}

function compareCell(
  column: string,
  cell: Cell,
  desired: DesiredRow,
  observed: ObservedRow,
  context: CompareContext,
  out: Difference[],
): void {
  const found = observed.cells[column];
  switch (cell.is) {
    case 'exact':
      if (!sameValue(found, cell.value)) out.push(different(column, found, cell.value));
      return;
    case 'dated': {
      if (sameValue(found, cell.value)) {
        // That nothing is there proves nothing.
        if (!isEmpty(found)) context.see(cell.feature, desired.resource);
        return;
      }
      const before = cell.before.some((old) => sameValue(found, old)) ? { before: cell.feature } : {};
      out.push({ ...different(column, found, cell.value), ...before });
      return;
    }
    case 'choice': {
      if (cell.accepts(found as ColumnValue, observed.cells, context.lookup)) return;
      const value = cell.choose(observed.cells, context.lookup, context.load);
      const past = pastOf(cell, found as ColumnValue, observed);
      out.push({ ...different(column, found, value), reason: 'invalid', why: cell.why, ...past });
      return;
    }
    case 'keys':
      compareKeys(column, cell.keys, desired, observed, context, out);
      return;
    case 'refs':
      compareRefs(column, cell.table, cell.keys, observed, context, out, cell.dated);
      return;
    case 'refs-choice': {
      const names = uuidsOf(found).map((uuid) => context.pairing.desiredOf(uuid)?.key ?? uuid);
      if (cell.choice.accepts(names, observed.cells, context.lookup)) return;
      const wanted = cell.choice.choose(observed.cells, context.lookup, context.load) ?? [];
      out.push({
        column,
        reason: 'invalid',
        found: names,
        wanted,
        why: cell.choice.why,
        write: { op: 'set', value: { is: 'refs', table: cell.table, keys: wanted } },
      });
      return;
    }
    case 'rows':
      compareEmbedded(column, cell.table, cell.rows, observed, context, out);
      return;
    default:
      cell satisfies never;
  }
}

function pastOf<T>(
  { past }: Choice<T>,
  found: T | undefined,
  observed: ObservedRow,
): { readonly before?: FeatureName } {
  return past?.accepts(found, observed.cells) === true ? { before: past.feature } : {};
}

function different(column: string, found: unknown, wanted: ColumnValue): Difference {
  const missing = isEmpty(found);
  const reason = missing ? 'missing' : isEmpty(wanted) ? 'extra' : 'different';
  return { column, reason, found: print(found), wanted: print(wanted), write: { op: 'set', value: written(wanted) } };
}

function compareKeys(
  column: string,
  wanted: Readonly<Record<string, KeyWant>>,
  { table, resource }: DesiredRow,
  observed: ObservedRow,
  context: CompareContext,
  out: Difference[],
): void {
  const found = observed.cells[column] instanceof Map ? (observed.cells[column] as ReadonlyMap<Atom, Atom>) : EMPTY;
  for (const key in wanted) {
    const want = wanted[key];
    if (want === undefined) continue;
    const value = found.get(key) as string | number | undefined;
    if (value === want) continue;
    const difference = compareKey(column, key, value, want, resource, observed, context);
    if (difference !== undefined) out.push(difference);
  }
  const policy = COLUMN_POLICIES[table][column];
  if (policy?.is !== 'map') return;
  for (const [key, value] of found) {
    if (String(key) in wanted) continue;
    const name = String(key);
    if (policy.whole) {
      out.push({ column, key: name, reason: 'extra', found: value, wanted: null, write: { op: 'drop', key: name } });
    } else if (context.isStaleKey(table, column, name)) {
      out.push({
        column,
        key: name,
        reason: 'stale-key',
        found: value,
        wanted: null,
        write: { op: 'drop', key: name },
      });
    }
  }
}

function compareKey(
  column: string,
  key: string,
  found: string | number | undefined,
  want: KeyWant,
  resource: ResourceRef,
  observed: ObservedRow,
  context: CompareContext,
): Difference | undefined {
  if (typeof want !== 'object') {
    return isNewerRevision(key, found, want)
      ? newer(column, key, found, want)
      : keyDifference(column, key, found, want);
  }
  switch (want.is) {
    case 'absent':
      return found === undefined ? undefined : keyDifference(column, key, found, undefined);
    case 'dated': {
      const value = typeof want.value === 'object' ? undefined : want.value;
      if (found === value) {
        if (found !== undefined) context.see(want.feature, resource);
        return undefined;
      }
      const old = want.before.some((before) => (typeof before === 'object' ? undefined : before) === found);
      return { ...keyDifference(column, key, found, value), ...(old ? { before: want.feature } : {}) };
    }
    case 'choice': {
      if (want.accepts(found, observed.cells, context.lookup)) return undefined;
      const value = want.choose(observed.cells, context.lookup, context.load);
      if (isNewerRevision(key, found, value)) return newer(column, key, found, value);
      return {
        ...keyDifference(column, key, found, value),
        reason: 'invalid',
        why: want.why,
        ...pastOf(want, found, observed),
      };
    }
    default:
      want satisfies never;
      return undefined;
  }
}

type KeyValue = string | number | undefined;

/** Neutron may have written it after SQL was read; and whoever restored an older SQL has to know (law 5). */
const isNewerRevision = (key: string, found: KeyValue, wanted: KeyValue): boolean =>
  key === REVISION_KEY && /^[0-9]+$/.test(String(found)) && Number(found) > Number(wanted);

const newer = (column: string, key: string, found: KeyValue, wanted: KeyValue): Difference => ({
  column,
  key,
  reason: 'newer',
  found: found ?? null,
  wanted: wanted ?? null,
  why: 'OVN has a revision that SQL has not reached',
});

function keyDifference(
  column: string,
  key: string,
  found: string | number | undefined,
  wanted: string | number | undefined,
): Difference {
  return {
    column,
    key,
    reason: found === undefined ? 'missing' : wanted === undefined ? 'extra' : 'different',
    found: found ?? null,
    wanted: wanted ?? null,
    write: wanted === undefined ? { op: 'drop', key } : { op: 'put', key, value: wanted },
  };
}

function compareRefs(
  column: string,
  table: OwnedTable,
  wanted: readonly string[],
  observed: ObservedRow,
  context: CompareContext,
  out: Difference[],
  dated:
    | { readonly feature: Difference['before'] & string; readonly before: readonly (readonly string[] | undefined)[] }
    | undefined,
): void {
  const found = uuidsOf(observed.cells[column]);
  const names = found.map((uuid) => context.pairing.desiredOf(uuid)?.key ?? nameOf(uuid, context));
  if (sameSet(names, wanted)) return;
  const old = dated?.before.some((before) => sameSet(names, before ?? []));
  out.push({
    column,
    reason: found.length === 0 ? 'missing' : wanted.length === 0 ? 'extra' : 'different',
    found: [...names].sort(),
    wanted: [...wanted].sort(),
    write: { op: 'set', value: { is: 'refs', table, keys: wanted } },
    ...(old === true && dated !== undefined ? { before: dated.feature } : {}),
  });
}

/** A row that no desired row stands for; its uuid tells two of one name apart. */
function nameOf(uuid: string, context: CompareContext): string {
  const row = context.observed.byUuid(uuid);
  const name = row?.cells.name;
  return typeof name === 'string' ? `${name} (${uuid})` : uuid;
}

function compareEmbedded(
  column: string,
  table: string,
  want: readonly EmbeddedRow[] | Choice<readonly EmbeddedRow[]>,
  observed: ObservedRow,
  context: CompareContext,
  out: Difference[],
): void {
  const found = uuidsOf(observed.cells[column]).map((uuid) => context.observed.embedded(table, uuid) ?? {});
  const isChoice = !Array.isArray(want);
  const selected = want as Choice<readonly EmbeddedRow[]>;
  if (isChoice && selected.accepts(found as readonly EmbeddedRow[], observed.cells, context.lookup)) return;
  const rows = isChoice
    ? (selected.choose(observed.cells, context.lookup, context.load) ?? [])
    : (want as readonly EmbeddedRow[]);
  const columns = new Set(rows.flatMap((row) => Object.keys(row)));
  if (columns.size === 0) for (const name of EMBEDDED_IDENTITY[table] ?? []) columns.add(name);
  const printedFound = found.map((row) => printRow(row, columns)).sort(byText);
  const printedWanted = rows.map((row) => printRow(row, columns)).sort(byText);
  if (!isChoice && JSON.stringify(printedFound) === JSON.stringify(printedWanted)) return;
  out.push({
    column,
    reason: isChoice && found.length > 0 ? 'invalid' : found.length === 0 ? 'missing' : 'different',
    found: printedFound,
    wanted: printedWanted,
    ...(isChoice ? { why: selected.why, ...pastOf(selected, found as readonly EmbeddedRow[], observed) } : {}),
    write: { op: 'set', value: { is: 'rows', table, rows: rows.map(writtenRow) } },
  });
}

const EMBEDDED_IDENTITY: Readonly<Record<string, readonly string[]>> = {
  HA_Chassis: ['chassis_name', 'priority'],
  Gateway_Chassis: ['chassis_name', 'priority'],
  Meter_Band: ['action', 'rate', 'burst_size'],
};

const EMPTY: ReadonlyMap<Atom, Atom> = new Map();
