import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatProgress } from './progress.ts';
import { printable } from './terminal.ts';

describe('what is printed', () => {
  it('shows control characters of a name instead of obeying them', () => {
    assert.equal(printable('a\u001b[2Jb\nc'), 'a\\x1b[2Jb\\x0ac');
    assert.equal(printable('\u202eevil'), '\\u202eevil');
    assert.equal(printable('grün ✓'), 'grün ✓');
  });

  it('tells rate and remaining time of progress where the total is known', () => {
    assert.equal(formatProgress('rows', 500, undefined, 1000), 'rows: 500, 500/s');
    assert.equal(formatProgress('rows', 500, 2000, 1000), 'rows: 500 of 2,000, 500/s, 3 s left');
  });
});
