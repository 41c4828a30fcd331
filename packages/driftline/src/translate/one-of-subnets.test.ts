import assert from 'node:assert/strict';
import { it } from 'node:test';
import { dated, keys } from '../northbound/desired.ts';
import { oneOfSubnets, textBySubnet } from './one-of-subnets.ts';
import { subnet } from './testing/build.ts';
import { inserted, verdict } from './testing/read.ts';

const a = subnet({ id: 'a', networkId: 'n', cidr: '10.0.0.0/24' });
const b = subnet({ id: 'b', networkId: 'n', cidr: '10.0.1.0/24' });
const row = {
  table: 'DHCP_Options',
  key: 'k',
  resource: { type: 'ports', id: 'p' },
  listedIn: [],
  cells: {
    cidr: textBySubnet([a, b], ({ cidr }) => cidr),
    options: keys(
      oneOfSubnets([a, b], ({ id }) => ({
        id,
        network: dated('dhcpNetworkId', `of ${id}`),
        ...(id === 'b' ? { only: 'b' } : {}),
      })),
    ),
  },
} as const;
const saying = (id: string) => ({ external_ids: new Map([['subnet_id', id]]) });

it('is judged by the subnet that the row names', () => {
  assert.equal(verdict(row, 'cidr', b.cidr, saying('b')), 'right');
  assert.equal(verdict(row, 'cidr', b.cidr, saying('a')), 'wrong');
  assert.equal(verdict(row, 'options:only', 'b', saying('b')), 'right');
  assert.equal(verdict(row, 'options:only', 'b', saying('a')), 'wrong');
  assert.equal(verdict(row, 'options:only', undefined, saying('a')), 'right');
});

it('takes an earlier release’s value too', () => {
  assert.equal(verdict(row, 'options:network', 'of b', saying('b')), 'right');
  assert.equal(verdict(row, 'options:network', undefined, saying('b')), 'right');
  assert.equal(verdict(row, 'options:network', 'of a', saying('b')), 'wrong');
});

it('is the first subnet’s where the row names none of them', () => {
  assert.equal(verdict(row, 'cidr', a.cidr, saying('c')), 'right');
  assert.deepEqual(inserted(row), { cidr: a.cidr, options: { id: 'a', network: 'of a' } });
});
