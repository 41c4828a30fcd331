/**
 * What network logs make of ACLs.
 *
 * A log claims the ACLs of the port groups it covers by writing its name on them, and a claimed ACL belongs to that log
 * alone: of several logs that cover an ACL whichever came first has it. That history is not in SQL, so each of them is
 * right. What SQL says for certain: an ACL that an enabled log covers is logged, one that none covers is not.
 */
import type { NetworkLog } from '../../neutron/model/security.ts';
import { absent, type Cell, type ColumnValue, choice, dated, exact, keys } from '../../northbound/desired.ts';
import type { Cells } from '../../northbound/observed.ts';
import type { TranslationContext } from '../context.ts';
import { stableHash } from '../stable-hash.ts';
import { meterName, statelessMeterName } from './meter.ts';

/** The logs that may have claimed an ACL. */
export interface LogCover {
  /** By the name they write on an ACL: do they log it? */
  readonly claims: ReadonlyMap<string, boolean>;
  /** Right as well: that nobody has claimed it. */
  readonly mayBeUnclaimed: boolean;
  /** The name to write where what is there is wrong; undefined for an unlogged ACL. */
  readonly fallback: string | undefined;
}

export interface LogCovers {
  readonly dropGroup: LogCover;
  /** Of the ACLs of a security group's rules. */
  ofGroup(securityGroupId: string): LogCover;
  /** Of the drop ACLs that logs put into a security group's port group (2026.2); undefined: there are none. */
  dropsOfGroup(securityGroupId: string): LogCover | undefined;
}

const UNLOGGED: LogCover = { claims: new Map(), mayBeUnclaimed: true, fallback: undefined };

export function logCovers(ctx: TranslationContext): LogCovers {
  const logs = [...ctx.snapshot.networkLogs.values()].filter((log) => log.resourceType === 'security_group');
  if (logs.length === 0) return { dropGroup: UNLOGGED, ofGroup: () => UNLOGGED, dropsOfGroup: () => undefined };
  const ofEverything = logs.filter(coversEverything);
  const ofGroup = new Map<string, NetworkLog[]>();
  for (const log of logs) {
    for (const groupId of groupsOf(ctx, log)) {
      const members = ofGroup.get(groupId);
      if (members === undefined) ofGroup.set(groupId, [log]);
      else members.push(log);
    }
  }
  const everywhere = coverOf(ofEverything.filter(logsAccepts));
  return {
    dropGroup: dropGroupCover(ctx, logs),
    ofGroup: (id) => {
      const own = ofGroup.get(id);
      return own === undefined ? everywhere : coverOf([...ofEverything, ...own].filter(logsAccepts).sort(byId));
    },
    dropsOfGroup: (id) => {
      if (!ctx.features.has('logDropsPerGroup')) return undefined;
      const cover = coverOf((ofGroup.get(id) ?? []).filter((log) => logsDrops(log) && log.enabled));
      return cover.fallback === undefined ? undefined : cover;
    },
  };
}

/** Before 2026.2 every log of drops claims the common drop ACLs, whichever group it is for; such claims stay. */
function dropGroupCover(ctx: TranslationContext, logs: readonly NetworkLog[]): LogCover {
  const ofDrops = logs.filter(logsDrops);
  if (!ctx.features.has('logDropsPerGroup')) return coverOf(ofDrops);
  const common = coverOf(ofDrops.filter(coversEverything));
  const older = coverOf(ofDrops);
  return { ...common, claims: new Map([...older.claims, ...common.claims]) };
}

/** A disabled log keeps the ACLs it has claimed, without logging them, but takes none from an enabled one. */
function coverOf(logs: readonly NetworkLog[]): LogCover {
  if (logs.length === 0) return UNLOGGED;
  const enabled = logs.filter((log) => log.enabled);
  const claimants = enabled.length > 0 ? enabled : logs;
  return {
    claims: new Map(claimants.map((log) => [logName(log), log.enabled])),
    mayBeUnclaimed: enabled.length === 0,
    fallback: enabled[0] && logName(enabled[0]),
  };
}

const logName = (log: NetworkLog): string => `neutron-${log.id}`;
const logsAccepts = (log: NetworkLog): boolean => log.event !== 'DROP';
const logsDrops = (log: NetworkLog): boolean => log.event !== 'ACCEPT';
const coversEverything = (log: NetworkLog): boolean => log.resourceId === undefined && log.targetId === undefined;
const byId = (a: NetworkLog, b: NetworkLog): number => (a.id < b.id ? -1 : 1);

function groupsOf(ctx: TranslationContext, log: NetworkLog): readonly string[] {
  if (log.resourceId !== undefined) return [log.resourceId];
  if (log.targetId === undefined) return [];
  return ctx.snapshot.ports.get(log.targetId)?.securityGroupIds ?? [];
}

