import type { Port } from '../../neutron/model/port.ts';
import { choice, type DesiredRow, type KeyWant, keys } from '../../northbound/desired.ts';
import { dnsKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { logicalSwitchName } from '../names.ts';
import { hasSwitchPort } from '../port/port-binding.ts';
import { anyOrder, isPermutation } from '../words.ts';
import { type DnsRecords, hasDnsExtension, portDnsRecords } from './dns-records.ts';

/**
 * One row for each network: the names of its ports. Neutron makes it for the first name and never deletes it before the
 * network, so that a network without names may have an empty one.
 */
export function* dnsRows(ctx: TranslationContext): Iterable<DesiredRow> {
  if (!ctx.schema.hasTable('DNS')) return;
  const namedPorts = namedPortsByNetwork(ctx);
  for (const network of ctx.snapshot.networks.values()) {
    const switchName = logicalSwitchName(network.id);
    const ports = namedPorts.get(network.id);
    const records = ports?.map((port) => portDnsRecords(ctx.config.dnsDomain, port, network));
    yield {
      table: 'DNS',
      key: dnsKey(switchName),
      resource: { type: 'networks', id: network.id },
      cells: {
        records: keys(records === undefined ? {} : mergeRecords(records)),
        external_ids: keys({ ls_name: switchName }),
        options: keys({ 'ovn-owned': ovnOwned(ctx) }),
      },
      listedIn: [{ table: 'Logical_Switch', column: 'dns_records', key: switchName }],
      presence: ports === undefined ? 'tolerated' : 'required',
    };
  }
}

function namedPortsByNetwork(ctx: TranslationContext): ReadonlyMap<string, readonly Port[]> {
  const named = new Map<string, Port[]>();
  if (!hasDnsExtension(ctx.config.extensionDrivers)) return named;
  for (const port of ctx.snapshot.ports.values()) {
    if (port.dns === undefined || port.dns.dnsName === '' || port.deviceId === '') continue;
    if (port.fixedIps.length === 0 || !hasSwitchPort(port)) continue;
    const ports = named.get(port.networkId);
    if (ports === undefined) named.set(port.networkId, [port]);
    else ports.push(port);
  }
  return named;
}

/**
 * Neutron writes each port's records without a look at the others: of ports that share a name one prevails, the last
 * that was written. Addresses stand in the order of the request or of SQL.
 */
function mergeRecords(records: readonly DnsRecords[]): Record<string, KeyWant> {
  const claims = new Map<string, (readonly string[])[]>();
  for (const [name, answer] of records.flatMap((each) => [...each])) {
    const others = claims.get(name);
    if (others === undefined) claims.set(name, [answer]);
    else others.push(answer);
  }
  const wants: Record<string, KeyWant> = {};
  for (const [name, answers] of claims) {
    const [first = [], ...others] = answers;
    wants[name] = others.length === 0 ? anyOrder(first, ' ') : answerOfOne(answers);
  }
  return wants;
}

const answerOfOne = (answers: readonly (readonly string[])[]): KeyWant =>
  choice<string | number>(
    'the answer for one of the ports that share the name',
    (found) => answers.some((answer) => isPermutation(String(found), answer.join(' '), ' ')),
    () => answers.at(-1)?.join(' '),
  );

/** Neutron forgets the option when it makes the row, which is as good as false. */
function ovnOwned(ctx: TranslationContext): KeyWant | undefined {
  if (!ctx.features.has('dnsOvnOwned')) return undefined;
  if (ctx.config.ovn.dnsRecordsOvnOwned) return 'true';
  return choice<string | number>(
    'false, or nothing',
    (found) => found === undefined || found === 'false',
    () => 'false',
  );
}
