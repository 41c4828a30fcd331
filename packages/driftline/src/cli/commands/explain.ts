import type { Change } from '../../diff/change.ts';
import { toJsonCell } from '../../diff/change.ts';
import type { Cell, DesiredRow, KeyWant, ResourceRef } from '../../northbound/desired.ts';
import type { ClaimOnRow, Verdict } from '../../reconcile/judge.ts';
import { everything } from '../../reconcile/select.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { jsonChange } from '../report/json.ts';
import { changeLines, resourceLine } from '../report/table.ts';
import { type CommandContext, judgeNow, openDeployment } from '../session.ts';
import { printable } from '../terminal.ts';

/** From a Neutron resource, or an OVN row, to what should be, what is, and what would change. */
export async function runExplain(context: CommandContext, uuid: string, format: 'table' | 'json'): Promise<ExitCode> {
  const { deployment } = await openDeployment(context, { writable: false, looksAtOnce: true });
  await using _closing = deployment;
  const { verdict } = await judgeNow(context, deployment, everything);
  const explained = explain(verdict, uuid);
  if (explained === undefined) {
    context.terminal.err(
      `${printable(uuid)} is neither a Neutron resource that OVN has rows for nor a row of Neutron's or a plugin's in OVN\n`,
    );
    return EXIT.error;
  }
  const print =
    format === 'json' ? `${JSON.stringify(asJson(explained, verdict), undefined, 2)}\n` : asText(explained, verdict);
  context.terminal.out(print);
  return explained.changes.length > 0 ? EXIT.drift : EXIT.clean;
}

const claimLine = ({ table, name, uuid, owner, proof }: ClaimOnRow): string =>
  `${table} ${printable(name)} (row ${uuid}): ${owner}'s by ${printable(proof)}`;

interface Explained {
  readonly resources: readonly ResourceRef[];
  readonly rows: readonly DesiredRow[];
  readonly changes: readonly Change[];
  readonly backfill: readonly Change[];
  /** Rows of an owner beside Neutron. */
  readonly claimed: readonly ClaimOnRow[];
}

export function explain(verdict: Verdict, uuid: string): Explained | undefined {
  const served = verdict.pairing.desiredOf(uuid);
  const ids = new Set([uuid, ...(served === undefined ? [] : [served.resource.id])]);
  const concerns = (row: { resource: ResourceRef; unit?: ResourceRef }): boolean =>
    ids.has(row.resource.id) || (row.unit !== undefined && ids.has(row.unit.id));
  const rows = [...verdict.desired.values()].flatMap((table) => [...table.values()].filter(concerns));
  const claimed = verdict.claimed.filter((row) => row.uuid === uuid || row.name === uuid);
  const claimedUuids = new Set(claimed.map((row) => row.uuid));
  const isRow = (change: Change): boolean =>
    concerns(change) || change.uuid === uuid || (change.uuid !== undefined && claimedUuids.has(change.uuid));
  const changes = verdict.drift.filter(isRow);
  const backfill = verdict.backfill.filter(isRow);
  if (rows.length + changes.length + backfill.length + claimed.length === 0) return undefined;
  const resources = new Map([...rows, ...changes].map(({ resource }) => [`${resource.type} ${resource.id}`, resource]));
  return { resources: [...resources.values()], rows, changes, backfill, claimed };
}

function asText({ resources, rows, changes, backfill, claimed }: Explained, verdict: Verdict): string {
  const lines = [...claimed.map(claimLine), ...resources.map((resource) => resourceLine(resource, verdict.facts))];
  lines.push('');
  for (const row of rows) {
    const found = verdict.pairing.pairs.get(row);
    const state = found === undefined ? 'not in OVN' : `row ${found.uuid}`;
    lines.push(`${row.table} ${printable(row.key)} (${state})`);
    for (const [column, cell] of Object.entries(row.cells)) {
      lines.push(`  ${column}`);
      lines.push(`    should be  ${printable(JSON.stringify(wantText(cell)))}`);
      if (found !== undefined)
        lines.push(`    is         ${printable(JSON.stringify(toJsonCell(found.cells[column])))}`);
    }
    for (const at of row.listedIn) lines.push(`  listed in ${at.table}.${at.column} of ${printable(at.key)}`);
  }
  lines.push('', changes.length === 0 ? 'Nothing would change.' : 'Would change:');
  lines.push(...changeLines(changes, verdict.facts));
  if (backfill.length > 0) lines.push('Could be back-filled:', ...changeLines(backfill, verdict.facts));
  return `${lines.join('\n').trimEnd()}\n`;
}

function asJson(
  { resources, rows, changes, backfill, claimed }: Explained,
  verdict: Verdict,
): Readonly<Record<string, unknown>> {
  return {
    format_version: 1,
    resources: resources.map((resource) => ({ ...resource, ...verdict.facts.of(resource) })),
    rows: rows.map((row) => {
      const found = verdict.pairing.pairs.get(row);
      return {
        table: row.table,
        key: row.key,
        uuid: found?.uuid ?? null,
        listed_in: row.listedIn,
        cells: Object.entries(row.cells).map(([column, cell]) => ({
          column,
          wanted: wantText(cell),
          found: found === undefined ? null : toJsonCell(found.cells[column]),
        })),
      };
    }),
    claimed,
    drift: changes.map((change) => jsonChange(change, verdict)),
    backfill: backfill.map((change) => jsonChange(change, verdict)),
  };
}

/** A cell as somebody would say it: values as they are, choices by what makes them valid. */
function wantText(cell: Cell): unknown {
  switch (cell.is) {
    case 'exact':
    case 'dated':
      return cell.value ?? null;
    case 'choice':
      return { any: cell.why };
    case 'keys':
      return Object.fromEntries(Object.entries(cell.keys).map(([key, want]) => [key, keyText(want)]));
    case 'refs':
      return cell.keys;
    case 'refs-choice':
      return { any: cell.choice.why };
    case 'rows':
      return 'is' in cell.rows ? { any: cell.rows.why } : cell.rows;
    default:
      cell satisfies never;
      return null;
  }
}

function keyText(want: KeyWant): unknown {
  if (typeof want !== 'object') return want;
  switch (want.is) {
    case 'absent':
      return null;
    case 'dated':
      return typeof want.value === 'object' ? null : want.value;
    case 'choice':
      return { any: want.why };
    default:
      want satisfies never;
      return null;
  }
}