export interface LoggedAcl {
  /** Of a stateless security group. */
  readonly isStateless: boolean;
  /** A log's own drop ACL: made with the common meter, given the stateless one by the log's next update. */
  readonly isLogDrop?: boolean;
  /** The ACL's key: what its label is made of. */
  readonly key: string;
}

type LogCells = Readonly<Record<'log' | 'name' | 'severity' | 'meter' | 'label' | 'options', Cell>>;

export const UNLOGGED_CELLS: LogCells = {
  log: exact(false),
  name: exact(undefined),
  severity: exact(undefined),
  meter: exact(undefined),
  label: exact(0),
  options: keys({ 'log-related': absent }),
};

export function logCells(ctx: TranslationContext, cover: LogCover, acl: LoggedAcl): LogCells {
  const { claims, mayBeUnclaimed, fallback } = cover;
  if (claims.size === 0) return UNLOGGED_CELLS;
  if (mayBeUnclaimed) return maybeClaimedCells(ctx, claims, acl);
  const name: Cell =
    claims.size === 1
      ? exact(fallback)
      : choice<ColumnValue>(
          'the name of an enabled log that covers the ACL',
          (found) => typeof found === 'string' && claims.has(found),
          () => fallback,
        );
  return {
    log: exact(true),
    name,
    severity: exact('info'),
    meter: meterCell(ctx, acl),
    label: label(acl, () => true),
    options: logRelated(() => true),
  };
}

/** The columns of an ACL change together: with a claim they are all set, without one all cleared. */
function maybeClaimedCells(ctx: TranslationContext, claims: LogCover['claims'], acl: LoggedAcl): LogCells {
  const isClaimed = ({ name }: Cells): boolean => typeof name === 'string' && claims.has(name);
  const logs = ({ name }: Cells): boolean => claims.get(String(name)) ?? false;
  const meters = acl.isStateless ? [statelessMeterName(ctx), meterName(ctx)] : [meterName(ctx)];
  const asClaimed = <T extends ColumnValue>(value: T, also: readonly T[] = []): Cell =>
    choice<ColumnValue>(
      'set if a log has claimed the ACL, else empty',
      (found, row) => (isClaimed(row) ? found === value || also.includes(found as T) : found === undefined),
      (row) => (isClaimed(row) ? value : undefined),
    );
  return {
    log: choice<ColumnValue>(
      'as enabled as the log that has claimed the ACL',
      (found, row) => found === logs(row),
      logs,
    ),
    name: choice<ColumnValue>(
      'empty, or the name of a log that covers the ACL',
      (found, row) => found === undefined || isClaimed(row),
      () => undefined,
    ),
    severity: asClaimed('info'),
    meter: asClaimed(meters[0], meters),
    label: label(acl, isClaimed),
    options: logRelated(isClaimed),
  };
}

function meterCell(ctx: TranslationContext, acl: LoggedAcl): Cell {
  const common = meterName(ctx);
  if (!acl.isStateless) return exact(common);
  const ofStateless = statelessMeterName(ctx);
  if (acl.isLogDrop || ctx.features.maybe('statelessMeter')) {
    return choice<ColumnValue>(
      'the meter of logs, or the one of stateless groups',
      (found) => found === common || found === ofStateless,
      () => (ctx.features.has('statelessMeter') ? ofStateless : common),
    );
  }
  return ctx.features.has('statelessMeter') ? dated('statelessMeter', ofStateless, common) : exact(common);
}

/*
 * Since 2023.1 a claim comes with a random label and with options:log-related, together; older claims have neither, and
 * so have the drop ACLs of 2026.2 until their log's next update.
 */

const label = ({ key }: LoggedAcl, isClaimed: (row: Cells) => boolean): Cell =>
  choice<ColumnValue>(
    'from 1 to 4294967295 beside options:log-related, else 0',
    (found, row) =>
      found === 0
        ? !isClaimed(row) || !hasLogRelated(row)
        : isClaimed(row) && typeof found === 'number' && found >= 1 && found <= 0xffffffff,
    (row) => (isClaimed(row) ? labelOf(key) : 0),
  );

const logRelated = (isClaimed: (row: Cells) => boolean): Cell =>
  keys({
    'log-related': choice<string | number>(
      'true beside a label, else absent',
      (found, row) =>
        isClaimed(row) ? found === 'true' || (found === undefined && row.label === 0) : found === undefined,
      (row) => (isClaimed(row) ? 'true' : undefined),
    ),
  });

const hasLogRelated = ({ options }: Cells): boolean => options instanceof Map && options.has('log-related');

/** Neutron draws lots. */
const labelOf = (key: string): number => stableHash(key) || 1;
