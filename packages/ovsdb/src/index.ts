/**
 * An OVSDB client (RFC 7047 and ovsdb-server's extensions): a live, indexed replica of a database, transactions, and
 * locks, over connections that heal themselves.
 */
export { OvsdbError, type OvsdbErrorCode } from './errors.ts';
export type { RowFilter } from './monitor/conditions.ts';
export type { MonitorMethod, SyncKind } from './monitor/monitor.ts';
export type { IndexKeys, IndexSpec, RowIndex } from './replica/hash-index.ts';
export { type DeletePrediction, predictDelete } from './replica/predict-delete.ts';
export type { Referrer } from './replica/references.ts';
export type { Replica, TableTypes } from './replica/replica.ts';
export type { ReplicaTable, RowChange } from './replica/replica-table.ts';
export type { ReplicaRow } from './replica/row.ts';
export { isSameValue } from './schema/compare.ts';
export type {
  AtomType,
  BaseType,
  Column,
  ColumnKind,
  Database,
  OvsdbAtom,
  OvsdbValue,
  Table,
} from './schema/database.ts';
export { isUuid } from './schema/database.ts';
export { defaultValue } from './schema/decode.ts';
export { parseSchema, parseSchemaText } from './schema/parse-schema.ts';
export type { AtomInput, NamedRef, ValueInput } from './schema/value-input.ts';
export type { ChangeBatch, ChangeKind, ChangeOf, ChangeOptions } from './session/change-stream.ts';
export { kindOf } from './session/change-stream.ts';
export { OvsdbClient, type TransactOptions } from './session/client.ts';
export { isRetriable } from './session/commit.ts';
export type { ConnectOptions } from './session/connect-options.ts';
export type { Deadline } from './session/deadline.ts';
export type { MissingColumns, OvsdbEvents, SessionState, SyncedEvent, UpdateBatch } from './session/events.ts';
export type { LockState } from './session/lock.ts';
export { ServerLink, type ServerLinkOptions } from './session/server-link.ts';
export type { ServerRequests } from './session/server-requests.ts';
export type { DatabaseStatus } from './session/server-status.ts';
export type { TableSelection } from './session/table-selection.ts';
export {
  allRows,
  type Condition,
  type ConditionFunction,
  type Mutation,
  type Mutator,
  type Operation,
  op,
  type RowInput,
  type WaitOptions,
  type Where,
  type WhereInput,
} from './transaction/operations.ts';
export type { TransactResult } from './transaction/results.ts';
export { type Endpoint, formatEndpoint, parseEndpoints } from './wire/endpoint.ts';
export type { JsonObject, JsonValue } from './wire/json-value.ts';
export type { MessageLimits } from './wire/message-decoder.ts';
export type { Lookup } from './wire/resolve-addresses.ts';
export type { TlsFiles } from './wire/stream.ts';
