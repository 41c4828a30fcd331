import type { NorthboundRow } from 'driftline/plugin';

/** What the provider notes of a load balancer in `external_ids`; a balancer has a row for each protocol. */
export interface Balancer {
  /** Octavia's id. */
  readonly id: string;
  readonly vip: string | undefined;
  /** Of the VIP and of the additional VIPs. */
  readonly vipPortIds: readonly string[];
  /** `neutron-NETWORK`: the switches of the VIP and of the members. */
  readonly switches: readonly string[];
  /** `neutron-ROUTER`: routers on whose networks the VIP is reached. */
  readonly routers: readonly string[];
}

/** Which of the provider's keys a row has; undefined: it is none of its rows. */
export function findMark(row: NorthboundRow): string | undefined {
  const ids = externalIdsOf(row);
  // Neutron's own port forwardings are load balancers too.
  if (ids.get('neutron:device_owner') === 'port_forwarding_plugin') return undefined;
  return ids.keys().find((key) => MARKS.has(key) || /^(?:listener|pool)_/.test(key));
}

const MARKS: ReadonlySet<string> = new Set([
  'neutron:vip',
  'neutron:vip_port_id',
  'neutron:vip_fip',
  'neutron:additional_vips',
  'neutron:additional_vip_port_ids',
  'neutron:member_status',
  'octavia:healthmonitors',
  'ls_refs',
  'lr_ref',
]);

export function readBalancer(row: NorthboundRow): Balancer {
  const ids = externalIdsOf(row);
  return {
    id: String(row.name),
    vip: ids.get('neutron:vip'),
    vipPortIds: [...listOf(ids.get('neutron:vip_port_id')), ...listOf(ids.get('neutron:additional_vip_port_ids'))],
    switches: Object.keys(countsOf(ids.get('ls_refs'))),
    routers: listOf(ids.get('lr_ref')),
  };
}

export function externalIdsOf({ external_ids }: NorthboundRow): ReadonlyMap<string, string> {
  return external_ids instanceof Map ? external_ids : new Map();
}

const listOf = (text = ''): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** JSON: how many VIPs and members each switch has. The provider takes what it can't read for nothing, too. */
function countsOf(text = ''): object {
  try {
    const counts: unknown = JSON.parse(text);
    return typeof counts === 'object' && counts !== null ? counts : {};
  } catch {
    return {};
  }
}
