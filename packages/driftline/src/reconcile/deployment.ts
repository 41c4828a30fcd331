import { readFile } from 'node:fs/promises';
import type { OvsdbClient } from '@driftline/ovsdb';
import {
  databaseSettings,
  driftlineSettings,
  type NeutronConfig,
  ovsdbSettings,
  resolveConfig,
} from '../config/config.ts';
import type { ConfigSources } from '../config/sources.ts';
import { type NeutronConnection, openNeutron } from '../neutron/connect.ts';
import { type FoundRelease, readRelease } from '../neutron/release.ts';
import { connectRemote, MAINTENANCE_LOCK, NorthboundSession } from '../northbound/session.ts';
import type { Chassis } from '../southbound/chassis.ts';
import { readChassis, WATCHED_SOUTHBOUND } from '../southbound/read-chassis.ts';
import type { OVNSouthboundTables } from '../southbound/southbound.gen.ts';

export interface OpenOptions {
  /** A deployment opened to read has no way to write. */
  readonly writable: boolean;
  readonly signal?: AbortSignal;
}

interface Parts {
  readonly config: NeutronConfig;
  readonly found: FoundRelease;
  readonly neutron: NeutronConnection;
  readonly northbound: NorthboundSession;
  readonly southbound: OvsdbClient<OVNSouthboundTables>;
  readonly systemNameservers: readonly string[];
}

/** Everything that Driftline is connected to: Neutron's database, the Northbound, the Southbound. */
export class Deployment implements AsyncDisposable {
  readonly config: NeutronConfig;
  readonly found: FoundRelease;
  readonly neutron: NeutronConnection;
  readonly northbound: NorthboundSession;
  readonly #southbound: OvsdbClient<OVNSouthboundTables>;
  readonly systemNameservers: readonly string[];

  readonly #opened: AsyncDisposableStack;

  private constructor(parts: Parts, opened: AsyncDisposableStack) {
    this.config = parts.config;
    this.found = parts.found;
    this.neutron = parts.neutron;
    this.northbound = parts.northbound;
    this.#southbound = parts.southbound;
    this.systemNameservers = parts.systemNameservers;
    this.#opened = opened;
  }

  /** Connects to all three, in parallel where one does not need the other. What was opened is closed when one fails. */
  static async open(sources: ConfigSources, { writable, signal }: OpenOptions): Promise<Deployment> {
    await using opened = new AsyncDisposableStack();
    const ovsdb = ovsdbSettings(sources);
    const neutron = opened.use(await openNeutron(databaseSettings(sources).url));
    const found = await readRelease(neutron, driftlineSettings(sources).release);
    const config = resolveConfig(sources, found.release);
    const cancel = signal === undefined ? {} : { signal };
    const [northbound, southbound, systemNameservers] = await Promise.all([
      NorthboundSession.open(ovsdb, { writable, ...cancel, ...(writable ? { lock: MAINTENANCE_LOCK } : {}) }).then(
        (session) => opened.use(session),
      ),
      connectRemote<OVNSouthboundTables>('OVN_Southbound', ovsdb.southbound, ovsdb, WATCHED_SOUTHBOUND, {
        writable: false,
        ...cancel,
      }).then((client) => opened.use(client)),
      readSystemNameservers(),
    ]);
    return new Deployment({ config, found, neutron, northbound, southbound, systemNameservers }, opened.move());
  }

  chassis(): readonly Chassis[] {
    return readChassis(this.#southbound.replica, this.found.release);
  }

  /** When chassis come, go, or change what scheduling looks at. Returns what takes the listener off again. */
  onChassisChange(listener: () => void): () => void {
    return this.#southbound.on('update', listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

/** `nameserver` lines of the host's resolver: what Neutron hands out for subnets without DNS servers. */
async function readSystemNameservers(): Promise<readonly string[]> {
  const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [word, address] = line.trim().split(/\s+/);
    return word === 'nameserver' && address !== undefined ? [address] : [];
  });
}
