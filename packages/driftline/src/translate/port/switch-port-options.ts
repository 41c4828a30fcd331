/** `Logical_Switch_Port.options` of Neutron's ports. Neutron writes the map as a whole, so no key but these is its. */
import {
  type Absent,
  absent,
  type Cell,
  choice,
  dated,
  type KeyWant,
  type ObservedLookup,
} from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { logicalRouterPortName } from '../names.ts';
import { onceFor } from '../once.ts';
import { NO_QOS_OPTIONS, type QosOptions, qosOptions } from '../qos/port-qos.ts';
import { orAbsent } from '../since.ts';
import { anyOrder, isPermutation } from '../words.ts';
import { hasSwitchPort, isNetworkDevice } from './port-binding.ts';
import { activationStrategy, requestedChassis } from './requested-chassis.ts';
import type { SwitchPortFacts } from './switch-port-facts.ts';

type Options = Record<string, KeyWant>;

export function optionsCell(ctx: TranslationContext, facts: SwitchPortFacts): Cell {
  if (facts.type === 'router') return { is: 'keys', keys: routerOptions(ctx, facts) };
  const qos = qosOptions(ctx, facts.port);
  if (qos !== NO_QOS_OPTIONS || !isPlain(facts)) return { is: 'keys', keys: portOptions(ctx, facts, qos) };
  const shared = cellsOf(ctx, facts.type);
  const { host } = facts.binding;
  let cell = shared.get(host);
  if (cell === undefined) {
    cell = { is: 'keys', keys: portOptions(ctx, facts, qos) };
    shared.set(host, cell);
  }
  return cell;
}

/** All such ports of a type and host have the same options. */
const isPlain = ({ parameters, virtual, binding }: SwitchPortFacts): boolean =>
  (parameters.is === 'none' || parameters.is === 'subport') &&
  virtual === undefined &&
  binding.vnicType !== 'remote-managed' &&
  binding.profile.migrating_to === undefined;

const cellsOf = onceFor(() => new Map<string, Cell>());

const NEVER_ON_PORTS = { mcast_flood: absent, network_name: absent, localnet_learn_fdb: absent } as const;

function portOptions(ctx: TranslationContext, facts: SwitchPortFacts, qos: QosOptions): Options {
  const { parameters, type } = facts;
  const isVtep = parameters.is === 'vtep';
  const isPlugged = parameters.is === 'remote-managed' && type !== 'external';
  const options: Options = {
    'requested-chassis': requestedChassis(ctx, facts),
    'activation-strategy': activationStrategy(ctx, facts),
    'virtual-ip': absent,
    'virtual-parents': absent,
    'vtep-physical-switch': isVtep ? parameters.physicalSwitch : absent,
    'vtep-logical-switch': isVtep ? parameters.logicalSwitch : absent,
    'vif-plug-type': isPlugged ? 'representor' : absent,
    'vif-plug-mtu-request': isPlugged ? String(facts.network.mtu) : absent,
    'vif-plug:representor:pf-mac': isPlugged ? parameters.pfMac : absent,
    'vif-plug:representor:vf-num': isPlugged ? String(parameters.vfNumber) : absent,
    mcast_flood_reports: floodReports(ctx, facts),
    qos_max_rate: qos.qos_max_rate,
    qos_burst: qos.qos_burst,
    qos_min_rate: qos.qos_min_rate,
    'router-port': absent,
    'nat-addresses': absent,
    'exclude-lb-vips-from-garp': absent,
    ...NEVER_ON_PORTS,
  };
  if (facts.virtual !== undefined) addVirtual(facts, options);
  return options;
}

