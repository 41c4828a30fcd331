import { sql } from 'kysely';
import type { NeutronConnection, ReadTransaction } from './connect.ts';
import { contractHead, expandRevisions, marks, olderReleases } from './migrations.ts';
import { NeutronReadError } from './read-error.ts';
import { RELEASES, type Release } from './release-name.ts';
import type { DatabaseShape } from './shape.ts';

export interface FoundRelease {
  readonly release: Release;
  /** `forced`: an option said so, whatever the database says. */
  readonly foundBy: 'head' | 'intermediate revision' | 'forced';
  /** undefined: `alembic_version` holds no row of the expand branch. */
  readonly expandHead: string | undefined;
  /** A migration that Driftline has never heard of has run: what it changed, we cannot know. Reading only. */
  readonly beyondKnown: boolean;
  /** Sentences for the operator; empty when all agrees. */
  readonly warnings: readonly string[];
}

export function readRelease(connection: NeutronConnection, forced?: Release): Promise<FoundRelease> {
  return connection.read((transaction) => findRelease(transaction, forced));
}

/**
 * The SQL schema is an upper bound of the code that runs: a rolling upgrade migrates first and restarts the API servers
 * after. Who knows better forces the release.
 */
export async function findRelease(transaction: ReadTransaction, forced?: Release): Promise<FoundRelease> {
  if (!transaction.shape.has('alembic_version') || !transaction.shape.has('standardattributes')) {
    throw new NeutronReadError(
      'not-neutron',
      `${transaction.description} has no tables alembic_version and standardattributes: is it Neutron's?`,
    );
  }
  const rows = await transaction.query(sql<{ version_num: string }>`select version_num from alembic_version`);
  const found = classifyHeads(
    rows.map((row) => row.version_num),
    transaction.shape,
    forced,
  );
  if (typeof found !== 'string') return found;
  throw new NeutronReadError('unknown-release', `${transaction.description}: ${found}`);
}

/** A sentence where the release can't be told. */
export function classifyHeads(
  heads: readonly string[],
  shape: DatabaseShape,
  forced: Release | undefined,
): FoundRelease | string {
  const expandHeads = heads.filter((head) => head !== contractHead);
  const [expandHead] = expandHeads;
  const known = expandHead === undefined ? undefined : findByRevision(expandHead);
  const warnings: string[] = [];
  if (!heads.includes(contractHead)) {
    warnings.push(`alembic_version lacks the contract branch's head ${contractHead}: a migration was interrupted`);
  }
  if (expandHeads.length !== 1) {
    warnings.push(`alembic_version has ${expandHeads.length} rows of the expand branch, not one`);
  }
  if (known !== undefined) {
    if (!known.isHead) warnings.push(`the migration to ${known.release} stopped at revision ${expandHead}`);
    warnings.push(...compareMarks(known.release, known.done, shape));
  }
  const beyondKnown = expandHead !== undefined && known === undefined && !olderReleases.has(expandHead);
  if (forced !== undefined) {
    if (known !== undefined && known.release !== forced) {
      warnings.push(`the release is set to ${forced}, while alembic_version says ${known.release}`);
    }
    return { release: forced, foundBy: 'forced', expandHead, beyondKnown, warnings };
  }
  if (known !== undefined && expandHeads.length === 1) {
    const foundBy = known.isHead ? 'head' : 'intermediate revision';
    return { release: known.release, foundBy, expandHead, beyondKnown: false, warnings };
  }
  return describeUnknown(expandHeads);
}

function describeUnknown(expandHeads: readonly string[]): string {
  const [expandHead] = expandHeads;
  if (expandHead === undefined) return 'alembic_version names no release; run neutron-db-manage upgrade heads';
  if (expandHeads.length > 1) {
    return `alembic_version names several expand revisions (${expandHeads.join(', ')}); set the release to say which holds`;
  }
  const older = olderReleases.get(expandHead);
  if (older !== undefined) return `the database is of ${older}; Driftline knows ${RELEASES[0]} and later`;
  return `migration ${expandHead} is not one of a release up to ${RELEASES.at(-1)}; upgrade Driftline, or set the release to compare at your own risk`;
}

interface KnownRevision {
  readonly release: Release;
  readonly isHead: boolean;
  /** Revisions that have run, this one included; those before Zed apart. */
  readonly done: ReadonlySet<string>;
}

function findByRevision(revision: string): KnownRevision | undefined {
  const done = new Set<string>();
  for (const release of RELEASES) {
    for (const each of expandRevisions[release]) {
      done.add(each);
      if (each === revision) return { release, isHead: expandRevisions[release].at(-1) === each, done };
    }
  }
  return undefined;
}

function compareMarks(release: Release, done: ReadonlySet<string>, shape: DatabaseShape): string[] {
  const warnings: string[] = [];
  for (const mark of marks) {
    const columns = shape.get(mark.table);
    const exists = columns !== undefined && (mark.column === undefined || columns.has(mark.column));
    if (exists === done.has(mark.revision)) continue;
    const what = mark.column === undefined ? `table ${mark.table}` : `column ${mark.table}.${mark.column}`;
    warnings.push(
      exists
        ? `alembic_version says ${release}, but ${what} of ${mark.since} is there already: a migration was interrupted`
        : `alembic_version says ${release}, but ${what} is missing: it reads as empty`,
    );
  }
  return warnings;
}
