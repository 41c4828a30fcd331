import { readFile } from 'node:fs/promises';
import { type OvsdbClient, OvsdbError } from '@driftline/ovsdb';
import {
  databaseSettings,
  driftlineSettings,
  type NeutronConfig,
  type OvsdbSettings,
  ovsdbSettings,
  resolveConfig,
} from '../config/config.ts';
import type { ConfigSources } from '../config/sources.ts';
import { connectOptionsOf, type NeutronConnection, openNeutron } from '../neutron/connect.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import { readSnapshot, type SnapshotOptions } from '../neutron/read-snapshot.ts';
import { type FoundRelease, readRelease } from '../neutron/release.ts';
import type { RowOwner } from '../northbound/owners.ts';
import { connectRemote, MAINTENANCE_LOCK, NorthboundSession } from '../northbound/session.ts';
import type { Chassis } from '../southbound/chassis.ts';
import { readChassis, WATCHED_SOUTHBOUND } from '../southbound/read-chassis.ts';
import type { OVNSouthboundTables } from '../southbound/southbound.gen.ts';

export interface OpenOptions {
  /** A deployment opened to read has no way to write. */
  readonly writable: boolean;
  /** Neutron is read while the Northbound sends its content, each waiting for its server: for the first look. */
  readonly readAhead?: Pick<SnapshotOptions, 'onProgress'> | undefined;
  /** Owners beside Neutron: their rows are theirs. */
  readonly owners?: readonly RowOwner[];
  readonly signal?: AbortSignal;
  /** Told of every server that was tried in vain and is tried again: until the connection's time, or the retries, are up. */
  readonly onRefused?: (endpoint: string, why: string) => void;
}

interface Parts {
  readonly config: NeutronConfig;
  readonly found: FoundRelease;
  readonly neutron: NeutronConnection;
  readonly northbound: NorthboundSession;
  readonly southbound: OvsdbClient<OVNSouthboundTables> | undefined;
  readonly warnings: readonly string[];
  readonly systemNameservers: readonly string[];
  readonly owners: readonly RowOwner[];
  readonly snapshotAhead: NeutronSnapshot | undefined;
}

/** Everything that Driftline is connected to: Neutron's database, the Northbound, the Southbound. */
export class Deployment implements AsyncDisposable {
  readonly config: NeutronConfig;
  readonly found: FoundRelease;
  readonly neutron: NeutronConnection;
  readonly northbound: NorthboundSession;
  /** For the operator: what was found amiss while connecting. */
  readonly warnings: readonly string[];
  readonly #southbound: OvsdbClient<OVNSouthboundTables> | undefined;
  readonly systemNameservers: readonly string[];
  readonly owners: readonly RowOwner[];

  #snapshotAhead: NeutronSnapshot | undefined;
  readonly #opened: AsyncDisposableStack;

  private constructor(parts: Parts, opened: AsyncDisposableStack) {
    this.config = parts.config;
    this.found = parts.found;
    this.neutron = parts.neutron;
    this.northbound = parts.northbound;
    this.#southbound = parts.southbound;
    this.warnings = parts.warnings;
    this.systemNameservers = parts.systemNameservers;
    this.owners = parts.owners;
    this.#snapshotAhead = parts.snapshotAhead;
    this.#opened = opened;
  }

