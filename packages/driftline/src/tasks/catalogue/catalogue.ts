/** catalogue/: every maintenance task that upstream has released, under its name. No migration is ever removed. */
import { revisionNotes } from '../code/revision-notes.ts';
import type { Task } from '../task.ts';
import { OF_2024 } from './of-2024.ts';
import { SINCE_2025 } from './since-2025.ts';
import { UNTIL_YOGA } from './until-yoga.ts';
import { ZED_TO_2023 } from './zed-to-2023.ts';

const CONSISTENCY: Task = {
  name: 'check_for_inconsistencies',
  since: 'train',
  kind: 'continuous',
  gate: 'lock',
  spacingMs: 300_000,
  runAtStart: true,
  recurs: true,
  options: [],
  reads: 'everything',
  writes: 'whatever differs, and ovn_revision_numbers',
  mended: 'compares what the rows hold, not revisions alone; one bad resource backs off and stops no other',
  work: { is: 'scope', scope: 'everything', after: revisionNotes },
};

const HASH_RING: Task = {
  name: 'touch_hash_ring_node',
  formerly: ['touch_hash_ring_nodes'],
  since: 'train',
  kind: 'continuous',
  gate: 'none',
  spacingMs: 15_000,
  runAtStart: true,
  recurs: true,
  options: [],
  reads: 'SQL ovn_hash_ring',
  writes: 'SQL ovn_hash_ring.updated_at of a node of its own',
  work: {
    is: 'elsewhere',
    why: "`driftline run` touches its own node with its work on events, in a group of its own. A row of Neutron's group belongs to the API worker that made it: touched by another, it would look alive when its worker is dead",
  },
};

/** In the order in which upstream wrote them, and in which migrations are run. */
export const TASKS: readonly Task[] = [
  CONSISTENCY,
  ...UNTIL_YOGA,
  ...ZED_TO_2023,
  ...OF_2024,
  ...SINCE_2025,
  HASH_RING,
];

/** Also by a name that it had before. */
export const findTask = (name: string): Task | undefined =>
  TASKS.find((task) => task.name === name || task.formerly?.includes(name) === true);

export const MIGRATIONS: readonly Task[] = TASKS.filter(({ kind }) => kind === 'back-fill');
