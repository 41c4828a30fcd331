import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ReplicaRow } from '@driftline/ovsdb';
import { CheckBench } from './check-bench.ts';

/** Chassis by falling priority, of Neutron's router ports and HA chassis groups that have any, by name. */
function schedulesIn({ bench }: CheckBench): ReadonlyMap<string, readonly string[]> {
  const view = bench.view();
  const schedules = new Map<string, readonly string[]>();
  const read = (table: string, column: string) => {
    for (const row of view.rows(table)) {
      const members = (row[column] as readonly string[])
        .map((uuid) => view.row(uuid))
        .filter((each) => each !== undefined);
      if (bench.foreign.rows.has(row._uuid) || members.length === 0) continue;
      schedules.set(
        String(row.name),
        members.toSorted(byPriority).map((each) => String(each.chassis_name)),
      );
    }
  };
  read('Logical_Router_Port', 'gateway_chassis');
  read('HA_Chassis_Group', 'ha_chassis');
  return schedules;
}

const byPriority = (a: ReplicaRow, b: ReplicaRow): number => Number(b.priority) - Number(a.priority);

const GATEWAY = { 'ovn-cms-options': 'enable-chassis-as-gw', 'ovn-bridge-mappings': 'physnet1:br-ex,publics:br-pub' };
const CHECKS = ['gateway-chassis', 'ha-chassis-groups'] as const;

for (const release of ['zed', '2026.2-dev'] as const) {
  describe(`the checks of gateways and HA chassis groups, on ${release}`, () => {
    let bench: CheckBench;
    before(async () => {
      bench = await CheckBench.open(release);
    });
    after(() => bench[Symbol.asyncDispose]());

    /** Runs both twice; the second run of each finds nothing to do, and neither do the passes of a daemon. */
    const repair = async () => {
      const foreign = bench.foreign();
      for (const name of CHECKS) {
        const [first, second] = await bench.run(name, 'repair', 2);
        assert.equal(first?.attempt.is, 'done', JSON.stringify(first?.attempt));
        assert.deepEqual(second?.attempt, { is: 'done', changed: 0 });
      }
      assert.deepEqual(await bench.drift(), [], 'what Neutron would schedule anew is nothing');
      assert.deepEqual(bench.foreign(), foreign);
    };

    it('find nothing while all chassis live', async () => {
      await bench.silence();
      for (const name of CHECKS) assert.deepEqual(await bench.observe(name), []);
      assert.ok(schedulesIn(bench).size > 0);
    });

    it('tell of gateways that would fail over to a silent chassis, and write nothing', async () => {
      await bench.silence('gw-2');
      const ahead = [...schedulesIn(bench).values()].filter((names) => names.at(-1) !== 'gw-2').length;
      assert.ok(ahead > 0);
      const picture = await bench.ovnPicture();
      const found = (await Promise.all(CHECKS.map((name) => bench.observe(name)))).flat();
      assert.equal(found.length, ahead);
      assert.match(
        found[0] ?? '',
        /is gw-\d \(\d+\), gw-\d \(\d+\), gw-\d \(\d+\): gw-[13] \(\d+\), gw-[13] \(\d+\), gw-2 \(\d+\)$/,
      );
      assert.equal(await bench.ovnPicture(), picture);
    });

    it('put it behind those that live, which keep their order', async () => {
      const before = schedulesIn(bench);
      await repair();
      const wanted = [...before].map(([name, names]) => [name, [...names.filter((each) => each !== 'gw-2'), 'gw-2']]);
      assert.deepEqual(new Map(wanted as [string, string[]][]), schedulesIn(bench));
    });

    it('give its place to one that lives, where there are more than five', async () => {
      for (const at of [4, 5, 6]) await bench.addChassis(`gw-${at}`, `192.0.2.20${at}`, GATEWAY);
      await bench.silence();
      await repair();
      const full = schedulesIn(bench);
      assert.ok(full.values().every((names) => names.length === 5));
      await bench.silence('gw-1', 'cmp-1');
      await repair();
      for (const [name, names] of schedulesIn(bench)) {
        const kept = full.get(name)?.filter((each) => each !== 'gw-1') ?? [];
        assert.deepEqual(names.slice(0, kept.length), kept, 'valid choices are kept');
        assert.equal(new Set(names).size, 5);
        assert.ok(!names.includes('gw-1'));
      }
    });

    it('replace a chassis that is gone', async () => {
      await bench.silence();
      await bench.sbctl('destroy', 'Chassis', 'gw-3');
      const before = schedulesIn(bench);
      assert.ok(before.values().some((names) => names.includes('gw-3')));
      await repair();
      for (const [name, names] of schedulesIn(bench)) {
        const kept = before.get(name)?.filter((each) => each !== 'gw-3') ?? [];
        assert.deepEqual(names.slice(0, kept.length), kept);
        assert.deepEqual(names.toSorted(), ['gw-1', 'gw-2', 'gw-4', 'gw-5', 'gw-6']);
      }
    });

    it('leave all as it is where no gateway lives', async () => {
      await bench.silence('gw-1', 'gw-2', 'gw-4', 'gw-5', 'gw-6');
      for (const name of CHECKS) assert.deepEqual(await bench.observe(name), []);
    });
  });
}
