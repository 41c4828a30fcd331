import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { OvsdbServer } from '../../src/testing/index.ts';
import { librarySchema, librarySchemaOf } from '../library.ts';
import type { Random } from './random.ts';
import { findLeader, type World } from './world.ts';

const run = promisify(execFile);

/** Does harm once; what lasts is undone by `heal`. */
export type Fault = (world: World, random: Random) => Promise<void>;

/** Points at which ovsdb-server crashes, or goes wrong, by its own choice (`cluster/failure-test`, ovsdb/raft.c). */
const crashPoints = [
  'crash-before-sending-append-request',
  'crash-after-sending-append-request',
  'crash-before-sending-execute-command-reply',
  'crash-after-sending-execute-command-reply',
  'crash-before-sending-execute-command-request',
  'crash-after-sending-execute-command-request',
  'crash-after-receiving-append-request-update',
] as const;

const anyServer = ({ cluster }: World, random: Random): OvsdbServer => random.pick(cluster.servers);

/** A server that is asked may be gone, or no member of its cluster at the moment. */
const ask = async (server: OvsdbServer | undefined, ...command: string[]) => {
  if (server?.pid !== undefined) await server.appctl(...command).catch(() => '');
};

export const faults: Readonly<Record<string, Fault>> = {
  'kill the leader': async (world) => await (await findLeader(world))?.kill('SIGKILL'),
  'kill a server and start it': async (world, random) => {
    const server = anyServer(world, random);
    await server.kill('SIGKILL');
    await sleep(random.below(200));
    await server.start();
  },
  'transfer the leadership': async (world) =>
    await ask(await findLeader(world), 'cluster/failure-test', 'transfer-leadership'),
  'crash at a point of RAFT': async (world, random) =>
    await ask(anyServer(world, random), 'cluster/failure-test', random.pick(crashPoints)),
  'stop RAFT messages': async (world, random) => {
    const server = anyServer(world, random);
    await ask(server, 'cluster/failure-test', 'stop-raft-rpc');
    await sleep(random.below(400));
    await server.kill('SIGKILL');
  },
  'pause a server': async (world, random) => {
    const server = anyServer(world, random);
    await server.kill('SIGSTOP');
    await sleep(random.below(600));
    await server.kill('SIGCONT');
  },
  'cut a link': async ({ links }, random) => random.pick(links).cut(),
  'cut all links': async ({ links }) => {
    for (const link of links) link.cut();
  },
  'delay a link': async ({ links }, random) => {
    const link = random.pick(links);
    link.hold();
    await sleep(random.below(300));
    link.release();
  },
  'half-open a link': async ({ links }, random) => {
    const link = random.pick(links);
    link.silence();
    await sleep(random.below(500));
    // What was swallowed is lost: the connections that were open are of no use any more.
    link.cut();
    link.restore();
  },
  'refuse a link': async ({ links }, random) => {
    const link = random.pick(links);
    link.refuse();
    await sleep(random.below(300));
    link.restore();
  },
  compact: async (world, random) => await ask(anyServer(world, random), 'ovsdb-server/compact'),
  'convert the schema': async (world, random) => {
    const leader = await findLeader(world);
    if (leader === undefined) return;
    const schema = random.chance(0.5) ? librarySchema : await widerSchema(leader);
    await run('ovsdb-client', ['--timeout=5', 'convert', leader.endpoint, schema]).catch(() => {});
  },
};

/** The library with one column more. */
async function widerSchema({ folder }: OvsdbServer): Promise<string> {
  const schema = await librarySchemaOf();
  schema.version = '1.1.0';
  (schema.tables.Shelf as { columns: Record<string, unknown> }).columns.note = { type: 'string' };
  const file = join(folder, 'wider.ovsschema');
  await writeFile(file, JSON.stringify(schema));
  return file;
}
