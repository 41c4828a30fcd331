import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nbGlobalRows } from './nb-global.ts';
import { buildContext, type Parts } from './testing/build.ts';
import { inserted, verdict } from './testing/read.ts';

const rowOf = (parts: Parts) => {
  const [row] = nbGlobalRows(buildContext(parts));
  assert.ok(row);
  return row;
};

describe('NB_Global', () => {
  it('holds nothing of Neutron’s configuration in Zed', () => {
    assert.deepEqual(inserted(rowOf({ release: 'zed' })), { options: {}, external_ids: {} });
  });

  it('holds limits, failover times and the place of floating IPs in the newest release', () => {
    assert.deepEqual(inserted(rowOf({ config: { ovn: { enableDistributedFloatingIp: true } } })), {
      options: {
        ignore_lsp_down: 'false',
        fdb_removal_limit: '0',
        mac_binding_removal_limit: '0',
        'bfd-min-rx': '1000',
        'bfd-min-tx': '100',
        'bfd-mult': '3',
      },
      external_ids: { 'neutron:fip-distributed': 'True' },
    });
  });

  it('is never created', () => {
    assert.equal(rowOf({}).presence, 'tolerated');
  });

  it('has the failover times of each strategy', () => {
    const times = (config: Parts['config'] & object) => {
      const { options } = inserted(rowOf({ config })) as { options: Record<string, string> };
      return [options['bfd-min-rx'], options['bfd-min-tx'], options['bfd-mult']];
    };
    assert.deepEqual(times({ ovn: { haFailoverStrategy: 'conservative' } }), ['1000', '100', '6']);
    assert.deepEqual(times({ ovn: { haFailoverStrategy: 'aggressive' } }), ['500', '100', '3']);
    const manual = { haFailoverStrategy: 'manual', bfdMinRxMs: 7, bfdMinTxMs: 8, bfdMult: 9 } as const;
    assert.deepEqual(times({ ovn: manual }), ['7', '8', '9']);
  });

  it('may hold the fraction that Neutron writes', () => {
    const row = rowOf({ config: { ovn: { haFailoverStrategy: 'aggressive' } } });
    assert.deepEqual(
      ['500.0', '500', '1000'].map((found) => verdict(row, 'options:bfd-min-rx', found)),
      ['right', 'right', 'wrong'],
    );
  });

  it('may tell of floating IPs in the point releases of 2024.2', () => {
    const row = rowOf({ release: '2024.2' });
    const place = 'external_ids:neutron:fip-distributed';
    assert.deepEqual(
      ['False', undefined, 'True'].map((found) => verdict(row, place, found)),
      ['right', 'right', 'wrong'],
    );
  });
});
