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
 * Invariants (docs/spec/replica.md):
 * - [S5] Never `held` across a reconnect until the new connection's server has said so.
 * - [S6] Never `held` from the moment on when it is given back.
 */
export class Lock {
  readonly #onChange: (state: LockState) => void;
  #name: string | undefined;
  #state: LockState = 'none';

  constructor(name: string | undefined, onChange: (state: LockState) => void) {
    this.#onChange = onChange;
    if (name === undefined) return;
    this.#name = checkName(name);
    this.#state = 'requested';
  }

  /** Undefined when none is wanted. */
  get name(): string | undefined {
    return this.#name;
  }

  get state(): LockState {
    return this.#state;
  }

  /** Wants the lock from now on; `request` asks for it. Throws OvsdbError `bad-option` while another is wanted. */
  want(name: string): void {
    if (this.#name === name) return;
    if (this.#name !== undefined) {
      throw new OvsdbError(
        'bad-option',
        `lock ${this.#name} is wanted already; give it back before asking for ${name}`,
      );
    }
    this.#name = checkName(name);
    this.#become('requested');
  }

  async request(connection: RpcConnection, timeoutMs: number): Promise<void> {
    const name = this.#name;
    if (name === undefined) return;
    const onReply = (reply: JsonValue) => {
      if (!isJsonObject(reply)) throw new OvsdbError('protocol-error', 'malformed reply to lock');
      if (this.#name === name) this.#become(reply.locked === true ? 'held' : 'requested');
    };
    await connection.request('lock', [name], { timeoutMs, onReply });
  }

  /** Gives the lock back, or leaves the queue for it; it is not asked for again. Without a connection it is gone anyway. */
  async unlock(connection: RpcConnection | undefined, timeoutMs: number): Promise<void> {
    const name = this.#name;
    if (name === undefined) return;
    this.#name = undefined;
    this.#become('none');
    await connection?.request('unlock', [name], { timeoutMs });
  }

  /**
   * Takes the lock from whoever holds it (RFC 7047, section 4.1.9). The holder is told, and gets it back when this
   * connection unlocks or ends.
   */
  async steal(connection: RpcConnection, timeoutMs: number): Promise<void> {
    const name = this.#name;
    if (name === undefined || this.#state === 'held') return;
    const onReply = () => {
      if (this.#name === name) this.#become('held');
    };
    // A request that waits in the queue would make the server refuse to steal.
    await connection.request('unlock', [name], { timeoutMs });
    await connection.request('steal', [name], { timeoutMs, onReply });
  }

  takeNotification(method: string, params: readonly JsonValue[]): void {
    if (this.#name === undefined || params[0] !== this.#name) return;
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

function checkName(name: string): string {
  if (identifierPattern.test(name)) return name;
  throw new OvsdbError('bad-option', `lock "${name}" must consist of letters, digits and "_"`);
}
