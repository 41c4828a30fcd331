/**
 * What the three SQL engines do differently: opening a session, beginning a transaction that sees one moment, telling
 * errors apart. One file an engine; `sessions.ts` does the rest once for all.
 */
import type { Dialect, RawBuilder } from 'kysely';
import type { EngineName } from '../database.ts';
import type { NeutronReadErrorCode } from '../read-error.ts';

/** One session: what is run on it runs in turn. It is opened by the first statement. */
export interface Engine {
  readonly name: EngineName;
  /** The session speaks UTC, and cannot write unless `writable` was asked for. */
  readonly dialect: Dialect;
  /** The statements that begin a transaction whose every read sees the moment of the last of them. */
  readonly beginRead: readonly RawBuilder<unknown>[];
  readonly beginWrite: RawBuilder<unknown>;
  /** One row (`table_name`, `column_name`) a column of the database. */
  readonly listColumns: RawBuilder<{ table_name: string; column_name: string }>;
  /** undefined: not a failure that this engine knows; the statement was refused. */
  classify(error: unknown): ErrorKind | undefined;
  /** The server or the network ended the session: it is of no more use. */
  isBroken(): boolean;
  /** Ends the session at once, also while it connects or a statement is under way. */
  abandon(): void;
}

export interface ErrorKind {
  readonly code: NeutronReadErrorCode;
  readonly remedy: string;
}

export interface EngineOptions {
  readonly writable: boolean;
  readonly connectTimeoutMs: number;
  readonly queryTimeoutMs: number;
  /** Galera only. */
  readonly wsrepSyncWait: number;
}

export const keepAliveDelayMs = 10_000;

export const tlsFailure: ErrorKind = {
  code: 'auth',
  remedy: "check the server's TLS, its certificate and what the database URL asks of them",
};

/** The `code` of errors that Node's sockets end with. */
export function classifySocketError(code: unknown): ErrorKind | undefined {
  if (typeof code === 'string' && /^ERR_(TLS|SSL)_|CERT|UNABLE_TO_|^HANDSHAKE_(NO_)?SSL_/.test(code)) {
    return tlsFailure;
  }
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { code: 'unreachable', remedy: 'is the server running there, and is [database] connection right?' };
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ETIMEDOUT':
    case 'PROTOCOL_CONNECTION_LOST':
      return { code: 'unreachable', remedy: 'the connection broke; was the server restarted?' };
    default:
      return undefined;
  }
}

/** The literal `code` or `errcode` that drivers put on their errors. */
export function errorField(error: unknown, field: string): unknown {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[field] : undefined;
}
