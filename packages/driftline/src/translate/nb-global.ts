import { choice, type DesiredRow, dated, type KeyWant, keys } from '../northbound/desired.ts';
import { globalKey } from '../northbound/keys.ts';
import type { TranslationContext } from './context.ts';
import { writtenSince } from './since.ts';

/**
 * What of the deployment's configuration goes into the one row of NB_Global. The row itself is OVN's. Neutron writes
 * the keys anew whenever it starts.
 */
export function* nbGlobalRows(ctx: TranslationContext): Iterable<DesiredRow> {
  const distributed = ctx.config.ovn.enableDistributedFloatingIp ? 'True' : 'False';
  yield {
    table: 'NB_Global',
    key: globalKey,
    resource: { type: 'deployment', id: 'nb_global' },
    presence: 'tolerated',
    cells: {
      options: keys({ ...limits(ctx), ...failover(ctx) }),
      external_ids: keys({
        'neutron:fip-distributed': ctx.features.has('fipDistributedFlag')
          ? dated('fipDistributedFlag', distributed)
          : writtenSince(ctx, 'fipDistributedFlag', distributed),
      }),
    },
    listedIn: [],
  };
}

function limits(ctx: TranslationContext): Record<string, KeyWant> {
  if (!ctx.features.has('nbGlobalOptions')) return {};
  const { ignoreLspDown, fdbRemovalLimit, macBindingRemovalLimit } = ctx.config.ovnNbGlobal;
  return {
    ignore_lsp_down: dated('nbGlobalOptions', String(ignoreLspDown)),
    fdb_removal_limit: dated('nbGlobalOptions', String(fdbRemovalLimit)),
    mac_binding_removal_limit: dated('nbGlobalOptions', String(macBindingRemovalLimit)),
  };
}

/** How fast a dead gateway is noticed (BFD between chassis, in milliseconds). */
function failover(ctx: TranslationContext): Record<string, KeyWant> {
  if (!ctx.features.has('haFailoverStrategy')) return {};
  const { haFailoverStrategy: strategy, bfdMinRxMs, bfdMinTxMs, bfdMult } = ctx.config.ovn;
  switch (strategy) {
    case 'normal':
      return { 'bfd-min-rx': bfd(1000), 'bfd-min-tx': bfd(100), 'bfd-mult': bfd(3) };
    case 'aggressive':
      return { 'bfd-min-rx': halved, 'bfd-min-tx': bfd(100), 'bfd-mult': bfd(3) };
    case 'conservative':
      return { 'bfd-min-rx': bfd(1000), 'bfd-min-tx': bfd(100), 'bfd-mult': bfd(6) };
    case 'manual':
      return { 'bfd-min-rx': bfd(bfdMinRxMs), 'bfd-min-tx': bfd(bfdMinTxMs), 'bfd-mult': bfd(bfdMult) };
    default:
      return strategy satisfies never;
  }
}

const bfd = (value: number): KeyWant => dated('haFailoverStrategy', String(value));

/** Neutron divides and writes `500.0`, which Open vSwitch can't read; not worth a quarrel, but never written here. */
const halved = choice<string | number>(
  "500, or Neutron's 500.0",
  (found) => found === '500' || found === '500.0',
  () => '500',
  { feature: 'haFailoverStrategy', accepts: (found) => found === undefined },
);
