import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf } from '../../src/events/look.ts';
import type { Finding } from '../../src/events/looker.ts';
import { watchEvents } from '../../src/events/watch-events.ts';
import type { Deployment } from '../../src/reconcile/deployment.ts';
import { openDeployment } from '../conformance/live-neutron.ts';
import { databaseName, type NeutronLab } from '../lab/neutron-lab.ts';
import { type PopulatedLab, startPopulatedLab } from '../lab/populated-lab.ts';

/** What a port's status is made of in SQL. */
interface PortState {
  readonly status: string;
  readonly revision: number;
  readonly blocks: number;
}

describe('Neutron itself, of an event', () => {
  let populated: PopulatedLab;
  let lab: NeutronLab;
  let deployment: Deployment;
  let ports: readonly string[];
  before(async () => {
    populated = await startPopulatedLab();
    lab = populated.lab;
    deployment = await openDeployment(lab);
    ports = await query(`select p.id from ports p join ml2_port_bindings b on b.port_id = p.id
      where p.status = 'DOWN' and p.admin_state_up and b.status = 'ACTIVE' and b.vif_type = 'ovs' and b.vnic_type = 'normal'
      and p.device_owner like 'compute:%' and p.id not in (select port_id from subports) order by p.id`);
    assert.ok(ports.length > 1);
  });
  after(async () => {
    await deployment?.[Symbol.asyncDispose]();
    await populated?.[Symbol.asyncDispose]();
  });

  const query = async (statement: string): Promise<string[]> =>
    (await lab.database.query(databaseName, statement)).split('\n').filter((line) => line !== '');
  const stateOf = async (portId: string): Promise<PortState> => {
    const [line = ''] = await query(`select p.status, s.revision_number,
      (select count(*) from provisioningblocks k where k.standard_attr_id = s.id)
      from ports p join standardattributes s on s.id = p.standard_attr_id where p.id = '${portId}'`);
    const [status = '', revision, blocks] = line.split('\t');
    return { status, revision: Number(revision), blocks: Number(blocks) };
  };
  const reaches = async (portId: string, status: string): Promise<PortState> => {
    for (;;) {
      const state = await stateOf(portId);
      if (state.status === status) return state;
      await sleep(50);
    }
  };
  /** Up and down again; what of it was written, the revision counted from the beginning. `watch-events.test.ts` has ours. */
  const writtenFor = async (portId: string): Promise<PortState[]> => {
    const { revision } = await stateOf(portId);
    const [host = ''] = await query(`select host from ml2_port_bindings where port_id = '${portId}'`);
    const written: PortState[] = [];
    for (const status of ['ACTIVE', 'DOWN']) {
      if (status === 'ACTIVE') await lab.ovn.plug(portId, host.replace('.example.org', ''));
      else await lab.ovn.unplug(portId);
      const state = await reaches(portId, status);
      written.push({ ...state, revision: state.revision - revision });
    }
    return written;
  };
  const watch = () => {
    const stop = new AbortController();
    const findings = new Map<string, Finding>();
    const running = watchEvents(
      {
        deployment,
        writable: undefined,
        policy: 'observe',
        graceMs: 0,
        onEvent: (event) => {
          if (event.kind === 'looked') for (const each of event.findings) findings.set(keyOf(each.look), each);
        },
      },
      stop.signal,
    );
    const end = async () => {
      stop.abort();
      await running;
    };
    return { findings, [Symbol.asyncDispose]: end };
  };

  it('puts the host of a gateway where Driftline finds it right', async () => {
    const [gateway = ''] = await query(`select p.id from ports p join routers r on r.gw_port_id = p.id limit 1`);
    const chassis = (await lab.ovn.sbctl('--bare', '--columns=name', 'list', 'Chassis')).split('\n')[0] ?? '';
    await lab.ovn.plug(`cr-lrp-${gateway}`, chassis);
    await reaches(gateway, 'ACTIVE');
    await using watched = watch();
    const place = `port-host ${gateway}`;
    while (!watched.findings.has(place)) await sleep(20);
    assert.equal(watched.findings.get(place)?.is, 'right', watched.findings.get(place)?.message);
  });

  it('writes of a port that comes up and goes down again what Driftline writes', async () => {
    const [portId = ''] = ports;
    assert.deepEqual(await writtenFor(portId), [
      { status: 'ACTIVE', revision: 1, blocks: 0 },
      { status: 'DOWN', revision: 2, blocks: 1 },
    ]);
  });
});
