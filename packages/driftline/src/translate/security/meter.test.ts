import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildContext, networkLog, type Parts } from '../testing/build.ts';
import { meterRows } from './meter.ts';

const networkLogs = [networkLog({ id: 'l', enabled: false })];
const rowsOf = (parts: Parts) => [...meterRows(buildContext({ networkLogs, ...parts }))];
const bandOf = (row: ReturnType<typeof rowsOf>[number] | undefined): unknown =>
  row?.cells.bands?.is === 'rows' ? row.cells.bands.rows : undefined;

test('without a log there is no meter, with one, even a disabled one, there are two', () => {
  assert.deepEqual(rowsOf({ networkLogs: [] }), []);
  assert.deepEqual(
    rowsOf({}).map(({ key, presence }) => [key, presence ?? 'required']),
    [
      ['acl_log_meter', 'required'],
      ['acl_log_meter_stateless', 'required'],
    ],
  );
});

test('a meter has one band of the configured limits, the stateless one of half of them', () => {
  const config = { networkLog: { rateLimit: 301, burstLimit: 27, localOutputLogBase: 'sg_logs' } };
  const [common, stateless] = rowsOf({ config });
  assert.equal(common?.key, 'sg_logs');
  assert.deepEqual(bandOf(common), [{ action: 'drop', rate: 301, burst_size: 27 }]);
  assert.equal(stateless?.key, 'sg_logs_stateless');
  assert.deepEqual(bandOf(stateless), [{ action: 'drop', rate: 150, burst_size: 13 }]);
});

test('the stateless meter may be there in Zed and 2023.1, and came with 2023.2', () => {
  assert.equal(rowsOf({ release: 'zed' })[1]?.presence, 'tolerated');
  assert.equal(rowsOf({ release: '2023.1' })[1]?.presence, 'tolerated');
  assert.equal(rowsOf({ release: '2023.2' })[1]?.feature, 'statelessMeter');
});
