import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { allRows, OvsdbClient, op } from '@driftline/ovsdb';
import type { WorkerEvent } from '../../src/events/event-worker.ts';
import { keyOf } from '../../src/events/look.ts';
import type { Finding, Policy } from '../../src/events/looker.ts';
import type { MembershipEvent } from '../../src/events/ring-membership.ts';
import { valueAt } from '../../src/events/row-events.ts';
import { watchEvents } from '../../src/events/watch-events.ts';
import { openWritable } from '../../src/neutron/connect.ts';
import { type OpenGoldenDeployment, openGoldenDeployment } from '../golden/deployment.ts';
import type { GoldenRelease } from '../lab/golden.ts';

interface Watched extends OpenGoldenDeployment {
  /** What ovn-northd and ovn-controller would write by. */
  readonly northbound: OvsdbClient;
  readonly southbound: OvsdbClient;
  /** The last finding at each place. */
  readonly findings: Map<string, Finding>;
  until(isTrue: () => boolean): Promise<void>;
}

async function watch(release: GoldenRelease, policy: Policy): Promise<Watched> {
  await using stack = new AsyncDisposableStack();
  const opened = stack.use(await openGoldenDeployment(release));
  const writable = stack.use(openWritable(opened.deployment.config.database.url));
  const connect = (database: string, { endpoint }: { readonly endpoint: string }) =>
    OvsdbClient.connect({ endpoints: endpoint, database });
  const northbound = stack.use(await connect('OVN_Northbound', opened.golden.northbound));
  const southbound = stack.use(await connect('OVN_Southbound', opened.golden.southbound));
  const stop = new AbortController();
  const findings = new Map<string, Finding>();
  const note = (event: WorkerEvent | MembershipEvent) => {
    assert.notEqual(event.kind, 'dead-letter', JSON.stringify(event));
    if (event.kind === 'looked') for (const finding of event.findings) findings.set(keyOf(finding.look), finding);
  };
  const options = { deployment: opened.deployment, writable, policy, graceMs: 0, onEvent: note };
  const running = watchEvents(options, stop.signal);
  const resources = stack.move();
  return {
    ...opened,
    northbound,
    southbound,
    findings,
    until: async (isTrue) => {
      while (!isTrue()) await sleep(10);
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      await resources.disposeAsync();
    },
  };
}

const differing = ({ findings }: Watched) => [...findings.values()].filter(({ is }) => is === 'differs');

