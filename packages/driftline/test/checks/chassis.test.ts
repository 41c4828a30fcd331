import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CheckBench } from './check-bench.ts';

describe('the checks of chassis and agents', () => {
  let bench: CheckBench;
  before(async () => {
    bench = await CheckBench.open('2026.1');
  });
  after(() => bench[Symbol.asyncDispose]());
  const chassis = async () => (await bench.sbctl('--bare', '--columns=name', 'list', 'Chassis')).split(/\s+/).sort();
  const ALL = ['cmp-1', 'cmp-2', 'gw-1', 'gw-2', 'gw-3'];
  const repairedOnce = async (name: string, changed: number) => {
    const runs = await bench.run(name, 'repair', 2);
    assert.deepEqual(
      runs.map(({ attempt }) => attempt),
      [
        { is: 'done', changed },
        { is: 'done', changed: 0 },
      ],
    );
  };

  it('duplicate-chassis tells of chassis of one hostname and touches none that lives', async () => {
    await bench.silence();
    await bench.addChassis('second', '192.0.2.211');
    await bench.sbctl('set', 'Chassis', 'second', 'hostname=cmp-1.example.org');
    assert.deepEqual(await bench.observe('duplicate-chassis'), [
      'Chassis cmp-1 is of cmp-1.example.org, as second is',
      'Chassis second is of cmp-1.example.org, as cmp-1 is',
    ]);
    const [run] = await bench.run('duplicate-chassis', 'repair');
    assert.equal(run?.attempt.is, 'observed');
    assert.deepEqual(await chassis(), [...ALL, 'second']);
  });

  it('duplicate-chassis deletes the one that is silent, both its rows, while another of the hostname lives', async () => {
    await bench.silence('second');
    const [, told] = await bench.observe('duplicate-chassis');
    assert.equal(told, 'Chassis second is of cmp-1.example.org, as cmp-1 is, and it is silent: deleted, cmp-1 lives');
    const [first] = await bench.run('duplicate-chassis', 'repair', 1);
    assert.deepEqual(first?.attempt, { is: 'done', changed: 2 });
    assert.deepEqual(await chassis(), ALL);
    assert.equal(await bench.sbctl('--bare', '--columns=name', 'find', 'Chassis_Private', 'name=second'), '');
    assert.deepEqual(await bench.observe('duplicate-chassis'), []);
  });

  it('duplicate-chassis keeps all where none lives', async () => {
    await bench.addChassis('second', '192.0.2.211');
    await bench.sbctl('set', 'Chassis', 'second', 'hostname=cmp-1.example.org');
    await bench.silence('second', 'cmp-1');
    const [run] = await bench.run('duplicate-chassis', 'repair');
    assert.equal(run?.attempt.is, 'observed');
    assert.deepEqual(await chassis(), [...ALL, 'second']);
    await bench.sbctl('chassis-del', 'second');
    await bench.silence();
  });

  it('duplicate-chassis tells of an agent whose id came along with an image', async () => {
    const id = await bench.sbctl('get', 'Chassis_Private', 'gw-1', 'external_ids:neutron\\:ovn-metadata-id');
    await bench.sbctl('set', 'Chassis_Private', 'gw-2', `external_ids:neutron\\:ovn-metadata-id=${id}`);
    const [found] = await bench.observe('duplicate-chassis');
    assert.match(
      found ?? '',
      /^agent [-0-9a-f]{36} \(neutron:ovn-metadata-id\) is on each of gw-1, gw-2: Neutron shows one/,
    );
    await bench.sbctl('remove', 'Chassis_Private', 'gw-2', 'external_ids', 'neutron\\:ovn-metadata-id');
  });

  it('duplicate-encaps tells of two chassis at one address, and deletes the silent one', async () => {
    const ip = (await bench.sbctl('--bare', '--columns=ip', 'find', 'Encap', 'chassis_name=gw-3')).trim();
    await bench.addChassis('rebuilt', '192.0.2.212');
    // Of another type: the second of one type the server refuses.
    const [encap] = (await bench.sbctl('--bare', '--columns=_uuid', 'find', 'Encap', 'chassis_name=rebuilt')).split(
      /\s+/,
    );
    await bench.sbctl('set', 'Encap', String(encap), 'type=vxlan', `ip=${ip}`);
    assert.deepEqual(await bench.observe('duplicate-encaps'), [
      `Chassis gw-3 has its tunnels at ${ip}, as rebuilt has`,
      `Chassis rebuilt has its tunnels at ${ip}, as gw-3 has`,
    ]);
    await bench.silence('rebuilt');
    await repairedOnce('duplicate-encaps', 2);
    assert.deepEqual(await chassis(), ALL);
  });

  it('duplicate-encaps tells of an address that is entered for another chassis', async () => {
    const ip = (await bench.sbctl('--bare', '--columns=ip', 'find', 'Encap', 'chassis_name=gw-3')).trim();
    const encap = await bench.sbctl('--bare', '--columns=_uuid', 'find', 'Encap', 'chassis_name=gw-3');
    await bench.sbctl('set', 'Encap', encap, 'chassis_name=elsewhere');
    assert.deepEqual(await bench.observe('duplicate-encaps'), [
      `Encap geneve ${ip} is of Chassis elsewhere, and gw-3 uses it`,
    ]);
    await bench.sbctl('set', 'Encap', encap, 'chassis_name=gw-3');
  });

  it("agents tells, as Neutron's agent cache would, which ovn-controllers are silent", async () => {
    await bench.silence('cmp-2');
    assert.deepEqual(await bench.observe('agents'), [
      'ovn-controller cmp-2 on cmp-2.example.org is silent since 2023-11-14T22:13:20.000Z',
    ]);
    await bench.sbctl('set', 'Chassis_Private', 'cmp-2', 'nb_cfg=8');
    assert.deepEqual(await bench.observe('agents'), [], 'the last question but one may be on its way');
    await bench.sbctl('set', 'Chassis_Private', 'cmp-2', 'nb_cfg=2', `nb_cfg_timestamp=${Date.now()}`);
    assert.deepEqual(await bench.observe('agents'), [], 'silent for less than agent_down_time');
  });

  it('agents tells of a metadata agent that does not follow its ovn-controller', async () => {
    await bench.silence();
    await bench.sbctl('set', 'Chassis_Private', 'cmp-1', 'external_ids:neutron\\:ovn-metadata-sb-cfg=4');
    const [found] = await bench.observe('agents');
    assert.match(found ?? '', /^OVN Metadata agent [-0-9a-f]{36} on cmp-1 on cmp-1\.example\.org is 5 answers behind$/);
    await bench.sbctl('set', 'Chassis_Private', 'cmp-1', 'external_ids:neutron\\:ovn-metadata-sb-cfg=9');
  });

  it('agents tells how many ports are bound to a host whose chassis is gone', async () => {
    const [count] = bench.sqlite
      .prepare("SELECT count(*) AS n FROM ml2_port_bindings WHERE host = 'cmp-1.example.org' AND vif_type = 'ovs'")
      .all();
    await bench.sbctl('chassis-del', 'cmp-1');
    assert.deepEqual(await bench.observe('agents'), [
      `${String(count?.n)} ports are bound to cmp-1.example.org, which has no chassis`,
    ]);
  });

  it('segment-hosts clears the segments of a host whose chassis is gone, and of no other', async () => {
    const mapped = () =>
      bench.sqlite.prepare('SELECT segment_id, host FROM segmenthostmappings ORDER BY host, segment_id').all();
    bench.sqlite.exec(`INSERT INTO segmenthostmappings SELECT segment_id, 'sriov-1.example.org' FROM segmenthostmappings
      WHERE host = 'cmp-1.example.org'`);
    bench.sqlite.exec(`INSERT INTO agents (id, agent_type, "binary", topic, host, admin_state_up, created_at, started_at,
      heartbeat_timestamp, description, configurations, load) VALUES ('a', 'NIC Switch agent', 'neutron-sriov-nic-agent',
      'N/A', 'sriov-1.example.org', 1, '2026-01-01', '2026-01-01', '2026-01-01', '', '{}', 0)`);
    const before = mapped();
    assert.deepEqual(await bench.observe('segment-hosts'), [
      'host cmp-1.example.org is mapped to 3 segments and has no chassis: mapped to none',
    ]);
    assert.deepEqual(mapped(), before);
    await repairedOnce('segment-hosts', 3);
    assert.deepEqual(
      mapped(),
      before.filter(({ host }) => host !== 'cmp-1.example.org'),
    );
  });

  it('segment-hosts takes no host for gone while the Southbound has no chassis at all', async () => {
    for (const name of await chassis()) await bench.sbctl('chassis-del', name);
    assert.deepEqual(await bench.observe('segment-hosts'), []);
    assert.deepEqual(await bench.observe('agents'), []);
  });
});
