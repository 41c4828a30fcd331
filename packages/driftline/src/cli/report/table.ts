import type { Change, Difference, Printed, Written } from '../../diff/change.ts';
import type { ResourceRef } from '../../northbound/desired.ts';
import type { ResourceFacts } from '../../reconcile/resource-facts.ts';
import { printable } from '../terminal.ts';
import type { ReportInput } from './json.ts';

/** The report for people: grouped by the Neutron resource that the rows serve. */
export function tableReport(input: ReportInput): string {
  const { verdict, drift, backfill, refusals } = input;
  const lines: string[] = [];
  if (drift.length > 0) lines.push(...changeLines(drift, verdict.facts));
  if (backfill.length > 0) {
    lines.push(`Back-fill: rows in the shape of an earlier release (not drift):`);
    lines.push(...changeLines(backfill, verdict.facts).map((line) => (line === '' ? line : `  ${line}`)));
  }
  if (verdict.doubts.length > 0) {
    lines.push('In doubt, shown and not touched:');
    for (const { table, key, uuid, why } of verdict.doubts) {
      lines.push(`  ${table} ${printable(key)} (${uuid}): ${printable(why)}`);
    }
    lines.push('');
  }
  if (verdict.faults.length > 0) {
    lines.push('Not judged, Neutron’s data does not add up:');
    for (const { resource, message } of verdict.faults) {
      lines.push(`  ${resource.type} ${resource.id}: ${printable(message)}`);
    }
    lines.push('');
  }
  for (const { message } of refusals) lines.push(`Refused: ${message}`);
  lines.push(summaryLine(input));
  return `${lines.join('\n')}\n`;
}

function summaryLine({ verdict, drift, backfill }: ReportInput): string {
  const { desiredRows, foreignRows } = verdict.counts;
  const seen = `${desiredRows} rows wanted by Neutron (${verdict.snapshot.release}), ${foreignRows} of other owners left alone`;
  const old = backfill.length === 0 ? '' : `, ${backfill.length} to back-fill`;
  if (drift.length === 0) return `No drift: ${seen}${old}.`;
  const count = (action: Change['action']): number => drift.filter((change) => change.action === action).length;
  return `Drift in ${drift.length} rows: ${count('create')} missing, ${count('update')} different, ${count('delete')} to go; ${seen}${old}.`;
}

export function changeLines(changes: readonly Change[], facts: ResourceFacts): string[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const { type, id } = change.resource;
    const name = `${type} ${id}`;
    groups.set(name, [...(groups.get(name) ?? []), change]);
  }
  const lines: string[] = [];
  for (const group of groups.values()) {
    const first = group[0];
    if (first === undefined) continue;
    lines.push(resourceLine(first.resource, facts));
    for (const change of group) lines.push(...rowLines(change).map((line) => `  ${line}`));
    lines.push('');
  }
  return lines;
}

export function resourceLine(resource: ResourceRef, facts: ResourceFacts): string {
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
      return [`- ${row} (${change.uuid}): ${change.reason}; Neutron's by ${printable(change.proof)}`];
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
