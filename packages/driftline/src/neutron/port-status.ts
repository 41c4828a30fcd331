/** The status of ports: what Neutron's OVN driver writes to SQL when OVN reports a port up or down. */
import { type RawBuilder, sql } from 'kysely';
import type { WriteTransaction } from './connect.ts';
import { toBoolean, toOptionalTimeMs, toTimeMs } from './decode.ts';
import type { SqlBoolean, SqlTime } from './tables.ts';

export type ReportedStatus = 'ACTIVE' | 'DOWN';

export interface PortStatusOutcome {
  readonly portId: string;
  readonly is:
    | 'right'
    | 'differs'
    | 'mended'
    /** SQL has no such port, or something else than OVN keeps it from becoming active. */
    | 'left';
  /** As it was; undefined where SQL has no such port. */
  readonly found: string | undefined;
  /** Of one that differs: for how long Nova may still wait to hear from Neutron that the port is up. It is not mended. */
  readonly novaWaitsMs?: number;
}

export interface SettleOptions {
  readonly write: boolean;
  /**
   * For how long Nova waits after it last changed a port: it hears of the port from the worker of Neutron's that makes it
   * active, and from nobody else. 0: no port waits.
   */
  readonly novaWaitMs?: number;
}

/** neutron_lib's router interfaces: never bound, and active all the same. */
const NEVER_BOUND: ReadonlySet<string> = new Set([
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
]);

/** Neutron's name for the block that waits for OVN (neutron/db/provisioning_blocks.py, L2_AGENT_ENTITY). */
const L2_BLOCK = 'L2';

interface PortRow {
  readonly id: string;
  readonly status: string;
  readonly device_owner: string;
  readonly admin_state_up: SqlBoolean;
  readonly standard_attr_id: number;
  readonly vif_type: string | null;
  readonly blocks: number;
  readonly updated_at: SqlTime | null;
  readonly now: SqlTime;
}

/** One answer for each port. At most some hundred at once. */
export async function settlePortStatuses(
  transaction: Pick<WriteTransaction, 'query' | 'engine'> & Partial<Pick<WriteTransaction, 'change'>>,
  wanted: ReadonlyMap<string, ReportedStatus>,
  { write, novaWaitMs = 0 }: SettleOptions,
): Promise<readonly PortStatusOutcome[]> {
  const { change } = transaction;
  const mayWrite = write && change !== undefined;
  const ids = [...wanted.keys()].sort();
  if (ids.length === 0) return [];
  // All who write take the rows in one order, and whoever comes second sees what the first has done.
  if (mayWrite && transaction.engine !== 'sqlite') {
    await transaction.query(sql`select id from ports where id in (${sql.join(ids)}) order by id for update`);
  }
  const rows = new Map((await readPorts(transaction, ids)).map((row) => [row.id, row]));
  const outcomes = ids.map((portId) => judge(portId, rows.get(portId), wanted.get(portId), novaWaitMs));
  if (!mayWrite) return outcomes;
  const differing = outcomes.flatMap((outcome) => (isDue(outcome) ? [rows.get(outcome.portId)] : []));
  const toWrite = differing.filter((row) => row !== undefined);
  for (const status of ['ACTIVE', 'DOWN'] as const) {
    const group = toWrite.filter(({ id }) => wanted.get(id) === status);
    if (group.length > 0) await writeStatus(change, status, group);
  }
  return outcomes.map((outcome) => (isDue(outcome) ? { ...outcome, is: 'mended' } : outcome));
}

const isDue = ({ is, novaWaitsMs }: PortStatusOutcome): boolean => is === 'differs' && novaWaitsMs === undefined;

function readPorts({ query }: Pick<WriteTransaction, 'query'>, ids: readonly string[]): Promise<readonly PortRow[]> {
  return query(sql<PortRow>`
    select p.id, p.status, p.device_owner, p.admin_state_up, p.standard_attr_id, b.vif_type,
      s.updated_at, current_timestamp as now,
      (select count(*) from provisioningblocks k
        where k.standard_attr_id = p.standard_attr_id and k.entity <> ${L2_BLOCK}) as blocks
    from ports p join standardattributes s on s.id = p.standard_attr_id
    left join ml2_port_bindings b on b.port_id = p.id and b.status = 'ACTIVE'
    where p.id in (${sql.join(ids)})`);
}

function judge(
  portId: string,
  row: PortRow | undefined,
  wanted: ReportedStatus | undefined,
  novaWaitMs: number,
): PortStatusOutcome {
  if (row === undefined) return { portId, is: 'left', found: undefined };
  const found = row.status;
  if (found === wanted) return { portId, is: 'right', found };
  if (wanted === 'DOWN') return { portId, is: 'differs', found };
  if (!mayBeActive(row)) return { portId, is: 'left', found };
  const novaWaitsMs = isNovas(row) ? novaWaitMs - sinceUpdateMs(row) : 0;
  return novaWaitsMs > 0 ? { portId, is: 'differs', found, novaWaitsMs } : { portId, is: 'differs', found };
}

/** Neutron's notifier tells Nova of these, when their status becomes ACTIVE (neutron/notifiers/nova.py). */
const isNovas = ({ device_owner }: PortRow): boolean => device_owner.startsWith('compute:');

/** By the database server's clock. Nova updates a port when it begins to wait for it. */
const sinceUpdateMs = ({ updated_at, now }: PortRow): number => toTimeMs(now) - (toOptionalTimeMs(updated_at) ?? 0);

/** What Neutron asks before it believes OVN that a port is up (`_port_provisioned` of the ML2 plug-in). */
function mayBeActive(row: PortRow): boolean {
  if (NEVER_BOUND.has(row.device_owner)) return true;
  const isBound = row.vif_type !== null && row.vif_type !== 'unbound' && row.vif_type !== 'binding_failed';
  return isBound && toBoolean(row.admin_state_up) && Number(row.blocks) === 0;
}

/** With the revision, as Neutron raises it with each change, and the block that waits for OVN. */
async function writeStatus(
  change: WriteTransaction['change'],
  status: ReportedStatus,
  rows: readonly PortRow[],
): Promise<void> {
  const ids = sql.join(rows.map(({ id }) => id));
  const attributes: RawBuilder<unknown> = sql.join(rows.map(({ standard_attr_id }) => sql.lit(standard_attr_id)));
  await change(sql`update ports set status = ${status} where id in (${ids})`);
  await change(sql`update standardattributes
    set revision_number = revision_number + 1, updated_at = current_timestamp where id in (${attributes})`);
  if (status === 'ACTIVE') {
    await change(sql`delete from provisioningblocks
      where entity = ${L2_BLOCK} and standard_attr_id in (${attributes})`);
    return;
  }
  await change(sql`insert into provisioningblocks (standard_attr_id, entity)
    select p.standard_attr_id, ${sql.lit(L2_BLOCK)} from ports p where p.id in (${ids}) and not exists (
      select 1 from provisioningblocks k where k.standard_attr_id = p.standard_attr_id and k.entity = ${sql.lit(L2_BLOCK)})`);
}
