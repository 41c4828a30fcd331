import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbClient, op } from '@driftline/ovsdb';
import { main } from '../../src/cli/main.ts';
import { configArguments } from '../golden/deployment.ts';
import { type Golden, openGolden } from '../lab/golden.ts';

interface Run extends AsyncDisposable {
  readonly golden: Golden;
  readonly northbound: OvsdbClient;
  log(): string;
  untilLogged(pattern: RegExp): Promise<void>;
  query(statement: string): Record<string, unknown>[];
  /** Ends the daemon as SIGTERM does. */
  stop(): Promise<unknown>;
}

/** `driftline run` on a golden deployment, with `flags`. */
async function startRun(...flags: readonly string[]): Promise<Run> {
  await using stack = new AsyncDisposableStack();
  const golden = stack.use(await openGolden('2026.1'));
  const northbound = stack.use(
    await OvsdbClient.connect({ endpoints: golden.northbound.endpoint, database: 'OVN_Northbound' }),
  );
  const stop = new AbortController();
  let out = '';
  const note = (text: string) => {
    out += text;
  };
  const terminal = { out: note, err: note, isInteractive: false, ask: undefined };
  const argv = ['run', '--no-tasks', ...flags, ...configArguments(golden), '--driftline-grace_period', '0'];
  const running = main(argv, terminal, stop.signal);
  const resources = stack.move();
  return {
    golden,
    northbound,
    log: () => out,
    untilLogged: async (pattern) => {
      while (!pattern.test(out)) await sleep(10);
    },
    query: (statement) => {
      using database = new DatabaseSync(golden.databaseUrl.replace('sqlite:///', ''), { readOnly: true });
      return database.prepare(statement).all();
    },
    stop: () => {
      stop.abort();
      return running;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      await resources.disposeAsync();
    },
  };
}

const members = (run: Run) => run.query("select node_uuid from ovn_hash_ring where group_name = 'driftline'").length;

async function plug(run: Run): Promise<string> {
  const [row] = run.query(`select p.id from ports p
    join ml2_port_bindings b on b.port_id = p.id and b.status = 'ACTIVE' and b.vif_type = 'ovs'
    where p.status = 'DOWN' and p.admin_state_up and p.device_owner like 'compute:%' limit 1`);
  const portId = String(row?.id);
  await run.northbound.transact([op.update('Logical_Switch_Port', [['name', '==', portId]], { up: true })]);
  return portId;
}

describe('the daemon and row events', () => {
  it("tells of a port's status that Neutron missed, joins the ring, and leaves it in order", async () => {
    await using run = await startRun();
    const portId = await plug(run);
    await run.untilLogged(new RegExp(`WARNING port ${portId} is DOWN in Neutron, and ACTIVE by what OVN reports`));
    // The golden deployment is nobody's any more.
    await run.untilLogged(/WARNING no worker of Neutron's is alive/);
    assert.equal(members(run), 1);
    await run.stop();
    assert.equal(members(run), 0);
  });

  it('sets it with --events act', async () => {
    await using run = await startRun('--events', 'act');
    const portId = await plug(run);
    await run.untilLogged(new RegExp(`INFO port ${portId} was DOWN in Neutron and is ACTIVE now, as OVN has it`));
    assert.deepEqual(
      run.query(`select status from ports where id = '${portId}'`).map((row) => ({ ...row })),
      [{ status: 'ACTIVE' }],
    );
  });

  it('writes nothing with --observe, no row in the ring either', async () => {
    await using run = await startRun('--observe', '--events', 'act');
    const portId = await plug(run);
    await run.untilLogged(new RegExp(`WARNING port ${portId} is DOWN in Neutron`));
    assert.equal(members(run), 0);
  });

  it('looks away with --events off', async () => {
    await using run = await startRun('--events', 'off');
    await plug(run);
    await run.untilLogged(/full pass/);
    assert.equal(members(run), 0);
    assert.doesNotMatch(run.log(), /no worker of Neutron's|in Neutron, and/);
  });
});
