import type { Network, Segment } from '../../neutron/model/network.ts';
import { choice, type DesiredRow, dated, exact, type KeyWant, keys } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { logicalSwitchName } from '../names.ts';
import { REVISION_KEY, revisionKey } from '../revision.ts';
import { writtenSince } from '../since.ts';

/** Networks. Their ports, DNS rows, QoS rows and balancers list themselves. */
export function* logicalSwitchRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const network of ctx.snapshot.networks.values()) {
    const name = logicalSwitchName(network.id);
    yield {
      table: 'Logical_Switch',
      key: name,
      resource: { type: 'networks', id: network.id },
      ...(ctx.features.has('switchUuidIsNetworkId') ? { uuid: network.id } : {}),
      cells: { name: exact(name), external_ids: externalIds(ctx, network), other_config: otherConfig(ctx, network) },
      listedIn: [],
    };
  }
}

const externalIds = (ctx: TranslationContext, network: Network) =>
  keys({
    'neutron:network_name': network.name,
    'neutron:mtu': String(network.mtu),
    [REVISION_KEY]: revisionKey(network),
    'neutron:availability_zone_hints': joinHints(ctx, network.availabilityZoneHints),
    'neutron:provnet-network-type': networkType(ctx, network),
    'neutron:provnet-physical-network': physicalNetwork(ctx, network),
  });

/** Neutron falls back on the deployment's own zones wherever it asks for a resource's hints. */
export function joinHints(ctx: TranslationContext, hints: readonly string[]): string {
  return (hints.length > 0 ? hints.toSorted() : ctx.config.defaultAvailabilityZones).join(',');
}

/**
 * The segment that makes Neutron's API show provider attributes: the network's only one. Dynamic segments, which a
 * driver allocates for single hosts, do not count.
 */
export function providerSegment(ctx: TranslationContext, network: Network): Segment | undefined {
  const segments = ctx.index.segmentsOfNetwork.of(network.id).filter(({ isDynamic }) => !isDynamic);
  return segments.length === 1 ? segments[0] : undefined;
}

function networkType(ctx: TranslationContext, network: Network): KeyWant | undefined {
  const segment = providerSegment(ctx, network);
  if (segment !== undefined) return writtenSince(ctx, 'networkType', segment.networkType);
  if (!ctx.features.has('networkType') && !ctx.features.maybe('networkType')) return undefined;
  // The API shows no type, which becomes ''; the task that adds the key to old rows takes any segment's.
  const types = ctx.index.segmentsOfNetwork.of(network.id).map((each) => each.networkType);
  const isOptional = !ctx.features.has('networkType');
  return choice<string | number>(
    "'' or the type of one of the network's segments",
    (found) => found === '' || types.includes(String(found)) || (isOptional && found === undefined),
    () => '',
  );
}

function physicalNetwork(ctx: TranslationContext, network: Network): KeyWant | undefined {
  const segment = providerSegment(ctx, network);
  if (segment?.physicalNetwork !== undefined) return writtenSince(ctx, 'physicalNetworkId', segment.physicalNetwork);
  if (segment !== undefined || !ctx.features.has('physicalNetworkId')) return undefined;
  const physicalNetworks = ctx.index.segmentsOfNetwork.of(network.id).map((each) => each.physicalNetwork);
  return choice<string | number>(
    "nothing, or the physical network of one of the network's segments",
    (found) => found === undefined || physicalNetworks.includes(String(found)),
    () => undefined,
  );
}

function otherConfig(ctx: TranslationContext, network: Network) {
  const { ovn, ovs } = ctx.config;
  const isProvider = providerSegment(ctx, network)?.physicalNetwork !== undefined;
  return keys({
    mcast_snoop: String(ovs.igmpSnoopingEnable),
    mcast_flood_unregistered: String(ovs.igmpFloodUnregistered),
    'vlan-passthru': String(network.vlanTransparent || network.qinq),
    fdb_age_threshold:
      isProvider && ctx.features.has('fdbAging') ? dated('fdbAging', String(ovn.fdbAgeThresholdS)) : undefined,
    'broadcast-arps-to-all-routers': ctx.features.has('broadcastArps') ? broadcastArps(ctx, network) : undefined,
  });
}

/**
 * Neutron's task writes True and False where the driver writes true and false; OVN reads both. A network that is no
 * longer external keeps the key.
 */
function broadcastArps(ctx: TranslationContext, network: Network): KeyWant {
  const wanted = String(ctx.config.ovn.broadcastArpsToAllRouters);
  if (!network.external) {
    return choice<string | number>(
      'nothing, or a truth value from when the network was external',
      (found) => found === undefined || ['true', 'false'].includes(String(found).toLowerCase()),
      () => undefined,
    );
  }
  return choice<string | number>(
    `${wanted}, in any case`,
    (found) => String(found).toLowerCase() === wanted,
    () => wanted,
    { feature: 'broadcastArps', accepts: (found) => found === undefined },
  );
}
