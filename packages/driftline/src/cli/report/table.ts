import type { Change, Difference, Printed, Written } from '../../diff/change.ts';
import type { ResourceRef } from '../../northbound/desired.ts';
import type { Verdict } from '../../reconcile/judge.ts';
import type { ResourceFacts } from '../../reconcile/resource-facts.ts';
import { printable } from '../terminal.ts';
import { consistencyLines } from './consistency.ts';
import type { ReportInput } from './json.ts';

/** The report for people, by line: grouped by the Neutron resource that the rows serve. */
export function* tableReport(input: ReportInput): Iterable<string> {
  const { verdict, drift, backfill, refusals } = input;
  yield* changeLines(drift, verdict.facts);
  if (backfill.length > 0) {
    yield 'Back-fill: rows in the shape of an earlier release (not drift):';
    for (const line of changeLines(backfill, verdict.facts)) yield line === '' ? line : `  ${line}`;
  }
  if (verdict.doubts.length > 0) {
    yield 'In doubt, shown and not touched:';
    for (const { table, key, uuid, why } of verdict.doubts) {
      yield `  ${table} ${printable(key)} (${uuid}): ${printable(why)}`;
    }
    yield '';
  }
  if (verdict.faults.length > 0) {
    yield 'Not judged, Neutron’s data does not add up:';
    for (const { resource, message } of verdict.faults) {
      yield `  ${resource.type} ${resource.id}: ${printable(message)}`;
    }
    yield '';
  }
  for (const line of ownerFaultLines(verdict.ownerFaults)) yield line;
  if (input.consistency !== undefined) yield* consistencyLines(input.consistency);
  for (const { message } of refusals) yield `Refused: ${message}`;
  yield summaryLine(input);
}

function summaryLine({ verdict, drift, backfill }: ReportInput): string {
  const { desiredRows, foreignRows, claimedRows } = verdict.counts;
  const claimed = Object.entries(claimedRows).map(([owner, rows]) => `${rows} of ${owner}, `);
  const seen = `${desiredRows} rows wanted by Neutron (${verdict.snapshot.release}), ${claimed.join('')}${foreignRows} of other owners left alone`;
  const old = backfill.length === 0 ? '' : `, ${backfill.length} to back-fill`;
  if (drift.length === 0) return `No drift: ${seen}${old}.`;
  const count = (action: Change['action']): number => drift.filter((change) => change.action === action).length;
  return `Drift in ${drift.length} rows: ${count('create')} missing, ${count('update')} different, ${count('delete')} to go; ${seen}${old}.`;
}

/** What a plugin could not say of its rows, once for all of them. */
export function* ownerFaultLines(faults: Verdict['ownerFaults']): Iterable<string> {
  for (const { owner, during, table, message, rows } of faults) {
    yield `Plugin ${owner} failed on ${rows} rows of ${table} (${during}): ${printable(message)}`;
  }
}

/** Without facts, resources are named by their ids alone. */
export function* changeLines(changes: readonly Change[], facts: ResourceFacts | undefined): Iterable<string> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const { type, id } = change.resource;
    const name = `${type} ${id}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [change]);
    else group.push(change);
  }
  for (const group of groups.values()) {
    const first = group[0];
    if (first === undefined) continue;
    yield resourceLine(first.resource, facts);
    for (const change of group) for (const line of rowLines(change)) yield `  ${line}`;
    yield '';
  }
}

export function resourceLine(resource: ResourceRef, facts: ResourceFacts | undefined): string {
  if (facts === undefined) return `${resource.type} ${resource.id}`;
  const fact = facts.of(resource);
  const name = fact?.name === undefined || fact.name === '' ? '' : ` "${printable(fact.name)}"`;
  const gone = fact === undefined && resource.type !== 'deployment' ? ' (not in Neutron)' : '';
  return `${resource.type} ${resource.id}${name}${gone}`;
}

function rowLines(change: Change): string[] {
  const row = `${change.table} ${printable(change.key)}`;
  switch (change.action) {
    case 'create':
      return [
        `+ ${row}: missing`,
        ...Object.entries(change.values).map(([column, value]) => `    ${column}: ${printWritten(value)}`),
      ];
    case 'delete':
      return [
        `- ${row} (${change.uuid}): ${change.reason}; ${change.owner ?? 'Neutron'}'s by ${printable(change.proof)}`,
      ];
    case 'update':
      return [
        `~ ${row} (${change.uuid})`,
        ...change.differences.map((difference) => `    ${differenceLine(difference)}`),
      ];
    default:
      change satisfies never;
      return [];
  }
}

function differenceLine({ column, key, reason, found, wanted, why, write }: Difference): string {
  const cell = key === undefined ? column : `${column}:${printable(key)}`;
  const note = [why, write === undefined ? 'shown only' : undefined].filter((text) => text !== undefined).join('; ');
  const tail = note === '' ? '' : ` (${note})`;
  return `${cell}: ${reason}, found ${print(found)}, wanted ${print(wanted)}${tail}`;
}

export function print(value: Printed): string {
  if (value === null) return 'nothing';
  return printable(JSON.stringify(value));
}

function printWritten(value: Written): string {
  switch (value.is) {
    case 'value':
      return print(value.value);
    case 'map':
      return print(value.entries);
    case 'refs':
      return print(value.keys);
    case 'rows':
      return printable(JSON.stringify(value.rows));
    default:
      value satisfies never;
      return '';
  }
}
