/**
 * A port with addresses in several subnets has DHCP options of one of them. Which one the row itself tells, in
 * `external_ids:subnet_id`; the rest of the row has to fit.
 */
import type { Subnet } from '../neutron/model/network.ts';
import {
  type Cell,
  type ColumnValue,
  choice,
  exact,
  type KeyWant,
  type ObservedLookup,
} from '../northbound/desired.ts';

type Subnets = readonly [Subnet, ...Subnet[]];
type Row = Readonly<Record<string, unknown>>;
type Wants = Readonly<Record<string, KeyWant | undefined>>;

function namedSubnet(subnets: Subnets, row: Row): Subnet {
  const ids = row.external_ids;
  const named = ids instanceof Map ? ids.get('subnet_id') : undefined;
  return subnets.find(({ id }) => id === named) ?? subnets[0];
}

export function textBySubnet(subnets: Subnets, textOf: (subnet: Subnet) => string): Cell {
  if (subnets.length === 1) return exact(textOf(subnets[0]));
  return choice<ColumnValue>(
    'as the subnet says that the row names',
    (found, row) => found === textOf(namedSubnet(subnets, row)),
    (row) => textOf(namedSubnet(subnets, row)),
  );
}

export function oneOfSubnets(subnets: Subnets, wantsOf: (subnet: Subnet) => Wants): Wants {
  if (subnets.length === 1) return wantsOf(subnets[0]);
  const wants = new Map(subnets.map((subnet) => [subnet, wantsOf(subnet)]));
  const names = new Set([...wants.values()].flatMap((each) => Object.keys(each)));
  const wantOf = (name: string, row: Row) => wants.get(namedSubnet(subnets, row))?.[name];
  const merged: Record<string, KeyWant> = {};
  for (const name of names) {
    merged[name] = choice<string | number>(
      'as the subnet says that the row names',
      (found, row, observed) => isWanted(found, wantOf(name, row), row, observed),
      (row, observed, load) => {
        const want = wantOf(name, row);
        if (typeof want !== 'object') return want;
        if (want.is === 'choice') return want.choose(row, observed, load);
        return want.is === 'dated' && typeof want.value !== 'object' ? want.value : undefined;
      },
    );
  }
  return merged;
}

function isWanted(
  found: string | number | undefined,
  want: KeyWant | undefined,
  row: Row,
  observed: ObservedLookup,
): boolean {
  if (typeof want !== 'object') return found === want;
  switch (want.is) {
    case 'absent':
      return found === undefined;
    case 'choice':
      return want.accepts(found, row, observed);
    case 'dated':
      return [want.value, ...want.before].some((value) => (typeof value === 'object' ? undefined : value) === found);
    default:
      return want satisfies never;
  }
}
