import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CheckBench } from './check-bench.ts';

describe('the check of port statuses', () => {
  let bench: CheckBench;
  /** Bound and down on both sides. */
  let ports: readonly string[];
  before(async () => {
    bench = await CheckBench.open('2026.1');
    ports = bench.sqlite
      .prepare("SELECT port_id FROM ml2_port_bindings WHERE vif_type = 'ovs' ORDER BY port_id LIMIT 3")
      .all()
      .map(({ port_id }) => String(port_id));
  });
  after(() => bench[Symbol.asyncDispose]());

  const statusOf = (id: string) => bench.sqlite.prepare('SELECT status FROM ports WHERE id = ?').get(id)?.status;
  const revisionOf = (id: string) =>
    bench.sqlite
      .prepare(
        'SELECT revision_number AS n FROM standardattributes JOIN ports ON standard_attr_id = standardattributes.id WHERE ports.id = ?',
      )
      .get(id)?.n;
  const waitsForOvn = (id: string) =>
    bench.sqlite
      .prepare(
        "SELECT count(*) AS n FROM provisioningblocks NATURAL JOIN (SELECT standard_attr_id FROM ports WHERE id = ?) WHERE entity = 'L2'",
      )
      .get(id)?.n;
  const claim = async (id: string) => {
    const { host } = bench.sqlite.prepare('SELECT host FROM ml2_port_bindings WHERE port_id = ?').get(id) ?? {};
    const chassis = await bench.sbctl('--bare', '--columns=_uuid', 'find', 'Chassis', `hostname=${String(host)}`);
    await bench.sbctl('set', 'Port_Binding', id, `chassis=${chassis}`);
  };

  it('finds nothing where Neutron has what OVN reports', async () => {
    assert.deepEqual(await bench.observe('port-status'), []);
  });

  it('tells of ports whose event was lost, up and down, and leaves them as they are', async () => {
    const [up = '', down = ''] = ports;
    await claim(up);
    await bench.nbctl('set', 'Logical_Switch_Port', up, 'up=true');
    bench.sqlite.prepare("UPDATE ports SET status = 'ACTIVE' WHERE id = ?").run(down);
    assert.deepEqual(await bench.observe('port-status'), [
      `port ${up} is DOWN in Neutron: ACTIVE`,
      `port ${down} is ACTIVE in Neutron: DOWN`,
    ]);
    assert.deepEqual([statusOf(up), statusOf(down)], ['DOWN', 'ACTIVE']);
  });

  it('gives Neutron its grace period with what it changed a moment ago', async () => {
    const [up = '', down = ''] = ports;
    const touch = (at: string, id: string) =>
      bench.sqlite
        .prepare(
          `UPDATE standardattributes SET updated_at = ${at} WHERE id = (SELECT standard_attr_id FROM ports WHERE id = ?)`,
        )
        .run(id);
    touch('current_timestamp', up);
    assert.deepEqual(await bench.observe('port-status'), [`port ${down} is ACTIVE in Neutron: DOWN`]);
    // Past the grace period, and Nova may wait still: only Neutron can tell it.
    touch("datetime('now', '-2 minutes')", up);
    bench.sqlite.prepare("UPDATE ports SET status = 'DOWN' WHERE id = ?").run(down);
    const [run] = await bench.run('port-status', 'repair');
    assert.equal(run?.attempt.is, 'observed');
    assert.deepEqual([run?.found, statusOf(up)], [[`port ${up} is DOWN in Neutron`], 'DOWN']);
    bench.sqlite.prepare("UPDATE ports SET status = 'ACTIVE' WHERE id = ?").run(down);
    touch("datetime('now', '-1 hour')", up);
    assert.equal((await bench.observe('port-status')).length, 2);
  });

  it('writes what the OVN driver writes on the event, once', async () => {
    const [up = '', down = '', other = ''] = ports;
    const untouched = [statusOf(other), revisionOf(other)];
    const picture = await bench.ovnPicture();
    const revisions = [Number(revisionOf(up)), Number(revisionOf(down))];
    const runs = await bench.run('port-status', 'repair', 2);
    assert.deepEqual(
      runs.map(({ attempt }) => attempt),
      [
        { is: 'done', changed: 2 },
        { is: 'done', changed: 0 },
      ],
    );
    assert.deepEqual([statusOf(up), statusOf(down)], ['ACTIVE', 'DOWN']);
    assert.deepEqual([waitsForOvn(up), waitsForOvn(down)], [0, 1]);
    assert.deepEqual(
      [revisionOf(up), revisionOf(down)],
      revisions.map((revision) => revision + 1),
    );
    assert.deepEqual([statusOf(other), revisionOf(other)], untouched);
    assert.equal(await bench.ovnPicture(), picture, 'OVN is left alone');
  });

  it('leaves a port down that OVN has up and Neutron never bound', async () => {
    const unbound = bench.sqlite
      .prepare(
        "SELECT id FROM ports JOIN ml2_port_bindings ON port_id = id WHERE vif_type = 'unbound' AND vnic_type = 'normal' AND device_owner = ''",
      )
      .get();
    await bench.nbctl('set', 'Logical_Switch_Port', String(unbound?.id), 'up=true');
    assert.deepEqual(
      (await bench.observe('port-status')).filter((text) => text.startsWith('port ')),
      [],
    );
  });

  it('believes no OVN that has most of the active ports down', async () => {
    const statuses = () => bench.sqlite.prepare('SELECT id, status FROM ports ORDER BY id').all();
    const written = statuses();
    bench.sqlite.exec("UPDATE ports SET status = 'ACTIVE' WHERE device_owner = 'compute:nova'");
    const broken = statuses();
    const [run] = await bench.run('port-status', 'repair');
    assert.equal(run?.attempt.is, 'observed');
    assert.match(run.found[0] ?? '', /is ACTIVE in Neutron, and so are more than half of all active ports/);
    assert.deepEqual(statuses(), broken);
    for (const { id, status } of written)
      bench.sqlite.prepare('UPDATE ports SET status = ? WHERE id = ?').run(status ?? '', id ?? '');
  });

  it('tells of a port that another chassis has claimed than that of its host', async () => {
    const [claimed = ''] = ports;
    const { host } = bench.sqlite.prepare('SELECT host FROM ml2_port_bindings WHERE port_id = ?').get(claimed) ?? {};
    const chassisOf = (name: string) => bench.sbctl('--bare', '--columns=_uuid', 'find', 'Chassis', `hostname=${name}`);
    await bench.sbctl('set', 'Port_Binding', claimed, `chassis=${await chassisOf('gw-1.example.org')}`);
    const told = `port ${claimed} is bound to ${String(host)} in Neutron, and up on gw-1.example.org`;
    assert.ok((await bench.observe('port-status')).includes(told));
    await bench.sbctl('set', 'Port_Binding', claimed, `chassis=${await chassisOf(String(host))}`);
    assert.ok(!(await bench.observe('port-status')).includes(told));
  });

  it('tells of a port that is up though no chassis has it, and of one that the Southbound lacks', async () => {
    const [claimed = '', , other = ''] = ports;
    await bench.sbctl('clear', 'Port_Binding', claimed, 'chassis');
    await bench.sbctl('destroy', 'Port_Binding', other);
    const found = await bench.observe('port-status');
    assert.ok(found.includes(`Logical_Switch_Port ${claimed} is up, and no chassis has claimed it`));
    assert.ok(found.includes(`Logical_Switch_Port ${other} has no Port_Binding`));
    const [run] = await bench.run('port-status', 'repair');
    assert.equal(run?.attempt.is, 'observed', 'that is not for Driftline to mend');
  });
});

