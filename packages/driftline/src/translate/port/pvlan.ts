/**
 * Private VLANs (2026.2): ports of one network that may talk only to its promiscuous ports, or within their community.
 * A common group drops what the network's own groups do not allow, before security groups are asked.
 */
import type { Network } from '../../neutron/model/network.ts';
import type { Port } from '../../neutron/model/port.ts';
import { type DesiredRow, exact, keys, type ResourceRef } from '../../northbound/desired.ts';
import { aclKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { pvlanDropGroupName, pvlanGroupName } from '../names.ts';
import { UNLOGGED_CELLS } from '../security/acl-log.ts';

const DROP_PRIORITY = 1010;
const NETWORK_PRIORITY = 1011;
const COMMUNITY_PRIORITY = 1012;

/** The port groups that a private VLAN puts a port into. */
export function pvlanGroupsOf(ctx: TranslationContext, port: Port): readonly string[] {
  if (port.pvlan === undefined || ctx.index.networkOf(port)?.pvlan !== true) return [];
  return [pvlanDropGroupName, pvlanGroupName(port.networkId, port.pvlan.type, port.pvlan.community)];
}

export function* pvlanRows(ctx: TranslationContext): Iterable<DesiredRow> {
  if (!ctx.features.has('pvlan')) return;
  const unit = { type: 'deployment', id: pvlanDropGroupName } as const;
  // Like neutron_pg_drop it is made when the API starts, used or not.
  yield { ...portGroup(pvlanDropGroupName, unit, {}), feature: 'pvlan' };
  for (const [direction, port] of [
    ['from-lport', 'inport'],
    ['to-lport', 'outport'],
  ] as const) {
    const match = `${port} == @${pvlanDropGroupName} && ip`;
    const drop = { group: pvlanDropGroupName, direction, match, priority: DROP_PRIORITY, action: 'drop' } as const;
    yield { ...acl(drop, unit, {}), feature: 'pvlan' };
  }
  for (const network of ctx.snapshot.networks.values()) {
    if (network.pvlan) yield* networkRows(ctx, network);
  }
}

function* networkRows(ctx: TranslationContext, { id }: Network): Iterable<DesiredRow> {
  const resource = { type: 'networks', id } as const;
  const marks = { 'neutron:network_id': id };
  const isolated = pvlanGroupName(id, 'isolated');
  const promiscuous = pvlanGroupName(id, 'promiscuous');
  const allow = (group: string, direction: Direction, match: string, priority = NETWORK_PRIORITY): DesiredRow =>
    acl({ group, direction, match, priority, action: 'allow-stateless' }, resource, marks);

  yield portGroup(isolated, resource, marks);
  yield allow(isolated, 'to-lport', fromTo(promiscuous, isolated));
  yield portGroup(promiscuous, resource, marks);
  yield allow(promiscuous, 'to-lport', `outport == @${promiscuous}`);
  yield allow(promiscuous, 'from-lport', `inport == @${promiscuous}`);
  yield allow(promiscuous, 'from-lport', `inport == @${isolated}`);

  // A community is there as long as a port is in it.
  for (const name of communitiesOf(ctx, id)) {
    const community = pvlanGroupName(id, 'community', name);
    yield portGroup(community, resource, marks);
    yield allow(community, 'to-lport', fromTo(community, community), COMMUNITY_PRIORITY);
    yield allow(community, 'to-lport', fromTo(promiscuous, community), COMMUNITY_PRIORITY);
    yield allow(promiscuous, 'from-lport', `inport == @${community}`);
  }
}

function communitiesOf(ctx: TranslationContext, networkId: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { pvlan } of ctx.index.portsOfNetwork.of(networkId)) {
    if (pvlan?.type === 'community' && pvlan.community !== undefined) names.add(pvlan.community);
  }
  return names;
}

/** By port on the same chassis, by address from another, where the port it came in by is not known. */
const fromTo = (source: string, destination: string): string =>
  `outport == @${destination} && (inport == @${source} || ip4.src == $${source}_ip4 || ip6.src == $${source}_ip6)`;

const portGroup = (name: string, resource: ResourceRef, marks: Readonly<Record<string, string>>): DesiredRow => ({
  table: 'Port_Group',
  key: name,
  resource,
  cells: { name: exact(name), external_ids: keys(marks) },
  listedIn: [],
});

type Direction = 'from-lport' | 'to-lport';

interface Wanted {
  readonly group: string;
  readonly direction: Direction;
  readonly priority: number;
  readonly match: string;
  readonly action: 'drop' | 'allow-stateless';
}

const acl = (wanted: Wanted, resource: ResourceRef, marks: Readonly<Record<string, string>>): DesiredRow => ({
  table: 'ACL',
  key: aclKey(wanted.group, wanted.direction, wanted.priority, wanted.match),
  resource,
  cells: {
    priority: exact(wanted.priority),
    direction: exact(wanted.direction),
    match: exact(wanted.match),
    action: exact(wanted.action),
    external_ids: keys(marks),
    ...UNLOGGED_CELLS,
  },
  listedIn: [{ table: 'Port_Group', column: 'acls', key: wanted.group }],
});
