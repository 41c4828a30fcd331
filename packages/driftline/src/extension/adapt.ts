/** What a plugin brings, in the shapes that the scheduler, the ledger and the commands know. */
import type { Check } from '../checks/check.ts';
import { type NorthboundRow, viewOf } from '../northbound/owners.ts';
import { OWNED_TABLES, type OwnedTable } from '../northbound/tables.ts';
import type { Finding, Inspection, Task, TaskContext, Work } from '../tasks/task.ts';
import type { PluginCheck, PluginContext, PluginInspection, PluginTask, PluginWork } from './plugin.ts';

export const toTask = (task: PluginTask, plugin: string): Task => ({
  ...task,
  plugin,
  since: 'zed',
  gate: task.gate ?? 'lock',
  runAtStart: task.runAtStart ?? true,
  recurs: task.recurs ?? task.kind !== 'back-fill',
  options: [],
  work: toWork(task.work),
});

export function toCheck(check: PluginCheck, plugin: string): Check {
  const { look: _look, mend: _mend, ...described } = check;
  return { ...described, plugin, ...toInspection(check), defaultPolicy: check.defaultPolicy ?? 'observe' };
}

function toWork(work: PluginWork): Work {
  switch (work.is) {
    case 'scope':
      return { is: 'scope', scope: work.scope };
    case 'code':
      return { is: 'code', firstRelease: 'zed', ...toInspection(work) };
    default:
      throw work satisfies never;
  }
}

function toInspection(inspection: PluginInspection): Inspection {
  const look = async (context: TaskContext): Promise<readonly Finding[]> =>
    checked(await inspection.look(contextOf(context)));
  if (inspection.mend === undefined) return { look };
  return {
    look,
    mend: async (findings, context) => {
      const changed = await inspection.mend?.(findings, contextOf(context));
      if (Number.isInteger(changed)) return changed ?? 0;
      throw new TypeError(`mend has to answer how many rows it changed, and answered ${String(changed)}`);
    },
  };
}

/**
 * What a plugin gets to see: no connection, and nothing that writes. The rows are those of the look that the snapshot is
 * of; in tables that Neutron never writes, those of now.
 */
function contextOf({ deployment, verdict, nowMs, signal }: TaskContext): PluginContext {
  const view = viewOf(verdict.snapshot, {
    rows: (table) =>
      isOwnedTable(table)
        ? verdict.observed.rows(table).map(({ cells }) => cells as NorthboundRow)
        : deployment.northbound.source.rows(table),
  });
  return { ...view, nowMs, ...(signal === undefined ? {} : { signal }) };
}

const isOwnedTable = (table: string): table is OwnedTable => OWNED_TABLES.some((each) => each === table);

function checked(findings: unknown): readonly Finding[] {
  const isFinding = (each: unknown): boolean =>
    typeof each === 'object' &&
    each !== null &&
    'id' in each &&
    typeof each.id === 'string' &&
    'what' in each &&
    typeof each.what === 'string' &&
    (!('wouldBe' in each) || each.wouldBe === undefined || typeof each.wouldBe === 'string');
  if (Array.isArray(findings) && findings.every(isFinding)) return findings;
  throw new TypeError('look has to answer a list of findings: { id, what, wouldBe? }, all texts');
}