  /** Connects to all three at once. What was opened is closed when one fails. */
  static async open(sources: ConfigSources, options: OpenOptions): Promise<Deployment> {
    const { writable, readAhead, owners = [], signal, onRefused } = options;
    await using opened = new AsyncDisposableStack();
    const ovsdb = ovsdbSettings(sources);
    const giveUp = new AbortController();
    const cancel = { signal: signal === undefined ? giveUp.signal : AbortSignal.any([signal, giveUp.signal]) };
    const lock = writable ? { lock: MAINTENANCE_LOCK } : {};
    const alsoWatched = owners.flatMap(({ rows }) => rows.map(({ table }) => table));
    const tell = onRefused === undefined ? {} : { onRefused };
    const parts = [
      NorthboundSession.open(ovsdb, { writable, alsoWatched, ...lock, ...tell, ...cancel }).then((session) =>
        opened.use(session),
      ),
      openSouthbound(ovsdb, { isNeeded: writable, ...cancel }).then((client) => opened.use(client)),
      openSql(sources, opened, { readAhead, ...tell, ...cancel }),
      readSystemNameservers(),
    ] as const;
    // When one fails, the others are called off and waited for: nothing stays open behind the error.
    const [northbound, southbound, sql, systemNameservers] = await Promise.all(parts).catch(async (error: unknown) => {
      giveUp.abort();
      await Promise.allSettled(parts);
      throw error;
    });
    const { found } = sql;
    const warnings = southbound === undefined ? [...found.warnings, blindWarning(ovsdb)] : found.warnings;
    return new Deployment({ ...sql, northbound, southbound, warnings, systemNameservers, owners }, opened.move());
  }

  /** Neutron as it is now; the first time as it was while connecting, if that was asked for. */
  async readSnapshot(options: Pick<SnapshotOptions, 'onProgress' | 'signal'> = {}): Promise<NeutronSnapshot> {
    const ahead = this.#snapshotAhead;
    this.#snapshotAhead = undefined;
    return ahead ?? readSnapshot(this.neutron, { release: this.found.release, ...options });
  }

  /** None where the Southbound is out of reach or empty: then what is scheduled is not judged. */
  chassis(): readonly Chassis[] {
    return this.#southbound === undefined ? [] : readChassis(this.#southbound.replica, this.found.release);
  }

  /** When chassis come, go, or change what scheduling looks at. Returns what takes the listener off again. */
  onChassisChange(listener: () => void): () => void {
    return this.#southbound?.on('update', listener) ?? (() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

/** How long a command that only reads waits for the Southbound: the most of what it tells needs none. */
const SOUTHBOUND_PATIENCE_S = 5;

/** undefined: out of reach, and not needed. */
async function openSouthbound(
  settings: OvsdbSettings,
  { isNeeded, signal }: { readonly isNeeded: boolean; readonly signal: AbortSignal },
): Promise<OvsdbClient<OVNSouthboundTables> | undefined> {
  const connectionTimeoutS = isNeeded
    ? settings.connectionTimeoutS
    : Math.min(settings.connectionTimeoutS, SOUTHBOUND_PATIENCE_S);
  try {
    return await connectRemote<OVNSouthboundTables>(
      'OVN_Southbound',
      settings.southbound,
      { ...settings, connectionTimeoutS },
      WATCHED_SOUTHBOUND,
      { writable: false, anyServer: true, signal },
    );
  } catch (error) {
    if (isNeeded || signal.aborted || !(error instanceof OvsdbError)) throw error;
    return undefined;
  }
}

const blindWarning = ({ southbound }: OvsdbSettings): string =>
  `the Southbound at ${southbound.endpoints.join(',')} is out of reach: gateways and HA chassis are not judged; set [ovn] ovn_sb_connection, or start it`;

async function openSql(
  sources: ConfigSources,
  opened: AsyncDisposableStack,
  { readAhead, onRefused, signal }: Pick<OpenOptions, 'readAhead' | 'onRefused'> & { readonly signal: AbortSignal },
): Promise<Pick<Parts, 'config' | 'found' | 'neutron' | 'snapshotAhead'>> {
  const settings = databaseSettings(sources);
  const neutron = opened.use(await openNeutron(settings.url, { ...connectOptionsOf(settings), onRefused, signal }));
  const found = await readRelease(neutron, driftlineSettings(sources).release);
  const config = resolveConfig(sources, found.release);
  const { release } = found;
  const snapshotAhead = readAhead && (await readSnapshot(neutron, { release, signal, ...readAhead }));
  return { neutron, found, config, snapshotAhead };
}

/** `nameserver` lines of the host's resolver: what Neutron hands out for subnets without DNS servers. */
async function readSystemNameservers(): Promise<readonly string[]> {
  const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [word, address] = line.trim().split(/\s+/);
    return word === 'nameserver' && address !== undefined ? [address] : [];
  });
}