const HOSTNAME = /"neutron:parent_hostname"=cmp-2\.example\.org/;

for (const release of ['2026.1', '2026.2-dev'] as const) {
  describe(`the check of virtual ports, on ${release}`, () => {
    let bench: CheckBench;
    let vip: string;
    let parents: readonly string[];
    before(async () => {
      bench = await CheckBench.open(release);
      vip = await bench.sbctl('--bare', '--columns=logical_port', 'find', 'Port_Binding', 'type=virtual');
      const options = await bench.sbctl('get', 'Port_Binding', vip, 'options:virtual-parents');
      parents = options.replaceAll('"', '').split(',');
    });
    after(() => bench[Symbol.asyncDispose]());

    const binding = () =>
      bench.sqlite.prepare('SELECT host, vif_type, vif_details FROM ml2_port_bindings WHERE port_id = ?').all(vip);
    const isNewer = release === '2026.2-dev';
    const boundTo = (host: string) => [
      {
        host: isNewer ? '' : host,
        vif_type: 'unbound',
        vif_details: isNewer ? JSON.stringify({ parent_hostname: host }) : '',
      },
    ];

    it('finds nothing where no parent has been seen with the address', async () => {
      assert.deepEqual(await bench.observe('virtual-ports'), []);
    });

    it('tells of a parent that Neutron was never told of', async () => {
      const chassis = await bench.sbctl('--bare', '--columns=_uuid', 'find', 'Chassis', 'name=cmp-2');
      await bench.sbctl('set', 'Port_Binding', vip, `chassis=${chassis}`, `virtual_parent=${parents[0]}`);
      const written = binding();
      assert.deepEqual(await bench.observe('virtual-ports'), [
        `virtual port ${vip} is on no host in Neutron, and on cmp-2.example.org in OVN: cmp-2.example.org`,
      ]);
      assert.deepEqual(binding(), written);
    });

    it('has Neutron know its host, in SQL and in the Northbound, and is done then', async () => {
      const foreign = bench.foreign();
      const [first, second] = await bench.run('virtual-ports', 'repair', 2);
      assert.equal(first?.attempt.is, 'done', JSON.stringify(first?.attempt));
      assert.deepEqual(second?.attempt, { is: 'done', changed: 0 });
      assert.deepEqual(
        binding().map((row) => ({ ...row })),
        boundTo('cmp-2.example.org'),
      );
      if (isNewer) assert.match(await bench.nbctl('get', 'Logical_Switch_Port', vip, 'external_ids'), HOSTNAME);
      assert.deepEqual(await bench.drift(), []);
      assert.deepEqual(bench.foreign(), foreign);
    });

    it('has Neutron forget it when nobody has the address any more', async () => {
      await bench.sbctl('clear', 'Port_Binding', vip, 'chassis', '--', 'clear', 'Port_Binding', vip, 'virtual_parent');
      const [first, second] = await bench.run('virtual-ports', 'repair', 2);
      assert.deepEqual(first?.attempt, { is: 'done', changed: isNewer ? 2 : 1 });
      assert.deepEqual(second?.attempt, { is: 'done', changed: 0 });
      assert.deepEqual(
        binding().map((row) => ({ ...row })),
        boundTo(''),
      );
    });

    it('tells of a parent that is none, and repairs nothing of it', async () => {
      await bench.sbctl('set', 'Port_Binding', vip, 'virtual_parent=somebody');
      const [run] = await bench.run('virtual-ports', 'repair');
      assert.equal(run?.attempt.is, 'observed');
      assert.deepEqual(run.found, [`virtual port ${vip} is with somebody, which is none of its parents`]);
    });
  });
}
