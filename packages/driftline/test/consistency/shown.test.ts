/** What `driftline check` tells of revision numbers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { configArguments } from '../golden/deployment.ts';
import { first, Scene } from './scene.ts';

const GONE = '00000000-dead-4000-8000-000000000000';

describe('check', () => {
  let scene: Scene;
  before(async () => {
    scene = await Scene.open('2026.1');
  });
  after(() => scene[Symbol.asyncDispose]());

  const check = async (...flags: readonly string[]): Promise<{ readonly code: number; readonly out: string }> => {
    let out = '';
    const terminal = {
      out: (text: string) => {
        out += text;
      },
      err: () => {},
      isInteractive: false,
      ask: undefined,
    };
    const argv = ['check', ...flags, ...configArguments(scene.golden), '--ovn-dns_servers', '10.255.255.53'];
    const code = await main(argv, terminal, new AbortController().signal);
    return { code, out };
  };

  it('says nothing of revision numbers that agree', async () => {
    const { code, out } = await check();
    assert.equal(code, 0);
    assert.doesNotMatch(out, /Revision numbers/);
    const { consistency, summary } = JSON.parse((await check('-f', 'json')).out);
    assert.deepEqual(consistency, { inconsistent: [], deleted: [], ahead: [] });
    assert.deepEqual(summary.revisions, { inconsistent: {}, deleted: {}, ahead: 0 });
  });

  it('tells by type what is inconsistent and deleted, what OVN says to it, and still exits with 0 where rows agree', async () => {
    const { securityGroups, ports } = await scene.snapshot();
    const group = first(securityGroups.values());
    const port = first(ports.values(), ({ deviceOwner }) => deviceOwner.startsWith('compute:'));
    await scene.setNote('security_groups', group.id, group.attributes.revision - 1);
    await scene.dropNote('ports', port.id);
    await scene.addLostNote('subnets', GONE);

    const table = await check();
    assert.equal(table.code, 0);
    assert.match(table.out, /^Revision numbers that do not agree/m);
    assert.match(table.out, /^ {2}security_groups: 1 behind; OVN is right$/m);
    assert.match(table.out, /^ {2}ports: 1 unnoted; OVN is right$/m);
    assert.match(table.out, /^ {2}subnets: 1 deleted; OVN holds nothing of them$/m);

    const { consistency, summary } = JSON.parse((await check('-f', 'json')).out);
    const { revision } = group.attributes;
    assert.deepEqual(consistency, {
      inconsistent: [
        {
          type: 'security_groups',
          id: group.id,
          why: 'behind',
          revision,
          noted: revision - 1,
          held: null,
          content: 'right',
        },
        {
          type: 'ports',
          id: port.id,
          why: 'unnoted',
          revision: port.attributes.revision,
          noted: null,
          held: port.attributes.revision,
          content: 'right',
        },
      ],
      deleted: [{ type: 'subnets', id: GONE, why: 'deleted', noted: 3, rows: 0 }],
      ahead: [],
    });
    assert.deepEqual(summary.revisions, {
      inconsistent: { security_groups: 1, ports: 1 },
      deleted: { subnets: 1 },
      ahead: 0,
    });
    const lines = (await check('-f', 'ndjson')).out.trim().split('\n');
    const types = lines.map((line) => JSON.parse(line).type);
    assert.deepEqual(types, ['version', 'inconsistent', 'inconsistent', 'deleted', 'summary']);
  });

  it('narrows that list as it narrows the drift', async () => {
    const { consistency } = JSON.parse((await check('-f', 'json', '--type', 'ports')).out);
    assert.deepEqual([consistency.inconsistent.length, consistency.deleted.length], [1, 0]);
  });
});
