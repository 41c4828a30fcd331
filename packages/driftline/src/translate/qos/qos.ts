/** QoS rows: ports' policies (their own or their network's), floating IPs' and router gateways'. */
import type { Port } from '../../neutron/model/port.ts';
import type { QosPolicy } from '../../neutron/model/qos.ts';
import type { FloatingIp, Router } from '../../neutron/model/router.ts';
import {
  type Cell,
  type ColumnValue,
  choice,
  type DesiredRow,
  dated,
  exact,
  keys,
  type ResourceRef,
} from '../../northbound/desired.ts';
import { qosContentKey, qosKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { logicalRouterPortName, logicalSwitchName } from '../names.ts';
import { isOvnRouter } from '../port/port-binding.ts';
import {
  effectivePolicy,
  egressLimiter,
  limitsOf,
  QOS_DIRECTIONS,
  type QosDirection,
  type QosLimits,
} from './port-qos.ts';

export function* qosRows(ctx: TranslationContext): Iterable<DesiredRow> {
  if (ctx.snapshot.qosPolicies.size === 0) return;
  for (const port of ctx.snapshot.ports.values()) yield* portRows(ctx, port);
  for (const floatingIp of ctx.snapshot.floatingIps.values()) yield* floatingIpRows(ctx, floatingIp);
  for (const router of ctx.snapshot.routers.values()) yield* gatewayRows(ctx, router);
}

const PRIORITY = 2002;
const FLOATING_IP_PRIORITY = 2003;

/** What one row needs; `match` completes `inport == "PORT"`. */
interface Limited {
  /** `port:ID`, `fip:ID` or `router:ID`. */
  readonly owner: string;
  readonly ownerKey: 'neutron:port_id' | 'neutron:fip_id' | 'neutron:router_id';
  readonly ownerId: string;
  readonly resource: ResourceRef;
  readonly switchName: string;
  readonly portId: string;
  readonly match: (direction: QosDirection) => string;
  readonly priority: number;
  readonly priorityCell: Cell;
  readonly presence?: 'tolerated';
}

const NO_MORE = (): string => '';
const DEFAULT_PRIORITY = exact(PRIORITY);

function* portRows(ctx: TranslationContext, port: Port): Iterable<DesiredRow> {
  const policy = effectivePolicy(ctx, port);
  if (policy === undefined || port.deviceOwner === 'network:floatingip') return;
  const limited: Limited = {
    owner: `port:${port.id}`,
    ownerKey: 'neutron:port_id',
    ownerId: port.id,
    resource: { type: 'ports', id: port.id },
    switchName: logicalSwitchName(port.networkId),
    portId: port.id,
    match: NO_MORE,
    priority: PRIORITY,
    priorityCell: DEFAULT_PRIORITY,
  };
  for (const direction of QOS_DIRECTIONS) {
    const limits = limitsOf(policy, direction);
    const limiter = direction === 'egress' ? egressLimiter(ctx, port, limits) : 'row';
    if (limiter === 'row') yield* rowOf(limited, direction, limits);
    else if (limiter === 'options') yield* rowOf(limited, direction, withoutBandwidth(limits));
    else yield* eitherRow(limited, direction, limits);
  }
}

const withoutBandwidth = (limits: QosLimits): QosLimits => ({ ...limits, maxKbps: 0, maxBurstKbps: 0 });

/** The bandwidth may stand in the switch port's options instead: the row has it or not, and is there for it or not. */
function* eitherRow(limited: Limited, direction: QosDirection, limits: QosLimits): Iterable<DesiredRow> {
  const isNeeded = limits.dscpMark !== undefined;
  for (const row of rowOf(isNeeded ? limited : { ...limited, presence: 'tolerated' }, direction, limits)) {
    const { bandwidth: _, ...cells } = row.cells;
    yield { ...row, cells: isNeeded ? cells : row.cells };
  }
}

function* rowOf(limited: Limited, direction: QosDirection, limits: QosLimits): Iterable<DesiredRow> {
  const { maxKbps, maxBurstKbps, dscpMark } = limits;
  if (maxKbps === 0 && dscpMark === undefined) return;
  const { owner, switchName, priority } = limited;
  const ovnDirection = direction === 'egress' ? 'from-lport' : 'to-lport';
  const match = `${direction === 'egress' ? 'inport' : 'outport'} == "${limited.portId}"${limited.match(direction)}`;
  yield {
    table: 'QoS',
    key: qosKey(owner, switchName, ovnDirection),
    aliases: [qosContentKey(switchName, ovnDirection, priority, match)],
    resource: limited.resource,
    cells: {
      direction: exact(ovnDirection),
      priority: limited.priorityCell,
      match: exact(match),
      bandwidth: keys({
        rate: maxKbps === 0 ? undefined : maxKbps,
        burst: maxKbps === 0 || maxBurstKbps === 0 ? undefined : maxBurstKbps,
      }),
      action: keys({ dscp: dscpMark }),
      external_ids: keys({ [limited.ownerKey]: limited.ownerId }),
    },
    listedIn: [{ table: 'Logical_Switch', column: 'qos_rules', key: switchName }],
    ...(limited.presence === undefined ? {} : { presence: limited.presence }),
  };
}

const policyOf = (ctx: TranslationContext, ...ids: readonly (string | undefined)[]): QosPolicy | undefined => {
  const id = ids.find((each) => each !== undefined);
  return id === undefined ? undefined : ctx.snapshot.qosPolicies.get(id);
};

/** On the external network, where the address enters and leaves. */
function* floatingIpRows(ctx: TranslationContext, floatingIp: FloatingIp): Iterable<DesiredRow> {
  const { id, floatingIpAddress, floatingNetworkId, fixedPortId } = floatingIp;
  const router = floatingIp.routerId === undefined ? undefined : ctx.snapshot.routers.get(floatingIp.routerId);
  const gatewayPortId = router?.gatewayPortId;
  if (router === undefined || gatewayPortId === undefined || !isOvnRouter(ctx, router)) return;
  const policy = policyOf(ctx, floatingIp.qosPolicyId, ctx.snapshot.networks.get(floatingNetworkId)?.qosPolicyId);
  if (policy === undefined) return;
  const residentPort = ctx.config.ovn.enableDistributedFloatingIp
    ? fixedPortId
    : `cr-${logicalRouterPortName(gatewayPortId)}`;
  const limited: Limited = {
    owner: `fip:${id}`,
    ownerKey: 'neutron:fip_id',
    ownerId: id,
    resource: { type: 'floatingips', id },
    switchName: logicalSwitchName(floatingNetworkId),
    portId: gatewayPortId,
    match: (direction) =>
      residentPort === undefined
        ? ''
        : ` && ip4.${direction === 'egress' ? 'src' : 'dst'} == ${floatingIpAddress} && is_chassis_resident("${residentPort}")`,
    priority: ctx.features.has('qosFipPriority') ? FLOATING_IP_PRIORITY : PRIORITY,
    priorityCell: floatingIpPriority(ctx),
    // With only port forwardings it gets its rows when something else makes Neutron write it.
    ...(fixedPortId === undefined ? { presence: 'tolerated' } : {}),
  };
  for (const direction of QOS_DIRECTIONS) yield* rowOf(limited, direction, limitsOf(policy, direction));
}

function floatingIpPriority({ features }: TranslationContext): Cell {
  if (features.has('qosFipPriority')) return dated<ColumnValue>('qosFipPriority', FLOATING_IP_PRIORITY, PRIORITY);
  if (!features.maybe('qosFipPriority')) return DEFAULT_PRIORITY;
  return choice<ColumnValue>(
    `${PRIORITY}, or ${FLOATING_IP_PRIORITY} from a later point release`,
    (found) => found === PRIORITY || found === FLOATING_IP_PRIORITY,
    () => PRIORITY,
  );
}

function* gatewayRows(ctx: TranslationContext, router: Router): Iterable<DesiredRow> {
  const { id, gatewayPortId } = router;
  const port = gatewayPortId === undefined ? undefined : ctx.snapshot.ports.get(gatewayPortId);
  if (port === undefined || !isOvnRouter(ctx, router)) return;
  const policy = policyOf(ctx, router.gatewayQosPolicyId, ctx.index.networkOf(port)?.qosPolicyId);
  if (policy === undefined) return;
  const limited: Limited = {
    owner: `router:${id}`,
    ownerKey: 'neutron:router_id',
    ownerId: id,
    resource: { type: 'routers', id },
    switchName: logicalSwitchName(port.networkId),
    portId: port.id,
    match: NO_MORE,
    priority: PRIORITY,
    priorityCell: DEFAULT_PRIORITY,
  };
  for (const direction of QOS_DIRECTIONS) yield* rowOf(limited, direction, limitsOf(policy, direction));
}
