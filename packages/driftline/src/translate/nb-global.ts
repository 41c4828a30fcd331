import { choice, type DesiredRow, type KeyWant, keys } from '../northbound/desired.ts';
import { globalKey } from '../northbound/keys.ts';
import type { TranslationContext } from './context.ts';
import { writtenSince } from './since.ts';

/**
 * What of the deployment's configuration goes into the one row of NB_Global. The row itself is OVN's. Neutron writes
 * the keys anew whenever it starts, so a key that is missing is no history.
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
          ? distributed
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
    ignore_lsp_down: String(ignoreLspDown),
    fdb_removal_limit: String(fdbRemovalLimit),
    mac_binding_removal_limit: String(macBindingRemovalLimit),
  };
}

/** How fast a dead gateway is noticed (BFD between chassis, in milliseconds). */
function failover(ctx: TranslationContext): Record<string, KeyWant> {
  if (!ctx.features.has('haFailoverStrategy')) return {};
  const { haFailoverStrategy: strategy, bfdMinRxMs, bfdMinTxMs, bfdMult } = ctx.config.ovn;
  switch (strategy) {
    case 'normal':
      return { 'bfd-min-rx': '1000', 'bfd-min-tx': '100', 'bfd-mult': '3' };
    case 'aggressive':
      return { 'bfd-min-rx': halved, 'bfd-min-tx': '100', 'bfd-mult': '3' };
    case 'conservative':
      return { 'bfd-min-rx': '1000', 'bfd-min-tx': '100', 'bfd-mult': '6' };
    case 'manual':
      return { 'bfd-min-rx': String(bfdMinRxMs), 'bfd-min-tx': String(bfdMinTxMs), 'bfd-mult': String(bfdMult) };
    default:
      return strategy satisfies never;
  }
}

/** Neutron divides and writes `500.0`, which Open vSwitch can't read; not worth a quarrel, but never written here. */
const halved = choice<string | number>(
  "500, or Neutron's 500.0",
  (found) => found === '500' || found === '500.0',
  () => '500',
);
