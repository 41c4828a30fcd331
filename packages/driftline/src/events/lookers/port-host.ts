import type { NeutronConnection } from '../../neutron/connect.ts';
import { featuresOf } from '../../neutron/features.ts';
import { type PortHost, readPortHosts } from '../../neutron/port-hosts.ts';
import type { Release } from '../../neutron/release-name.ts';
import type { Finding, Looker } from '../looker.ts';
import { elementsOf, type RowLookup, valueAt } from '../row-events.ts';

export interface PortHostOptions {
  readonly southbound: RowLookup;
  readonly release: Release;
  readonly neutron: NeutronConnection;
}

interface Place {
  /** Undefined where no chassis has claimed it. */
  readonly host: string | undefined;
  readonly kind: 'gateway' | 'virtual';
}

/**
 * The host that Neutron has for a gateway port or a virtual port, against the chassis that has claimed it. Only told:
 * upstream updates the port through its own API, where mechanism drivers bind it, and that is Neutron's to do.
 */
export function lookAtPortHost({ southbound, release, neutron }: PortHostOptions): Looker<'port-host'> {
  const keepsVirtualHost = !featuresOf(release).has('parentHostname');
  return async (looks, { signal }) => {
    const ids = looks.map(({ portId }) => portId);
    const ports = await neutron.read((transaction) => readPortHosts(transaction, ids), { signal });
    const byId = new Map(ports.map((port) => [port.portId, port]));
    return looks.map((look): Finding => {
      const port = byId.get(look.portId);
      const place = placeOf(look.portId, southbound);
      if (port === undefined || place === undefined) return { look, is: 'left' };
      // Since 2026.2 the engine keeps it in the Northbound instead.
      if (place.kind === 'virtual' && !keepsVirtualHost) return { look, is: 'left' };
      const message = differenceOf(port, place);
      return message === undefined ? { look, is: 'right' } : { look, is: 'differs', message };
    });
  };
}

/** undefined: the Southbound has no row of either kind for the port. */
function placeOf(portId: string, southbound: RowLookup): Place | undefined {
  const [gateway] = southbound.find('Port_Binding', 'logical_port', `cr-lrp-${portId}`);
  const [port] = southbound.find('Port_Binding', 'logical_port', portId);
  const row = gateway ?? port;
  if (row === undefined || (gateway === undefined && row.type !== 'virtual')) return undefined;
  const isClaimed = gateway !== undefined || valueAt(row, 'options', 'virtual-parents') !== undefined;
  const [chassis = ''] = isClaimed ? elementsOf(row, 'chassis') : [];
  const hostname = southbound.get('Chassis', chassis)?.hostname;
  return {
    host: hostname === undefined ? undefined : String(hostname),
    kind: gateway === undefined ? 'virtual' : 'gateway',
  };
}

function differenceOf(port: PortHost, { host, kind }: Place): string | undefined {
  const of = `${kind} port ${port.portId}`;
  if (kind === 'gateway') {
    // An internal port may be bound to a chassis too; Neutron binds gateways alone.
    if (port.deviceOwner !== 'network:router_gateway') return undefined;
    const status = host === undefined ? 'DOWN' : 'ACTIVE';
    if (port.status !== status) {
      return `${of} is ${port.status} in Neutron, and OVN has it ${host === undefined ? 'nowhere' : `on ${host}`}`;
    }
    if (host === undefined) return undefined;
  }
  const wanted = host ?? '';
  if (port.host === wanted) return undefined;
  return `${of} is on ${port.host || 'no host'} in Neutron, and on ${wanted || 'none'} in OVN`;
}
