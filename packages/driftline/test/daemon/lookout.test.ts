import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { Lookout } from '../../src/daemon/lookout.ts';
import type { Deployment } from '../../src/reconcile/deployment.ts';
import { openGoldenDeployment } from '../golden/deployment.ts';

const exec = promisify(execFile);
const GRACE_MS = 3_600_000;
const never = new AbortController().signal;

/** The deployment, and how often all of its Northbound was gone through. */
function countJudgements(deployment: Deployment) {
  let judgements = 0;
  const { northbound } = deployment;
  const source: typeof northbound.source = {
    rows: (table) => {
      if (table === 'Logical_Router') judgements++;
      return northbound.source.rows(table);
    },
  };
  const through = <T extends object>(target: T, more: Partial<T>): T =>
    new Proxy(target, {
      get: (_, name) => {
        if (name in more) return Reflect.get(more, name);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const counted = through(deployment, { northbound: through(northbound, { source }) });
  return {
    counted,
    since: (): number => {
      const counts = judgements;
      judgements = 0;
      return counts;
    },
  };
}

it('judges once where Neutron is about to write what differs, and twice to tell what somebody else did meanwhile', async () => {
  await using opened = await openGoldenDeployment('2026.1');
  const { golden, deployment } = opened;
  const { counted, since } = countJudgements(deployment);
  const lookout = new Lookout(counted, GRACE_MS);
  const look = () => lookout.look(false, () => true, never);
  using sqlite = new DatabaseSync(golden.databaseUrl.replace('sqlite:///', ''));
  const rename = (name: string) => {
    const network = sqlite.prepare('select id, standard_attr_id as attribute from networks order by id limit 1').get();
    sqlite.prepare('update networks set name = ? where id = ?').run(name, String(network?.id));
    sqlite
      .prepare('update standardattributes set revision_number = revision_number + 1 where id = ?')
      .run(Number(network?.attribute));
    return String(network?.id);
  };
  assert.deepEqual((await look()).drift, []);
  const once = since();

  const networkId = rename('one');
  const renamed = await look();
  assert.deepEqual([...new Set(renamed.drift.map(({ resource }) => resource.id))], [networkId]);
  assert.equal(since(), once, 'Neutron has just changed that network: nobody has to know who made the difference');
  assert.deepEqual(renamed.ripe, []);
  assert.ok((renamed.nextRipeAtMs ?? 0) > Date.now() + GRACE_MS / 2);

  rename('two');
  const [port = ''] = (
    await exec('ovn-nbctl', [
      `--db=${golden.northbound.endpoint}`,
      ...['--bare', '--columns=name', 'find', 'Logical_Switch_Port', 'type=""'],
    ])
  ).stdout.split(/\s+/);
  await exec('ovn-nbctl', [`--db=${golden.northbound.endpoint}`, 'set', 'Logical_Switch_Port', port, 'enabled=false']);
  const broken = await look();
  assert.ok(broken.drift.some(({ resource }) => resource.id === port));
  assert.equal(since(), 2 * once);
  assert.ok((broken.nextRipeAtMs ?? Number.POSITIVE_INFINITY) < Date.now() + GRACE_MS / 2, 'it was somebody else');
});
