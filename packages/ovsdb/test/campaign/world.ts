import { setTimeout as sleep } from 'node:timers/promises';
import type { OvsdbClient, ReplicaRow } from '../../src/index.ts';
import { FaultProxy, type OvsdbCluster, type OvsdbServer, startOvsdbCluster } from '../../src/testing/index.ts';
import { readElsewhere } from '../elsewhere.ts';
import { librarySchema } from '../library.ts';
import type { Random } from './random.ts';

/** A cluster, and a link to each of its servers that can be made to suffer. */
export interface World extends AsyncDisposable {
  readonly cluster: OvsdbCluster;
  /** One for each server, in the same order. */
  readonly links: readonly FaultProxy[];
  /** Through the links, between commas. */
  readonly endpoints: string;
  /** How the links cut up what passes; each run has its own. */
  random: Random;
}

export async function openWorld(random: Random): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startOvsdbCluster({ schema: librarySchema, electionTimerMs: 200 }));
  const split = (chunk: Buffer): Buffer[] => {
    if (!world.random.chance(0.3)) return [chunk];
    const at = world.random.below(chunk.length);
    return [chunk.subarray(0, at), chunk.subarray(at)];
  };
  const links: FaultProxy[] = [];
  for (const { endpoint } of cluster.servers) {
    links.push(stack.use(await FaultProxy.start({ target: endpoint, fromServer: split, fromClient: split })));
  }
  const resources = stack.move();
  const world: World = {
    cluster,
    links,
    endpoints: links.map(({ endpoint }) => endpoint).join(','),
    random,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
  return world;
}

/**
 * Every server runs and listens, every link carries, and there is a leader. A server that was told to crash at a point
 * that it has not come to yet may do so meanwhile, and is started again.
 */
export async function heal(world: World): Promise<OvsdbServer> {
  const { cluster, links } = world;
  for (const link of links) {
    link.release();
    link.restore();
  }
  for (;;) {
    await Promise.all(
      cluster.servers.map(async (server) => {
        await server.kill('SIGCONT');
        if (server.pid === undefined) await server.start();
      }),
    );
    const leader = await findLeader(world);
    if (leader !== undefined && cluster.servers.every(({ pid }) => pid !== undefined)) return leader;
    await sleep(20);
  }
}

/** Undefined when there is none at the moment: two of three servers may be down. */
export async function findLeader({ cluster }: World): Promise<OvsdbServer | undefined> {
  for (const server of cluster.servers) {
    if (server.pid === undefined) continue;
    const status = await server.appctl('cluster/status', cluster.databaseName).catch(() => '');
    if (/^Role: leader/m.test(status)) return server;
  }
  return undefined;
}

/** What the cluster has committed, as another implementation reads it from the leader. */
export async function readTruth(world: World, client: OvsdbClient): Promise<Map<string, ReplicaRow>> {
  for (;;) {
    const leader = await heal(world);
    try {
      return await readElsewhere(client, leader);
    } catch (error) {
      // It has ceased to be the leader, or to run, since it was asked.
      if (!/not cluster leader|onnect/.test(String(error))) throw error;
    }
  }
}
