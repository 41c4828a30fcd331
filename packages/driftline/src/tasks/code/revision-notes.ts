import {
  type ConsistencyReport,
  type Inconsistency,
  type LostNote,
  reportConsistency,
} from '../../consistency/report.ts';
import { findUnnoted } from '../../consistency/unnoted.ts';
import { bumpRevisions, deleteRevisions } from '../../neutron/revisions.ts';
import type { Finding, Inspection } from '../task.ts';

/**
 * What upstream's check goes by, told by type as upstream logs it; and what follows when the rows have been mended:
 * `ovn_revision_numbers` says so.
 */
export const revisionNotes: Inspection = {
  look: async ({ verdict }) => [...findingsOf(reportConsistency(verdict))],
  mend: async (_findings, { verdict, neutron, signal }) => {
    const { written, gone } = findUnnoted(reportConsistency(verdict));
    const { raised, inserted } = await bumpRevisions(neutron, written, { signal });
    return raised + inserted + (await deleteRevisions(neutron, gone, { signal }));
  },
};

function* findingsOf(report: ConsistencyReport): Iterable<Finding> {
  const { inconsistent, deleted, ahead } = report;
  const { written, gone } = findUnnoted(report);
  const noted = Map.groupBy(written, ({ resourceType }) => resourceType);
  for (const [type, entries] of Map.groupBy(inconsistent, (entry) => entry.type)) {
    const sure = noted.get(type)?.length ?? 0;
    yield { id: type, what: say(entries, 'inconsistent'), ...wouldBe(sure, entries.length, 'noted as OVN holds them') };
  }
  const forgotten = Map.groupBy(gone, ({ resourceType }) => resourceType);
  for (const [type, notes] of Map.groupBy(deleted, (note) => note.type)) {
    const sure = forgotten.get(type)?.length ?? 0;
    yield { id: type, what: say(notes, 'deleted'), ...wouldBe(sure, notes.length, 'forgotten') };
  }
  for (const { table, key, held, revision } of ahead) {
    yield { id: key, what: `${table} ${key} has revision ${held}, Neutron ${revision}` };
  }
}

/** `networks: 3 inconsistent (2 behind, 1 unnoted)`. */
function say(list: readonly (Inconsistency | LostNote)[], what: 'inconsistent' | 'deleted'): string {
  const reasons = Map.groupBy(list, ({ why }) => why);
  const told = [...reasons].map(([why, some]) => `${some.length} ${why}`).join(', ');
  const isPlain = reasons.size === 1 && list[0]?.why === what;
  return `${list[0]?.type ?? ''}: ${list.length} ${what}${isPlain ? '' : ` (${told})`}`;
}

const wouldBe = (sure: number, all: number, end: string): Pick<Finding, 'wouldBe'> =>
  sure === 0 ? {} : { wouldBe: sure === all ? end : `${sure} of them ${end}` };
