import type { NeutronConnection, ReadTransaction } from './connect.ts';
import type { NeutronSnapshot } from './model/snapshot.ts';
import { readFloatingIps, readPortForwardings } from './queries/floating-ips.ts';
import { readNetworks, readSegments } from './queries/networks.ts';
import { readAgents, readHashRing, readRevisions } from './queries/ovn.ts';
import { readPorts } from './queries/ports.ts';
import { readQosPolicies } from './queries/qos.ts';
import { readRouters } from './queries/routers.ts';
import { readAddressGroups, readNetworkLogs, readSecurityGroupRules, readSecurityGroups } from './queries/security.ts';
import { readSubnetPools, readSubnets } from './queries/subnets.ts';
import { readTrunks } from './queries/trunks.ts';
import { findRelease } from './release.ts';
import type { Release } from './release-name.ts';

export interface SnapshotOptions {
  /** Instead of what the database says. */
  readonly release?: Release | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SnapshotProgress) => void) | undefined;
}

/** After each statement that answered rows. */
export interface SnapshotProgress {
  readonly rowsRead: number;
}

/** All of Neutron, at the moment the transaction begins. */
export function readSnapshot(connection: NeutronConnection, options: SnapshotOptions = {}): Promise<NeutronSnapshot> {
  return connection.read(
    async (transaction) => {
      const { release } = await findRelease(transaction, options.release);
      return readAll(withProgress(transaction, options.onProgress), release);
    },
    { signal: options.signal },
  );
}

async function readAll(transaction: ReadTransaction, release: Release): Promise<NeutronSnapshot> {
  return {
    release,
    readAtMs: transaction.beganAtMs,
    networks: await readNetworks(transaction),
    segments: await readSegments(transaction),
    subnets: await readSubnets(transaction),
    subnetPools: await readSubnetPools(transaction),
    ports: await readPorts(transaction),
    trunks: await readTrunks(transaction),
    securityGroups: await readSecurityGroups(transaction),
    securityGroupRules: await readSecurityGroupRules(transaction),
    addressGroups: await readAddressGroups(transaction),
    networkLogs: await readNetworkLogs(transaction),
    routers: await readRouters(transaction),
    floatingIps: await readFloatingIps(transaction),
    portForwardings: await readPortForwardings(transaction),
    qosPolicies: await readQosPolicies(transaction),
    agents: await readAgents(transaction),
    revisions: await readRevisions(transaction),
    hashRing: await readHashRing(transaction),
  };
}

function withProgress(transaction: ReadTransaction, onProgress: SnapshotOptions['onProgress']): ReadTransaction {
  if (onProgress === undefined) return transaction;
  let rowsRead = 0;
  return {
    ...transaction,
    query: async (statement) => {
      const rows = await transaction.query(statement);
      rowsRead += rows.length;
      if (rows.length > 0) onProgress({ rowsRead });
      return rows;
    },
  };
}