describe('the events of a golden deployment', () => {
  for (const release of ['zed', '2026.1', '2026.2-dev'] as const) {
    it(`lead to nothing that differs, where Neutron's workers have handled them (${release})`, async () => {
      await using watched = await watch(release, 'observe');
      const ports = [...watched.deployment.northbound.source.rows('Logical_Switch_Port')].filter(
        ({ external_ids }) => external_ids instanceof Map && external_ids.has('neutron:port_name'),
      );
      const bindings = [...watched.southbound.replica.table('Port_Binding').rows.values()];
      const gateways = bindings
        .filter(({ type }) => type === 'chassisredirect')
        .map(({ logical_port }) => logical_port);
      assert.ok(gateways.length > 0);
      // The looks of one scan end in any order.
      const places = [
        ...ports.map(({ name }) => `port-status ${name}`),
        ...gateways.map((name) => String(name).replace('cr-lrp-', 'port-host ')),
      ];
      await watched.until(() => places.every((place) => watched.findings.has(place)));
      assert.deepEqual(differing(watched), []);
    });
  }

  it("set a port's status as OVN reports it, with its revision and the block that waits for OVN", async () => {
    await using watched = await watch('2026.1', 'act');
    const { portId, attribute, revision } = boundPort(watched);
    const state = () =>
      one(
        watched,
        `select p.status, s.revision_number - ${revision} as raised,
           (select count(*) from provisioningblocks where standard_attr_id = ${attribute}) as blocks
         from ports p join standardattributes s on s.id = p.standard_attr_id where p.id = '${portId}'`,
      );
    const report = async (up: boolean) => {
      await watched.until(() => watched.findings.has(`port-status ${portId}`));
      watched.findings.delete(`port-status ${portId}`);
      await watched.northbound.transact([op.update('Logical_Switch_Port', [['name', '==', portId]], { up })]);
      await watched.until(() => watched.findings.has(`port-status ${portId}`));
    };
    await report(true);
    assert.deepEqual(state(), { status: 'ACTIVE', raised: 1, blocks: 0 });
    await report(false);
    assert.deepEqual(state(), { status: 'DOWN', raised: 2, blocks: 1 });
  });

  it('leave a port to Neutron that Nova may be waiting for, since Nova hears of it from there alone', async () => {
    await using watched = await watch('2026.1', 'act');
    const { portId, attribute } = boundPort(watched);
    await watched.until(() => watched.findings.has(`port-status ${portId}`));
    {
      using database = new DatabaseSync(watched.golden.databaseUrl.replace('sqlite:///', ''));
      database.exec(`update standardattributes set updated_at = current_timestamp where id = ${attribute}`);
    }
    await watched.northbound.transact([op.update('Logical_Switch_Port', [['name', '==', portId]], { up: true })]);
    await watched.until(() => differing(watched).length === 1);
    assert.match(differing(watched)[0]?.message ?? '', /left to Neutron for \d+ s, for Nova waits/);
    assert.deepEqual(one(watched, `select status from ports where id = '${portId}'`), { status: 'DOWN' });
  });

  it('only tell of a port that is up where the policy is to observe', async () => {
    await using watched = await watch('2026.1', 'observe');
    const { portId } = boundPort(watched);
    await watched.northbound.transact([op.update('Logical_Switch_Port', [['name', '==', portId]], { up: true })]);
    await watched.until(() => differing(watched).length === 1);
    assert.match(differing(watched)[0]?.message ?? '', /is DOWN in Neutron, and ACTIVE by what OVN reports/);
    assert.deepEqual(one(watched, `select status from ports where id = '${portId}'`), { status: 'DOWN' });
  });

  it("map a host's segments by the bridge mappings of its chassis, and none when it is gone", async () => {
    await using watched = await watch('2026.1', 'act');
    const host = 'cmp-1.example.org';
    const mapped = () =>
      one<{ count: number }>(watched, `select count(*) as count from segmenthostmappings where host = '${host}'`).count;
    await watched.until(() => watched.findings.get(`segment-hosts ${host}`)?.is === 'right');
    const before = mapped();
    assert.ok(before > 0);
    const setMappings = async (mappings: string) => {
      watched.findings.delete(`segment-hosts ${host}`);
      await watched.southbound.transact([
        op.mutate('Chassis', [['hostname', '==', host]], [['other_config', 'delete', ['ovn-bridge-mappings']]]),
        op.mutate(
          'Chassis',
          [['hostname', '==', host]],
          [['other_config', 'insert', new Map([['ovn-bridge-mappings', mappings]])]],
        ),
      ]);
      await watched.until(() => watched.findings.has(`segment-hosts ${host}`));
    };
    const own = [...watched.southbound.replica.table('Chassis').rows.values()].find((row) => row.hostname === host);
    const mappings = valueAt(own, 'other_config', 'ovn-bridge-mappings') ?? '';
    await setMappings('nowhere:br-x');
    assert.equal(mapped(), 0);
    await setMappings(mappings);
    assert.equal(mapped(), before);
    watched.findings.delete(`segment-hosts ${host}`);
    await watched.southbound.transact([op.delete('Chassis', [['hostname', '==', host]])]);
    await watched.until(() => watched.findings.has(`segment-hosts ${host}`));
    assert.equal(mapped(), 0);
  });

  it('have the MAC addresses deleted that OVN learnt for a floating IP which went, and no others', async () => {
    await using watched = await watch('2026.1', 'act');
    const [datapath] = watched.southbound.replica.table('Datapath_Binding').rows.keys();
    const floatingIp = [...watched.deployment.northbound.source.rows('NAT')].find(
      ({ type }) => type === 'dnat_and_snat',
    );
    assert.ok(datapath !== undefined && floatingIp !== undefined);
    const learn = (ip: string) =>
      op.insert('MAC_Binding', { ip, mac: '02:00:00:00:00:01', logical_port: 'p', datapath });
    await watched.southbound.transact([learn(String(floatingIp.external_ip)), learn('203.0.113.99')]);
    await watched.until(() => watched.findings.size > 0);
    await watched.northbound.transact([
      op.mutate('Logical_Router', allRows, [['nat', 'delete', [String(floatingIp._uuid)]]]),
    ]);
    const place = `mac-bindings ${floatingIp.external_ip}`;
    await watched.until(() => watched.findings.has(place));
    assert.equal(watched.findings.get(place)?.is, 'mended');
    await watched.southbound.sync();
    const left = [...watched.southbound.replica.table('MAC_Binding').rows.values()].map(({ ip }) => ip);
    assert.ok(left.includes('203.0.113.99'));
    assert.equal(left.includes(String(floatingIp.external_ip)), false);
  });

  it('tell of a gateway that OVN has somewhere, and Neutron nowhere', async () => {
    await using watched = await watch('2026.1', 'observe');
    const bindings = [...watched.southbound.replica.table('Port_Binding').rows.values()];
    const gateway = bindings.find(({ type }) => type === 'chassisredirect');
    const [chassis] = watched.southbound.replica.table('Chassis').rows.keys();
    assert.ok(gateway !== undefined && chassis !== undefined);
    await watched.southbound.transact([op.update('Port_Binding', gateway._uuid, { chassis })]);
    await watched.until(() => differing(watched).length === 1);
    assert.match(differing(watched)[0]?.message ?? '', /^gateway port .* is DOWN in Neutron, and OVN has it on .*$/);
  });
});

/** One that waits for nothing but OVN. */
const boundPort = (watched: Watched) =>
  one<{ portId: string; attribute: number; revision: number }>(
    watched,
    `select p.id as portId, s.id as attribute, s.revision_number as revision
     from ports p join standardattributes s on s.id = p.standard_attr_id
       join ml2_port_bindings b on b.port_id = p.id and b.status = 'ACTIVE' and b.vif_type = 'ovs'
     where p.status = 'DOWN' and p.admin_state_up and p.device_owner like 'compute:%' limit 1`,
  );

function one<Row extends object = object>({ golden }: Watched, statement: string): Row {
  using database = new DatabaseSync(golden.databaseUrl.replace('sqlite:///', ''), { readOnly: true });
  const row = database.prepare(statement).get();
  assert.ok(row, statement);
  return { ...row } as Row;
}