/** Joining the router writes the whole map; a later update of the port adds what ports have. */
function routerOptions(ctx: TranslationContext, { port, binding }: SwitchPortFacts): Options {
  const isGateway = port.deviceOwner === 'network:router_gateway';
  return {
    'router-port': logicalRouterPortName(port.id),
    'nat-addresses': isGateway ? 'router' : absent,
    'exclude-lb-vips-from-garp': isGateway ? 'true' : absent,
    'requested-chassis': orAbsent(
      binding.host === '' && ctx.features.has('requestedChassisOnlyWithHost') ? [] : ['', binding.host],
    ),
    mcast_flood_reports: ctx.features.has('noMcastFloodReportsOnPorts') ? NO_FLOOD_REPORTS : orAbsent(['true']),
    ...NEVER_ON_PORTS,
  };
}

const NO_FLOOD_REPORTS = dated<string | Absent>('noMcastFloodReportsOnPorts', absent, 'true');

/** OVN before Northbound schema 6.3.0 floods no reports to ports that do not ask. */
function floodReports(ctx: TranslationContext, { type }: SwitchPortFacts): KeyWant {
  if (type === 'vtep' || type === 'localport') return absent;
  if (ctx.features.has('noMcastFloodReportsOnPorts')) return isBefore63(ctx.schema.version) ? 'true' : NO_FLOOD_REPORTS;
  return ctx.features.maybe('noMcastFloodReportsOnPorts') ? floodReportsLikeOthers(ctx, '') : 'true';
}

const WITNESSES = 5;

/** The point releases that no longer write it take it from all ports when they start: a port alone can't be without. */
const floodReportsLikeOthers = onceFor((ctx, _): KeyWant => {
  const ports = [...ctx.snapshot.ports.values()].filter((port) => hasSwitchPort(port) && !isNetworkDevice(port));
  const step = Math.max(1, Math.floor(ports.length / WITNESSES));
  const witnesses = ports.filter((_port, at) => at % step === 0).map(({ id }) => id);
  const isOnOthers = (row: Readonly<Record<string, unknown>>, observed: ObservedLookup): boolean =>
    witnesses.some((id) => id !== row.name && hasReports(observed.row('Logical_Switch_Port', id)));
  return choice<string | number>(
    'true, or nothing on every port: later point releases took it away',
    (found, row, observed) => found === 'true' || (found === undefined && !isOnOthers(row, observed)),
    () => 'true',
  );
});

const hasReports = (row: Readonly<Record<string, unknown>> | undefined): boolean =>
  row?.options instanceof Map && row.options.has('mcast_flood_reports');

function isBefore63(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 6 || (major === 6 && minor < 3);
}

function addVirtual({ virtual, type }: SwitchPortFacts, options: Options): void {
  if (virtual === undefined) return;
  const { addresses, isCertain } = virtual;
  const [first] = addresses.filter(({ parents }) => parents.length > 0);
  const isOptional = !isCertain || type !== 'virtual';
  if (addresses.length === 1 && first !== undefined && first.occasionalParents.length === 0 && !isOptional) {
    options['virtual-ip'] = first.ip;
    options['virtual-parents'] = anyOrder(first.parents, ',');
    return;
  }
  const ips = addresses.map(({ ip }) => ip);
  options['virtual-ip'] = choice<string | number>(
    'an address that other ports may use',
    (found) => (found === undefined ? isOptional : ips.includes(String(found))),
    () => (isOptional ? undefined : first?.ip),
  );
  const possible = new Set(addresses.flatMap((it) => [...it.parents, ...it.occasionalParents]));
  options['virtual-parents'] = choice<string | number>(
    'the ports that may use the address',
    (found, row) => {
      const ip = row.options instanceof Map ? row.options.get('virtual-ip') : undefined;
      if (found === undefined) return ip === undefined && isOptional;
      const parents = String(found).split(',');
      const certain = addresses.find((address) => address.ip === ip)?.parents ?? [];
      return (
        isPermutation([...new Set(parents)].join(','), String(found), ',') &&
        parents.every((parent) => possible.has(parent)) &&
        certain.every((parent) => parents.includes(parent))
      );
    },
    () => (isOptional ? undefined : first?.parents.join(',')),
  );
}
