import type { RowFilter } from '../monitor/conditions.ts';
import type { IndexSpec } from '../replica/hash-index.ts';
import type { TableTypes } from '../replica/replica.ts';
import type { MessageLimits } from '../wire/message-decoder.ts';
import type { Lookup } from '../wire/resolve-addresses.ts';
import type { TlsFiles } from '../wire/stream.ts';
import type { OvsdbEvents } from './events.ts';

export interface ConnectOptions<Tables extends TableTypes = TableTypes> {
  /** `tcp:HOST:PORT`, `ssl:HOST:PORT` or `unix:PATH`; several in a list, or in one string separated by commas. */
  readonly endpoints: string | readonly string[];
  readonly database: string;
  /** What to monitor. Everything, when absent. */
  readonly tables?: { readonly [Name in keyof Tables & string]?: readonly (keyof Tables[Name] & string)[] | 'all' };
  /** Which rows of them; all, when absent. `client.setConditions` changes it later. */
  readonly conditions?: { readonly [Name in keyof Tables & string]?: RowFilter };
  readonly tls?: TlsFiles;
  /** Finds the addresses of a host; the system's resolver, when absent. Each of them is tried. */
  readonly lookup?: Lookup;
  /** A lock to ask for on each connection. */
  readonly lock?: string;
  /** Of a cluster, talk only to the leader: true by default. Relays then do not serve. Standalone servers always do. */
  readonly leaderOnly?: boolean;
  /**
   * Stay connected when the server's databases come, go or are converted: true by default. When false, the server
   * closes the connection instead, as RFC 7047 has it.
   */
  readonly dbChangeAware?: boolean;
  /** Silence after which the server is asked for a sign of life; 60 000 by default. Zero: never. */
  readonly probeIntervalMs?: number;
  /** For `connect` as a whole, the initial dump included; 180 000 by default. Zero: no limit. */
  readonly connectTimeoutMs?: number;
  /** For one endpoint to answer; 10 000 by default. */
  readonly attemptTimeoutMs?: number;
  /** For how long the server may send nothing at all while it prepares the initial dump; 180 000 by default. */
  readonly loadSilenceMs?: number;
  /**
   * A server of a cluster whose data is older than what was seen before is refused. When for so long there was none
   * but such servers, the cluster is taken to have been rebuilt, and its data is loaded; 60 000 by default.
   */
  readonly rebuiltAfterMs?: number;
  /** Upper bound of the wait between rounds over the endpoints; 8 000 by default. */
  readonly maxBackoffMs?: number;
  /** Indexes by table and name. */
  readonly indexes?: {
    readonly [Name in keyof Tables & string]?: { readonly [index: string]: IndexSpec<Tables[Name]> };
  };
  /** `transact` throws: a dry run has no way to write. */
  readonly readOnly?: boolean;
  readonly limits?: Partial<MessageLimits>;
  /** Gives up connecting; has no effect once connected. */
  readonly signal?: AbortSignal;
  /** Listeners that hear everything from the first attempt on. */
  readonly on?: { readonly [Name in keyof OvsdbEvents]?: (payload: OvsdbEvents[Name]) => void };
}
