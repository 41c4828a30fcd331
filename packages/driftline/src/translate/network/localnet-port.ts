import type { Network, Segment } from '../../neutron/model/network.ts';
import {
  type Cell,
  type Choice,
  type ColumnValue,
  choice,
  type DesiredRow,
  dated,
  exact,
  keys,
  refs,
} from '../../northbound/desired.ts';
import { localnetKey } from '../../northbound/keys.ts';
import type { NorthboundSchema, TranslationContext } from '../context.ts';
import { localnetPortName, logicalSwitchName } from '../names.ts';
import { writtenSince } from '../since.ts';

/** Segments on a physical network: the port that joins the switch to it. They change with their network. */
export function* localnetPortRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const segment of ctx.snapshot.segments.values()) {
    const { physicalNetwork } = segment;
    if (physicalNetwork === undefined) continue;
    const network = ctx.snapshot.networks.get(segment.networkId);
    const resource = { type: 'networks', id: segment.networkId } as const;
    if (network === undefined) {
      const message = `segment ${segment.id} has no network ${segment.networkId}; is the snapshot partial?`;
      ctx.faults.push({ resource, message });
      continue;
    }
    const name = localnetPortName(segment.id);
    yield {
      table: 'Logical_Switch_Port',
      key: name,
      aliases: [
        ...formerNames(ctx, network),
        localnetKey(logicalSwitchName(network.id), physicalNetwork, segment.segmentationId),
      ],
      resource,
      cells: {
        name: exact(name),
        type: exact('localnet'),
        addresses: exact(['unknown']),
        options: options(ctx, network, physicalNetwork),
        external_ids: keys({
          'neutron:provnet-physical-network': writtenSince(ctx, 'localnetPhysicalNetworkId', physicalNetwork),
        }),
        ...vlanTag(ctx, segment),
        enabled: exact(undefined),
        port_security: exact([]),
        parent_name: exact(undefined),
        dhcpv4_options: refs('DHCP_Options', []),
        dhcpv6_options: refs('DHCP_Options', []),
        ha_chassis_group: refs('HA_Chassis_Group', []),
      },
      listedIn: [{ table: 'Logical_Switch', column: 'ports', key: logicalSwitchName(network.id) }],
      // A driver allocates dynamic segments for single hosts, and Neutron may leave them out.
      ...(segment.isDynamic ? { presence: 'tolerated' } : {}),
    };
  }
}

/** Until Ussuri the port had its network's name; with one segment there is no doubt whose it was. */
function formerNames(ctx: TranslationContext, network: Network): readonly string[] {
  const physical = ctx.index.segmentsOfNetwork.of(network.id).filter((each) => each.physicalNetwork !== undefined);
  return physical.length === 1 ? [localnetPortName(network.id)] : [];
}

function options(ctx: TranslationContext, network: Network, physicalNetwork: string): Cell {
  const { ovn, ovs } = ctx.config;
  const flood = String(ovs.igmpFlood);
  const reports = String(ovs.igmpFloodReports);
  const isBroken = isFloodBroken(ctx.schema);
  return keys({
    network_name: physicalNetwork,
    // Where OVN floods wrongly, a task takes the one option off and switches the other on, until a port is made anew.
    mcast_flood: isBroken ? eitherOf(flood, undefined) : flood,
    mcast_flood_reports: isBroken ? eitherOf(reports, 'true') : reports,
    localnet_learn_fdb: ctx.features.has('localnetLearnFdb')
      ? dated(ovn.localnetLearnFdb ? 'localnetLearnFdb' : 'localnetLearnFdbOff', String(ovn.localnetLearnFdb))
      : undefined,
    // Neutron's spelling of 802.1ad, which OVN has learnt to read.
    ethtype: network.qinq ? '802.11ad' : undefined,
  });
}

/** OVN before Northbound schema 6.3.0 took `mcast_flood` for `mcast_flood_reports`. */
export function isFloodBroken({ version }: NorthboundSchema): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 6 || (major === 6 && minor < 3);
}

const eitherOf = (first: string, second: string | undefined): Choice<string | number> =>
  choice<string | number>(
    `${first}, or ${second ?? 'nothing'} by Neutron's own task`,
    (found) => found === first || found === second,
    () => first,
  );

/**
 * Neutron used to write `tag`; now it asks by `tag_request`, and ovn-northd answers in `tag`. A port of old has the
 * first alone, a port that northd has not seen the second.
 */
function vlanTag(ctx: TranslationContext, { segmentationId }: Segment): { tag_request: Cell; tag: Cell } {
  if (segmentationId === undefined) return { tag_request: exact(undefined), tag: exact(undefined) };
  const answered = choice<ColumnValue>(
    `${segmentationId}, or nothing while ovn-northd has not answered tag_request`,
    (found, row) => found === segmentationId || (found === undefined && row.tag_request === segmentationId),
    () => segmentationId,
  );
  if (ctx.features.has('tagRequest')) {
    return { tag_request: dated<ColumnValue>('tagRequest', segmentationId), tag: answered };
  }
  if (!ctx.features.maybe('tagRequest')) return { tag_request: exact(undefined), tag: exact(segmentationId) };
  const asked = choice<ColumnValue>(
    `${segmentationId}, or nothing: only later point releases write it`,
    (found) => found === undefined || found === segmentationId,
    () => undefined,
  );
  return { tag_request: asked, tag: answered };
}
