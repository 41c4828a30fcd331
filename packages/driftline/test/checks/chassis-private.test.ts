import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CheckBench } from './check-bench.ts';

describe('the check of Chassis_Private', () => {
  let bench: CheckBench;
  before(async () => {
    bench = await CheckBench.open('2026.1');
  });
  after(() => bench[Symbol.asyncDispose]());
  const names = async () =>
    (await bench.sbctl('--bare', '--columns=name', 'list', 'Chassis_Private')).split(/\s+/).sort();

  it('finds nothing where every chassis has its two rows', async () => {
    assert.deepEqual(await bench.observe('chassis-private'), []);
  });

  it('tells of a row that is left without its Chassis, and leaves it as it is', async () => {
    await bench.sbctl('set', 'Chassis_Private', 'gw-3', 'nb_cfg_timestamp=5');
    await bench.sbctl('destroy', 'Chassis', 'gw-3');
    const picture = await bench.ovnPicture();
    assert.deepEqual(await bench.observe('chassis-private'), ['Chassis_Private gw-3 has no Chassis: deleted']);
    const [run] = await bench.run('chassis-private', 'observe');
    assert.equal(run?.attempt.is, 'observed');
    assert.equal(await bench.ovnPicture(), picture);
  });

  it('leaves the row of an ovn-controller that was heard of within agent_down_time', async () => {
    const now = Date.now();
    await bench.sbctl('set', 'Chassis_Private', 'cmp-2', `nb_cfg_timestamp=${now}`);
    await bench.sbctl('destroy', 'Chassis', 'cmp-2');
    const [run] = await bench.run('chassis-private', 'repair');
    assert.deepEqual(run?.attempt.is, 'observed', 'told all the same');
    assert.deepEqual(await names(), ['cmp-1', 'cmp-2', 'gw-1', 'gw-2']);
  });

  it('repairs once, and finds it done the next time', async () => {
    await bench.sbctl('set', 'Chassis_Private', 'cmp-2', 'nb_cfg_timestamp=7');
    const runs = await bench.run('chassis-private', 'repair', 2);
    assert.deepEqual(
      runs.map(({ attempt }) => attempt),
      [
        { is: 'done', changed: 1 },
        { is: 'done', changed: 0 },
      ],
    );
    assert.deepEqual(await names(), ['cmp-1', 'gw-1', 'gw-2']);
  });
});
