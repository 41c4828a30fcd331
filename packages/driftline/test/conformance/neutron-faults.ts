import type { NeutronApi, Resource } from '../lab/neutron-api.ts';
import type { Deployment } from '../lab/populate.ts';
import { findTwin, YOUNGER_TWIN } from './changes/security.ts';
import { idIn } from './changes/step.ts';
import type { Found } from './live-neutron.ts';

/** A difference that Neutron 21.0.0 leaves behind: it wrote something else than its own logic says. */
export interface LiveFault extends Found {
  /** The upstream source or bug that proves it. */
  readonly proof: string;
}

/** After `changeEverything`, which deleted a rule that had a twin. Each is as wrong in the development branch of 2026.2. */
export async function faultsAfterChanges(
  api: NeutronApi,
  deployment: Deployment,
  deletedTwin: string,
): Promise<readonly LiveFault[]> {
  const { networks, ports, routers, subnets } = deployment;
  const named = await api.show('port', idIn(ports, 'stateful-named'));
  const unnamed = await api.show('port', idIn(ports, 'stateless-named'));
  const router = idIn(routers, 'snat');
  const inner = await portOn(api, { device_id: router }, idIn(subnets, 'slaac-v6'));
  const outside = await api.show('subnet', idIn(subnets, 'public-v6'));
  const domains =
    'LP#1777978: update_network in ovn_client.py rewrites no DNS record when dns_domain changes, as its own TODO says';
  const metadata = await portOn(api, { network_id: idIn(networks, 'vlan'), device_owner: 'network:distributed' });
  const [metadataAddress] = addressesOf(metadata);
  const ownOptions = (mapKey: string, found: string, wanted: string | null): LiveFault => ({
    table: 'DHCP_Options',
    key: `subnet:${idIn(subnets, 'vlan-v4')}|port:${idIn(ports, 'vlan-dhcp')}`,
    column: 'options',
    mapKey,
    found,
    wanted,
    proof:
      "_update_subnet_dhcp_options in ovn_client.py lays the row of a port with options of its own, as it is, over the subnet's new options: what the subnet changed (but for name servers) or lost stays as it was",
  });
  const group = idIn(deployment.securityGroups, 'web');
  const twin = await findTwin(api, deployment, YOUNGER_TWIN);
  return [
    {
      table: 'ACL',
      key: `pg_${group.replaceAll('-', '_')}|rule:${twin}`,
      column: 'external_ids',
      mapKey: 'neutron:security_group_rule_id',
      found: deletedTwin,
      wanted: twin,
      proof:
        '_process_sg_rule_notification in mech_driver.py leaves the ACL of a deleted rule alone where another rule has the same normalized CIDR (_sg_has_rules_with_same_normalized_cidr), and with it the id of the deleted one',
    },
    ownOptions('server_id', '10.0.1.1', metadataAddress ?? ''),
    ownOptions(
      'classless_static_route',
      `{169.254.169.254/32,${metadataAddress}, 0.0.0.0/0,10.0.1.1}`,
      `{169.254.169.254/32,${metadataAddress}}`,
    ),
    ownOptions('router', '10.0.1.1', null),
    {
      table: 'DNS',
      key: `neutron-${idIn(networks, 'stateful')}`,
      column: 'records',
      mapKey: 'host-stateful.moved.example.org',
      found: null,
      wanted: addressesOf(named).join(' '),
      proof: domains,
    },
    {
      table: 'DNS',
      key: `neutron-${idIn(networks, 'stateless')}`,
      column: 'records',
      mapKey: 'host-stateless.stateless.example.org',
      found: addressesOf(unnamed).join(' '),
      wanted: null,
      proof: domains,
    },
    {
      table: 'Logical_Router_Port',
      key: `lrp-${inner.id}`,
      column: 'ipv6_ra_configs',
      mapKey: 'mtu',
      found: '1442',
      wanted: '1380',
      proof:
        'update_network in ovn_client.py carries a new MTU to subnets, and by set_gateway_mtu to the options of gateway ports; _get_nets_and_ipv6_ra_confs_for_router_port, which puts it in the advertisements, runs only when the router port itself changes',
    },
    {
      table: 'Logical_Router_Static_Route',
      key: `neutron-${router}|::/0|${outside.gateway_ip}`,
      column: '',
      found: 'delete',
      wanted: 'orphan',
      proof:
        '_check_external_ips_changed in ovn_client.py asks whether a subnet of the gateway has no default route yet, never whether a default route has no subnet any more: update_router leaves that of a subnet that the gateway left',
    },
  ];
}

function addressesOf(port: Resource): readonly string[] {
  return (port.fixed_ips as readonly { readonly ip_address: string }[]).map(({ ip_address }) => ip_address).toSorted();
}

async function portOn(api: NeutronApi, filter: Readonly<Record<string, string>>, subnet?: string): Promise<Resource> {
  const ports = await api.list('port', filter);
  const found = ports.find(
    ({ fixed_ips }) =>
      subnet === undefined ||
      (fixed_ips as readonly { readonly subnet_id: string }[]).some(({ subnet_id }) => subnet_id === subnet),
  );
  if (found === undefined) throw new Error(`Neutron has no port of ${JSON.stringify(filter)} on ${subnet}`);
  return found;
}
