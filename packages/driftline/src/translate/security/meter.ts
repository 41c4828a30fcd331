/** Meters that keep network logs from flooding: there while Neutron has a log, enabled or not. */
import { type DesiredRow, exact, keys } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';

const METERS = { type: 'deployment', id: 'meters' } as const;

export const meterName = (ctx: TranslationContext): string =>
  ctx.config.networkLog.localOutputLogBase || 'acl_log_meter';
/** For ACLs of stateless groups: each packet of a connection passes them. */
export const statelessMeterName = (ctx: TranslationContext): string => `${meterName(ctx)}_stateless`;

export function* meterRows(ctx: TranslationContext): Iterable<DesiredRow> {
  if (ctx.snapshot.networkLogs.size === 0) return;
  const { rateLimit, burstLimit } = ctx.config.networkLog;
  yield meter(meterName(ctx), rateLimit, burstLimit);
  const { features } = ctx;
  if (!features.has('statelessMeter') && !features.maybe('statelessMeter')) return;
  yield {
    ...meter(statelessMeterName(ctx), Math.floor(rateLimit / 2), Math.floor(burstLimit / 2)),
    ...(features.has('statelessMeter') ? { feature: 'statelessMeter' } : { presence: 'tolerated' }),
  };
}

const meter = (name: string, rate: number, burst: number): DesiredRow => ({
  table: 'Meter',
  key: name,
  resource: METERS,
  cells: {
    name: exact(name),
    unit: exact('pktps'),
    fair: exact(true),
    bands: { is: 'rows', table: 'Meter_Band', rows: [{ action: 'drop', rate, burst_size: burst }] },
    external_ids: keys({ 'neutron:device_owner': 'logging-plugin' }),
  },
  listedIn: [],
});
