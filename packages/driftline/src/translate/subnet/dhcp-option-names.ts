import type { FeatureName, Features } from '../../neutron/features.ts';
import type { IpVersion } from '../ip.ts';

/** What an extra DHCP option of a port is called in OVN. */
export interface DhcpOptionName {
  readonly name: string;
  /** The feature that brought it, where the first release did not have it. */
  readonly feature?: FeatureName;
}

/**
 * The OVN option for a name or number as given in Neutron's API. undefined: OVN has none, or this release does not know
 * it, and Neutron leaves it out.
 *
 * Source: SUPPORTED_DHCP_OPTS_MAPPING and SUPPORTED_BM_DHCP_OPTS_MAPPING in neutron/common/ovn/constants.py.
 */
export function dhcpOptionName(
  given: string,
  version: IpVersion,
  isBaremetal: boolean,
  features: Features,
): DhcpOptionName | undefined {
  const names = version === 4 ? IPV4 : IPV6;
  const baremetal = version === 4 ? BAREMETAL_IPV4 : BAREMETAL_IPV6;
  const found = names.get(given) ?? (isBaremetal ? baremetal.get(given) : undefined);
  if (found?.feature === undefined) return found;
  return features.has(found.feature) || features.maybe(found.feature) ? found : undefined;
}

/** OVN wants these in quotation marks, or it takes them for variables. */
export const isTextOption = (name: string): boolean => TEXT_OPTIONS.has(name);
const TEXT_OPTIONS: ReadonlySet<string> = new Set([
  'domain_name',
  'domain_search_list',
  'bootfile_name',
  'bootfile_name_alt',
  'path_prefix',
  'wpad',
  'tftp_server',
]);

/** What the configuration's global options must not set: Neutron sets them itself. */
export const isReservedOption = (name: string, version: IpVersion): boolean => RESERVED[version].has(name);
const RESERVED: Readonly<Record<IpVersion, ReadonlySet<string>>> = {
  4: new Set(['server_id', 'lease_time', 'mtu', 'router', 'server_mac', 'dns_server', 'classless_static_route']),
  6: new Set(['dhcpv6_stateless', 'dns_server', 'server_id']),
};

type Names = ReadonlyMap<string, DhcpOptionName>;

/** `OVN_name given given...` a line. */
function table(text: string, feature?: FeatureName): [string, DhcpOptionName][] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [name = '', ...given] = line.trim().split(' ');
      return given.map((each): [string, DhcpOptionName] => [
        each,
        feature === undefined ? { name } : { name, feature },
      ]);
    });
}

const IPV4: Names = new Map([
  ...table(`
    netmask netmask 1
    router router 3
    dns_server dns-server 6
    log_server log-server 7
    lpr_server lpr-server 9
    domain_name domain-name 15
    swap_server swap-server 16
    ip_forward_enable ip-forward-enable 19
    policy_filter policy-filter 21
    default_ttl default-ttl 23
    mtu mtu 26
    router_discovery router-discovery 31
    router_solicitation router-solicitation 32
    arp_cache_timeout arp-timeout 35
    ethernet_encap ethernet-encap 36
    tcp_ttl tcp-ttl 37
    tcp_keepalive_interval tcp-keepalive 38
    nis_server nis-server 41
    ntp_server ntp-server 42
    lease_time lease-time 51
    server_id server-id 54
    T1 T1 58
    T2 T2 59
    tftp_server tftp-server 66
    bootfile_name bootfile-name 67
    bootfile_name_alt bootfile-name-alt
    classless_static_route classless-static-route 121
    tftp_server_address tftp-server-address 150
    path_prefix path-prefix 210
    ms_classless_static_route ms-classless-static-route 249
    wpad wpad 252
    next_server server-ip-address
  `),
  ...table('domain_search_list domain-search 119\nnext_server 255', 'dhcpDomainSearchList'),
]);

const IPV6: Names = new Map([
  ...table(`
    server_id server-id 2
    ia_addr ia-addr 5
    dns_server dns-server 23
    domain_search domain-search 24
  `),
  ...table('bootfile_name bootfile-name 59', 'dhcpBootfileIpv6'),
]);

/** Bare metal boots in two stages: iPXE, once loaded, gets another file than the firmware. */
const BAREMETAL_IPV4: Names = new Map(
  table(`
    bootfile_name tag:ipxe,bootfile-name tag:ipxe,67
    bootfile_name_alt tag:!ipxe,bootfile-name tag:!ipxe,67
  `),
);

const BAREMETAL_IPV6: Names = new Map(
  table(
    `
    bootfile_name tag:ipxe6,bootfile-name tag:ipxe6,59
    bootfile_name_alt tag:!ipxe6,bootfile-name tag:!ipxe6,59
  `,
    'dhcpBaremetalIpv6',
  ),
);
