import type { Release } from './release-name.ts';

/** Head of Neutron's contract branch, the same from Train to the 2026.2 development branch. */
export const contractHead = '5c85685d616d';

/**
 * Neutron's expand branch (`neutron/db/migration/alembic_migrations/versions`): each release's revisions in their
 * order; the last is its head. Stable branches get none. A database that stopped between two heads, or that a
 * development checkout made, shows one in the middle: it belongs to the release whose list has it.
 */
export const expandRevisions: Readonly<Record<Release, readonly string[]>> = {
  zed: ['I43e0b669096', '4e6e655746f6', '659cbedf30a1', '21ff98fabab1', '5881373af7f5'],
  '2023.1': ['fc153938cdc1'],
  '2023.2': [
    '93f394357a27',
    '6f1145bff34c',
    '682c319773d7',
    '0aefee21cd87',
    'b1199a3adbef',
    'c33da356b165',
    '89c58a70ceba',
  ],
  '2024.1': ['0e6eff810791'],
  '2024.2': ['175fa80908e1', '5bcb7b31ec7d'],
  '2025.1': ['ad80a9f07c5c'],
  '2025.2': ['d553edeb540f'],
  '2026.1': ['b1bca967e19d'],
  '2026.2': ['bdae3a00c493', 'a00aa97899c0', 'a1b2c3d4e5f6'],
};

/** Heads of releases before Zed: known by name, only to say so. */
export const olderReleases: ReadonlyMap<string, string> = new Map([
  ['c613d0b82681', 'Train'],
  ['d8bdf05313f4', 'Ussuri'],
  ['I38991de2b4', 'Victoria'],
  ['6135a7bd4425', 'Wallaby'],
  ['1bb3393de75d', 'Xena'],
  ['34cf8b009713', 'Yoga'],
]);

interface Mark {
  readonly table: string;
  /** undefined: the table itself. */
  readonly column?: string;
  readonly since: Release;
  /** The revision that makes it. */
  readonly revision: string;
}

/** Tables and columns that tell whether the migrations named in `alembic_version` really ran. */
export const marks: readonly Mark[] = [
  { table: 'portforwardings', column: 'external_port_start', since: 'zed', revision: 'I43e0b669096' },
  { table: 'porthints', since: '2023.2', revision: '6f1145bff34c' },
  {
    table: 'router_extra_attributes',
    column: 'enable_default_route_ecmp',
    since: '2023.2',
    revision: '89c58a70ceba',
  },
  { table: 'porthardwareoffloadtype', since: '2024.1', revision: '0e6eff810791' },
  { table: 'porttrusted', since: '2024.2', revision: '5bcb7b31ec7d' },
  { table: 'networks', column: 'qinq', since: '2025.1', revision: 'ad80a9f07c5c' },
  { table: 'networkpvlan', since: '2026.2', revision: 'bdae3a00c493' },
  { table: 'evpn_l3_instances', since: '2026.2', revision: 'a00aa97899c0' },
];
