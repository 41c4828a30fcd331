import type { NeutronConnection, ReadTransaction } from './connect.ts';
import { estimateRows } from './expected-rows.ts';
import type { NeutronSnapshot } from './model/snapshot.ts';
import { readAgents, readHashRing, readRevisions } from './queries/ovn.ts';
import { findRelease } from './release.ts';
import type { Release } from './release-name.ts';
import { resourceReaders } from './resource-tables.ts';

export interface SnapshotOptions {
  /** Instead of what the database says. */
  readonly release?: Release | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SnapshotProgress) => void) | undefined;
}

/** After each statement that answered rows. */
export interface SnapshotProgress {
  readonly rowsRead: number;
  /** About how many there will be in all. */
  readonly rowsExpected: number;
}

/** All of Neutron, at the moment the transaction begins. */
export function readSnapshot(connection: NeutronConnection, options: SnapshotOptions = {}): Promise<NeutronSnapshot> {
  return connection.read(
    async (transaction) => {
      const { release } = await findRelease(transaction, options.release);
      const { onProgress } = options;
      if (onProgress === undefined) return readAll(transaction, release);
      return readAll(withProgress(transaction, await estimateRows(transaction), onProgress), release);
    },
    { signal: options.signal },
  );
}

async function readAll(transaction: ReadTransaction, release: Release): Promise<NeutronSnapshot> {
  const read = resourceReaders;
  return {
    release,
    readAtMs: transaction.beganAtMs,
    networks: await read.networks(transaction),
    segments: await read.segments(transaction),
    subnets: await read.subnets(transaction),
    subnetPools: await read.subnetPools(transaction),
    ports: await read.ports(transaction),
    trunks: await read.trunks(transaction),
    securityGroups: await read.securityGroups(transaction),
    securityGroupRules: await read.securityGroupRules(transaction),
    addressGroups: await read.addressGroups(transaction),
    networkLogs: await read.networkLogs(transaction),
    routers: await read.routers(transaction),
    floatingIps: await read.floatingIps(transaction),
    portForwardings: await read.portForwardings(transaction),
    qosPolicies: await read.qosPolicies(transaction),
    agents: await readAgents(transaction),
    revisions: await readRevisions(transaction),
    hashRing: await readHashRing(transaction),
  };
}

function withProgress(
  transaction: ReadTransaction,
  rowsExpected: number,
  onProgress: (progress: SnapshotProgress) => void,
): ReadTransaction {
  let rowsRead = 0;
  return {
    ...transaction,
    query: async (statement) => {
      const rows = await transaction.query(statement);
      rowsRead += rows.length;
      if (rows.length > 0) onProgress({ rowsRead, rowsExpected: Math.max(rowsExpected, rowsRead) });
      return rows;
    },
  };
}
