import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runBurst } from './burst.ts';

it('a burst of changes has each its effect once, while a daemon joins and another dies', async (context) => {
  const report = await runBurst(1000);
  context.diagnostic(JSON.stringify(report));
  assert.equal(report.settled, report.changes, 'none is lost');
  assert.equal(report.writes, report.changes, 'none is written twice');
  assert.equal(report.deadLetters, 0);
});
