import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractHead, expandRevisions, marks, olderReleases } from './migrations.ts';
import { classifyHeads, type FoundRelease } from './release.ts';
import { RELEASES, type Release } from './release-name.ts';
import type { DatabaseShape } from './shape.ts';

test('each head is its release, and says nothing to worry about', () => {
  for (const release of RELEASES) {
    const head = lastOf(release);
    assert.deepEqual(classifyHeads([contractHead, head], shapeAt(head), undefined), {
      release,
      foundBy: 'head',
      expandHead: head,
      beyondKnown: false,
      warnings: [],
    });
  }
});

test('a revision between two heads belongs to the release that brings it, with a warning', () => {
  for (const release of RELEASES) {
    for (const revision of expandRevisions[release].slice(0, -1)) {
      const found = foundAt([revision, contractHead], shapeAt(revision));
      assert.equal(found.release, release);
      assert.equal(found.foundBy, 'intermediate revision');
      assert.match(found.warnings.join(), new RegExp(`stopped at revision ${revision}`));
    }
  }
});

test('no revision belongs to two releases', () => {
  const all = Object.values(expandRevisions).flat();
  assert.equal(new Set(all).size, all.length);
});

test('an unknown migration is refused, unless the release is set; then it counts as beyond what is known', () => {
  const heads = ['feedfacecafe', contractHead];
  const refusal = classifyHeads(heads, shapeAt(lastOf('2026.2')), undefined);
  assert.match(String(refusal), /feedfacecafe.*upgrade Driftline/);
  const forced = classifyHeads(heads, shapeAt(lastOf('2026.2')), '2026.2');
  assert.ok(typeof forced !== 'string');
  assert.deepEqual([forced.release, forced.foundBy, forced.beyondKnown], ['2026.2', 'forced', true]);
});

test('a release before Zed is refused by its name', () => {
  for (const [head, name] of olderReleases) {
    assert.match(String(classifyHeads([head, contractHead], new Map(), undefined)), new RegExp(name));
  }
});

test('a database with one row is read, with a warning', () => {
  const head = lastOf('2025.1');
  const found = foundAt([head], shapeAt(head));
  assert.equal(found.release, '2025.1');
  assert.equal(found.warnings.length, 1);
  assert.match(String(classifyHeads([contractHead], new Map(), undefined)), /names no release/);
  assert.match(String(classifyHeads([], new Map(), undefined)), /names no release/);
});

test('two expand heads decide nothing', () => {
  const heads = [lastOf('2024.1'), lastOf('2024.2'), contractHead];
  assert.match(String(classifyHeads(heads, shapeAt(lastOf('2024.2')), undefined)), /several/);
});

test('a column that the named release should have and the database lacks is warned of', () => {
  const head = lastOf('2025.1');
  const shape = new Map(shapeAt(head));
  shape.set('networks', new Set(['id']));
  assert.match(foundAt([head, contractHead], shape).warnings.join(), /networks\.qinq is missing/);
});

test('a table of a later release than the named one is warned of', () => {
  const found = foundAt([lastOf('2024.1'), contractHead], shapeAt(lastOf('2024.2')));
  assert.equal(found.release, '2024.1');
  assert.match(found.warnings.join(), /porttrusted of 2024\.2 is there already/);
});

test('a set release that contradicts the database is warned of', () => {
  const found = classifyHeads([lastOf('2025.2'), contractHead], shapeAt(lastOf('2025.2')), '2025.1');
  assert.ok(typeof found !== 'string');
  assert.equal(found.release, '2025.1');
  assert.match(found.warnings.join(), /set to 2025\.1, while alembic_version says 2025\.2/);
});

function foundAt(heads: readonly string[], shape: DatabaseShape): FoundRelease {
  const found = classifyHeads(heads, shape, undefined);
  assert.ok(typeof found !== 'string', String(found));
  return found;
}

function lastOf(release: Release): string {
  const head = expandRevisions[release].at(-1);
  assert.ok(head !== undefined);
  return head;
}

/** The tables and columns that mark a release, as they are once this revision has run. */
function shapeAt(revision: string): DatabaseShape {
  const all = RELEASES.flatMap((release) => expandRevisions[release]);
  const done = all.slice(0, all.indexOf(revision) + 1);
  const shape = new Map<string, Set<string>>([
    ['networks', new Set(['id'])],
    ['portforwardings', new Set(['id'])],
    ['router_extra_attributes', new Set(['router_id'])],
  ]);
  for (const mark of marks) {
    if (!done.includes(mark.revision)) continue;
    const columns = shape.get(mark.table) ?? new Set<string>();
    if (mark.column !== undefined) columns.add(mark.column);
    shape.set(mark.table, columns);
  }
  return shape;
}
