import { OvsdbError } from '../errors.ts';
import { identifierPattern } from '../schema/parse-schema.ts';
import { isJsonObject, type JsonValue } from '../wire/json-value.ts';
import type { RpcConnection } from '../wire/rpc-connection.ts';

/**
 * `none`: no lock is wanted. `requested`: not ours (yet). `held`: the server said so on the present connection.
 * `lost`: was held; stolen, or the link is down. Only `held` allows to act as the owner, and only an `assert` in the
 * transaction proves it at the moment of the commit.
 */
export type LockState = 'none' | 'requested' | 'held' | 'lost';

/**
 * The session's lock (RFC 7047, section 4.1.8). A lock belongs to one server, not to a cluster: who relies on it in
 * a cluster must talk to the leader only.
 *
 * Invariant 1: never `held` across a reconnect until the new connection's server has said so.
 */
export class Lock {
  readonly name: string | undefined;
  readonly #onChange: (state: LockState) => void;
  #state: LockState;

  constructor(name: string | undefined, onChange: (state: LockState) => void) {
    if (name !== undefined && !identifierPattern.test(name)) {
      throw new OvsdbError('bad-option', `lock "${name}" must consist of letters, digits and "_"`);
    }
    this.name = name;
    this.#onChange = onChange;
    this.#state = name === undefined ? 'none' : 'requested';
  }

  get state(): LockState {
    return this.#state;
  }

  async request(connection: RpcConnection, timeoutMs: number): Promise<void> {
    if (this.name === undefined) return;
    const onReply = (reply: JsonValue) => {
      if (!isJsonObject(reply)) throw new OvsdbError('protocol-error', 'malformed reply to lock');
      this.#become(reply.locked === true ? 'held' : 'requested');
    };
    await connection.request('lock', [this.name], { timeoutMs, onReply });
  }

  /**
   * Takes the lock from whoever holds it (RFC 7047, section 4.1.9). The holder is told, and gets it back when this
   * connection unlocks or ends.
   */
  async steal(connection: RpcConnection, timeoutMs: number): Promise<void> {
    if (this.name === undefined || this.#state === 'held') return;
    // A request that waits in the queue would make the server refuse to steal.
    await connection.request('unlock', [this.name], { timeoutMs });
    await connection.request('steal', [this.name], { timeoutMs, onReply: () => this.#become('held') });
  }

  takeNotification(method: string, params: readonly JsonValue[]): void {
    if (this.name === undefined || params[0] !== this.name) return;
    if (method === 'locked') this.#become('held');
    if (method === 'stolen') this.#become('lost');
  }

  takeDisconnect(): void {
    if (this.#state === 'held') this.#become('lost');
  }

  #become(state: LockState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onChange(state);
  }
}
