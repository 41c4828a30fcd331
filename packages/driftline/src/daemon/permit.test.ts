import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PassPermit } from './permit.ts';

const SETTLE_MS = 1000;
const told = (permit: PassPermit): readonly boolean[] => {
  const said: boolean[] = [];
  permit.onChange((isGiven) => said.push(isGiven));
  return said;
};

describe('the permit of the scheduled tasks', () => {
  it('is given by the first whole pass that finds nothing', () => {
    const permit = new PassPermit(SETTLE_MS);
    const said = told(permit);
    assert.equal(permit.passed({ isWhole: false, isClean: true, endedAtMs: 0 }), undefined);
    assert.equal(permit.isGiven, false, 'a part tells nothing of the rest');
    permit.passed({ isWhole: true, isClean: true, endedAtMs: 5 });
    permit.passed({ isWhole: true, isClean: false, endedAtMs: 9 });
    assert.deepEqual([permit.isGiven, said], [true, [true]]);
  });

  it('waits for what the first pass found to have its turn, and not for ever', () => {
    const permit = new PassPermit(SETTLE_MS);
    assert.equal(permit.passed({ isWhole: true, isClean: false, endedAtMs: 100 }), 1100);
    assert.equal(permit.passed({ isWhole: false, isClean: false, endedAtMs: 900 }), 1100);
    assert.equal(permit.isGiven, false);
    assert.equal(permit.passed({ isWhole: false, isClean: false, endedAtMs: 1100 }), undefined);
    assert.equal(permit.isGiven, true);
  });

  it('is given by any later pass once what was found is mended', () => {
    const permit = new PassPermit(SETTLE_MS);
    permit.passed({ isWhole: true, isClean: false, endedAtMs: 100 });
    permit.passed({ isWhole: false, isClean: true, endedAtMs: 200 });
    assert.equal(permit.isGiven, true);
  });

  it('is withdrawn with the lock, and given again by a pass after it', () => {
    const permit = new PassPermit(SETTLE_MS);
    permit.passed({ isWhole: true, isClean: true, endedAtMs: 0 });
    const said = told(permit);
    permit.withdraw();
    permit.withdraw();
    assert.equal(permit.passed({ isWhole: false, isClean: false, endedAtMs: 5000 }), 6000, 'its time begins again');
    assert.deepEqual(said, [false]);
    permit.passed({ isWhole: false, isClean: true, endedAtMs: 5100 });
    assert.deepEqual(said, [false, true]);
  });
});
