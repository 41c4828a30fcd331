import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbClient, op } from '@driftline/ovsdb';
import { main } from '../../src/cli/main.ts';
import type { LedgerLine } from '../../src/tasks/ledger.ts';
import { configArguments } from '../golden/deployment.ts';
import { openGolden } from '../lab/golden.ts';

it("the daemon's passes are lines of check_for_inconsistencies in the ledger, with what they repaired", async () => {
  await using stack = new AsyncDisposableStack();
  const golden = stack.use(await openGolden('2026.1'));
  const { endpoint } = golden.northbound;
  const operator = stack.use(await OvsdbClient.connect({ endpoints: endpoint, database: 'OVN_Northbound' }));
  const [port] = [...operator.replica.table('Logical_Switch_Port').rows.values()].filter(({ type }) => type === '');
  await operator.transact([op.update('Logical_Switch_Port', String(port?._uuid), { addresses: ['unknown'] })]);

  const stop = new AbortController();
  const flags = [...configArguments(golden), '--driftline-grace_period', '0'];
  const run = async (argv: readonly string[]): Promise<string> => {
    let out = '';
    const note = (text: string) => {
      out += text;
    };
    await main([...argv, ...flags], { out: note, err: note, isInteractive: false, ask: undefined }, stop.signal);
    return out;
  };
  const daemon = run(['run', '--events', 'off']);
  stack.defer(async () => {
    stop.abort();
    await daemon;
  });
  const history = async (): Promise<Pick<LedgerLine, 'state' | 'why' | 'changed'>[]> => {
    const json = await run(['tasks', 'history', 'check_for_inconsistencies', '-f', 'json']);
    return JSON.parse(json).runs;
  };
  let lines = await history();
  while (lines[0]?.state !== 'done') {
    await sleep(20);
    lines = await history();
  }
  const [done, pending] = lines;
  assert.equal(pending?.state, 'pending');
  assert.match(pending?.why ?? '', /^\d+ rows? differ/);
  assert.ok((done?.changed ?? 0) > 0);
});
