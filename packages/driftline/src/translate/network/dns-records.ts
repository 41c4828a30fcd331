import type { Network } from '../../neutron/model/network.ts';
import type { Port } from '../../neutron/model/port.ts';
import { reverseName } from '../ip.ts';

/** What OVN answers by name: addresses for a host name, one name for an address. */
export type DnsRecords = ReadonlyMap<string, readonly string[]>;

const DNS_DRIVERS = ['dns', 'dns_domain_ports', 'subnet_dns_publish_fixed_ip', 'dns_domain_keywords'];

/** Without one of these drivers Neutron's ports have no names. */
export const hasDnsExtension = (extensionDrivers: readonly string[]): boolean =>
  DNS_DRIVERS.some((driver) => extensionDrivers.includes(driver));

/** `dnsDomain` is the configuration's; the port's name in it, the port's name in the network's, and the bare one. */
export function portDnsRecords(dnsDomain: string, port: Port, network: Network): DnsRecords {
  const records = new Map<string, string[]>();
  const add = (name: string, address: string) => {
    const addresses = records.get(name);
    if (addresses === undefined) records.set(name, [address]);
    else addresses.push(address);
  };
  const networkDomain = withoutDots(network.dnsDomain);
  for (const { ipAddress } of port.fixedIps) {
    const { hostname, fqdn } = namesOf(dnsDomain, port, ipAddress);
    const inNetwork = `${hostname}.${networkDomain}`;
    add(hostname, ipAddress);
    if (networkDomain !== '' && inNetwork !== fqdn) add(inNetwork, ipAddress);
    add(fqdn, ipAddress);
    const reverse = reverseName(ipAddress);
    if (reverse !== undefined) records.set(reverse, [fqdn]);
  }
  return records;
}

/** The port's `dns_assignment`: neutron/plugins/ml2/extensions/dns_integration.py. The default domain has no names. */
function namesOf(dnsDomain: string, { dns }: Port, ipAddress: string): { hostname: string; fqdn: string } {
  const configured = dnsDomain === '' || dnsDomain.endsWith('.') ? dnsDomain : `${dnsDomain}.`;
  if (configured === '' || configured === 'openstacklocal.' || dns === undefined || dns.dnsName === '') {
    const hostname = `host-${ipAddress.replace(/[.:]/g, '-')}`;
    return { hostname, fqdn: withoutDots(`${hostname}.${configured}`) };
  }
  const { dnsName, currentDnsDomain } = dns;
  const domain = currentDnsDomain === '' ? configured : currentDnsDomain;
  return { hostname: dnsName, fqdn: withoutDots(dnsName.endsWith('.') ? dnsName : `${dnsName}.${domain}`) };
}

const withoutDots = (name: string): string => name.replace(/\.+$/, '');
