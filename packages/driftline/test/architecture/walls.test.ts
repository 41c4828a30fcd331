import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findBreaches, readSources, withoutComments } from './walls.ts';

const sources = join(import.meta.dirname, '..', '..', 'src');
const ovsdb = join(import.meta.dirname, '..', '..', '..', 'ovsdb', 'src');

describe('the import walls', () => {
  it('hold: each stage imports only what comes before it, and the pure ones nothing of the outside', async () => {
    const files = await readSources(sources);
    assert.ok(files.length > 50, 'the sources were found');
    assert.deepEqual(findBreaches(files), []);
  });

  it('can fail: an import of a later stage is a breach', () => {
    const text = "import { applyPlan } from '../apply/apply.ts';";
    assert.match(findBreaches([{ path: 'diff/diff.ts', text }])[0]?.why ?? '', /apply/);
  });

  it('can fail: a clock, a random number or a part of Node in a pure stage is a breach', () => {
    for (const text of ['Date.now()', 'Math.random()', "import { hash } from 'node:crypto';", 'console.log(1)']) {
      assert.equal(findBreaches([{ path: 'translate/acl.ts', text }]).length, 1, text);
    }
  });

  it('can fail: a folder that nobody placed is a breach', () => {
    assert.equal(findBreaches([{ path: 'utils/misc.ts', text: '' }]).length, 1);
  });

  it('let the OVSDB client know neither OVN nor the service', async () => {
    for (const { path, text } of await readSources(ovsdb)) {
      const named = withoutComments(text).match(/from '(driftline|\.\.\/\.\.\/\.\.\/driftline)|Logical_|Neutron/);
      assert.equal(named, null, path);
    }
  });

  it('give the OVSDB client no runtime dependency', async () => {
    const { default: description } = await import('../../../ovsdb/package.json', { with: { type: 'json' } });
    assert.equal('dependencies' in description, false);
  });
});
