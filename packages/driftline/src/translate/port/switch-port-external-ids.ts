/** `Logical_Switch_Port.external_ids` of Neutron's ports. The map is shared: Octavia keeps keys of its own there. */
import type { Port, PortBinding } from '../../neutron/model/port.ts';
import { type Cell, choice, dated, type KeyWant } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { isIp } from '../ip.ts';
import { logicalSwitchName } from '../names.ts';
import { onceFor } from '../once.ts';
import { REVISION_KEY, revisionKey } from '../revision.ts';
import { writtenSince } from '../since.ts';
import { anyOrder } from '../words.ts';
import { capabilitiesOf, isOvnRouter } from './port-binding.ts';
import { truncated } from './switch-port-addresses.ts';
import type { SwitchPortFacts } from './switch-port-facts.ts';

export function externalIdsCell(ctx: TranslationContext, facts: SwitchPortFacts): Cell {
  const { port, binding } = facts;
  const keys: Record<string, KeyWant> = {
    'neutron:port_name': port.name,
    'neutron:device_id': port.deviceId,
    'neutron:device_owner': port.deviceOwner,
    'neutron:project_id': port.projectId,
    'neutron:cidrs': cidrs(ctx, facts),
    'neutron:network_name': switchNameOf(ctx, port.networkId),
    'neutron:security_group_ids': facts.isTrusted ? '' : securityGroups(ctx, port.securityGroupIds.join(' ')),
    [REVISION_KEY]: revisionKey(port),
    'neutron:host_id': hostId(ctx, facts),
    'neutron:port_fip': portFloatingIp(ctx, port),
  };
  const isVtep = facts.type === 'vtep';
  put(keys, 'neutron:subnet_pool_addr_scope4', scope(ctx, isVtep ? '' : scopeOf(ctx, port, 4)));
  put(keys, 'neutron:subnet_pool_addr_scope6', scope(ctx, isVtep ? '' : scopeOf(ctx, port, 6)));
  put(keys, 'neutron:vnic_type', vnicType(ctx, binding.vnicType));
  put(keys, 'neutron:port_capabilities', vnicType(ctx, capabilitiesOf(binding).join(';')));
  put(keys, 'neutron:mtu', mtu(ctx, facts));
  if (facts.type === 'virtual' && ctx.features.has('parentHostname')) {
    keys['neutron:parent_hostname'] = parentHostname(facts);
  }
  return { is: 'keys', keys };
}

function put(keys: Record<string, KeyWant>, key: string, want: KeyWant | undefined): void {
  if (want !== undefined) keys[key] = want;
}

const switchNameOf = onceFor((_ctx, networkId) => logicalSwitchName(networkId));
const securityGroups = onceFor((_ctx, ids) => anyOrder(ids === '' ? [] : ids.split(' '), ' '));
const scope = onceFor((ctx, id) => writtenSince(ctx, 'addressScopeIds', id));
const vnicType = onceFor((ctx, value) => writtenSince(ctx, 'vnicTypeAndCapabilities', value));
const mtuSince = onceFor((ctx, value) => writtenSince(ctx, 'portMtu', value));

function cidrs(ctx: TranslationContext, facts: SwitchPortFacts): KeyWant {
  const { port, type } = facts;
  if (type === 'vtep' || port.fixedIps.length === 0) return '';
  const all: string[] = [];
  for (const { subnetId, ipAddress } of port.fixedIps) {
    const cidr = ctx.snapshot.subnets.get(subnetId)?.cidr;
    if (cidr !== undefined) all.push(ipAddress + cidr.slice(cidr.indexOf('/')));
  }
  const [shorter] = truncated(ctx, facts);
  const wanted = anyOrder(all, ' ');
  if (shorter === undefined || typeof wanted !== 'object' || wanted.is !== 'choice') return wanted;
  const some = all.slice(0, shorter.split(' ').length - 1).join(' ');
  return { ...wanted, accepts: (found, row, observed) => found === some || wanted.accepts(found, row, observed) };
}

/** The scope of the last address's pool, as Neutron's loop leaves it. */
function scopeOf(ctx: TranslationContext, port: Port, ipVersion: 4 | 6): string {
  let scope = '';
  for (const { subnetId } of port.fixedIps) {
    const poolId = ctx.snapshot.subnets.get(subnetId)?.subnetPoolId;
    const pool = poolId === undefined ? undefined : ctx.snapshot.subnetPools.get(poolId);
    if (pool?.ipVersion === ipVersion && pool.addressScopeId !== undefined) scope = pool.addressScopeId;
  }
  return scope;
}

/** Written when OVN reports the port up, taken away when it reports it down; both may be missed. */
function hostId(ctx: TranslationContext, { port, binding }: SwitchPortFacts): KeyWant {
  const { features } = ctx;
  if (binding.host === '' || !(features.has('hostId') || features.maybe('hostId'))) return NO_HOST;
  return port.bindings.length === 1 ? onHost(ctx, binding.host) : onHosts(binding.host, port.bindings);
}

const onHost = onceFor((_ctx, host) => onHosts(host, [{ host }]));

const onHosts = (active: string, bindings: readonly Pick<PortBinding, 'host'>[]): KeyWant =>
  choice<string | number>(
    'the host of a binding, or nothing while the port is down',
    (found) => found === undefined || bindings.some(({ host }) => host === found),
    (row) => (row.up === true ? active : undefined),
  );

const NO_HOST = choice<string | number>(
  'nothing: the port is on no host',
  (found) => found === undefined,
  () => undefined,
);

/**
 * Its floating IP, for Octavia. Of several the last written; a disassociation through the router leaves the key there,
 * because Neutron's driver is called without the row's external_ids then.
 */
function portFloatingIp(ctx: TranslationContext, port: Port): KeyWant {
  const floatingIps = ctx.index.floatingIpsOfFixedPort.of(port.id);
  if (floatingIps.length === 0) return STALE_FLOATING_IP;
  const written = floatingIps.filter(({ routerId, fixedIpAddress }) => {
    const router = routerId === undefined ? undefined : ctx.snapshot.routers.get(routerId);
    return fixedIpAddress !== undefined && router !== undefined && isOvnRouter(ctx, router);
  });
  const [only] = written;
  if (only === undefined) return STALE_FLOATING_IP;
  if (written.length === 1) return only.floatingIpAddress;
  return choice<string | number>(
    "one of the port's floating IPs, or nothing after one was taken away",
    (found) => found === undefined || written.some(({ floatingIpAddress }) => floatingIpAddress === found),
    () => only.floatingIpAddress,
  );
}

const STALE_FLOATING_IP = choice<string | number>(
  'nothing, or a floating IP that the port had',
  (found) => found === undefined || isIp(String(found), 4),
  () => undefined,
);

function mtu(ctx: TranslationContext, { type, parameters, network }: SwitchPortFacts): KeyWant | undefined {
  if (parameters.is === 'remote-managed' && type !== 'external') return mtuSince(ctx, String(network.mtu));
  if (type === 'localport' && ctx.features.has('localportMtuOnly')) {
    // None: what Neutron's own repair writes, which passes the port without its network.
    return dated<string>('localportMtuOnly', String(network.mtu), '', undefined, 'None');
  }
  return mtuSince(ctx, '');
}

/** The chassis behind which the address was last seen; SQL has it in the binding's details. */
function parentHostname({ binding }: SwitchPortFacts): KeyWant {
  const host = binding.vifDetails.parent_hostname;
  if (typeof host === 'string') return host;
  return choice<string | number>(
    "nothing, or '' once it was seen nowhere",
    (found) => found === undefined || found === '',
    () => undefined,
  );
}
