/** `Logical_Switch_Port.options` of Neutron's ports. Neutron writes the map as a whole, so no key but these is its. */
import { type Absent, absent, type Cell, type Choice, choice, dated, type KeyWant } from '../northbound/desired.ts';
import type { TranslationContext } from './context.ts';
import { logicalRouterPortName } from './names.ts';
import { hasSwitchPort, isNetworkDevice } from './port-binding.ts';
import { type QosOptions, qosOptions } from './port-qos.ts';
import { activationStrategy, requestedChassis } from './requested-chassis.ts';
import { orAbsent } from './since.ts';
import type { SwitchPortFacts } from './switch-port-facts.ts';
import { anyOrder, isPermutation } from './words.ts';

type Options = Record<string, KeyWant>;
type KeyChoice = Choice<string | number>;

export function optionsCell(ctx: TranslationContext, facts: SwitchPortFacts): Cell {
  const qos = qosOptions(ctx, facts.port);
  return { is: 'keys', keys: facts.type === 'router' ? routerOptions(ctx, facts) : portOptions(ctx, facts, qos) };
}

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
  return ctx.features.maybe('noMcastFloodReportsOnPorts') ? floodReportsLikeOthers(ctx) : 'true';
}

const WITNESSES = 5;
const likeOthers = new WeakMap<TranslationContext, KeyChoice>();

/** The point releases that no longer write it take it from all ports when they start: a port alone can't be without. */
function floodReportsLikeOthers(ctx: TranslationContext): KeyChoice {
  const known = likeOthers.get(ctx);
  if (known !== undefined) return known;
  const ports = [...ctx.snapshot.ports.values()].filter((port) => hasSwitchPort(port) && !isNetworkDevice(port));
  const step = Math.max(1, Math.floor(ports.length / WITNESSES));
  const witnesses = ports.filter((_, at) => at % step === 0).map(({ id }) => id);
  const like = choice<string | number>(
    'true, or nothing on every port: later point releases took it away',
    (found, row, observed) =>
      found === 'true' ||
      (found === undefined &&
        !witnesses.some((id) => id !== row.name && hasReports(observed.row('Logical_Switch_Port', id)))),
    () => 'true',
  );
  likeOthers.set(ctx, like);
  return like;
}

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
