import type { ReadTransaction } from '../connect.ts';
import { compareText, toBoolean, toJsonObject, toOptional } from '../decode.ts';
import type { AllowedAddressPair, ExtraDhcpOption, FixedIp, Port, PortDns } from '../model/port.ts';
import { readPages, readResourcePages } from '../read-table.ts';
import { collectById, collectGroups, collectMap, toAttributes } from './collect.ts';
import { readPortBindings } from './port-bindings.ts';
import { toIpVersion } from './subnets.ts';

export async function readPorts(
  transaction: ReadTransaction,
  ids?: readonly string[] | undefined,
): Promise<Map<string, Port>> {
  const only = ids === undefined ? undefined : ({ column: 'port_id', ids } as const);
  const fixedIps = await readFixedIps(transaction, only);
  const bindings = await readPortBindings(transaction, only);
  const extensions = await readPortExtensions(transaction, only);
  const ports = readResourcePages(transaction, {
    table: 'ports',
    columns: [
      'id',
      'project_id',
      'name',
      'network_id',
      'mac_address',
      'admin_state_up',
      'status',
      'device_id',
      'device_owner',
    ],
    key: ['id'],
    only: ids === undefined ? undefined : { column: 'id', ids },
  });
  return collectById(
    ports,
    (row): Port => ({
      id: row.id,
      projectId: row.project_id ?? '',
      attributes: toAttributes(row),
      name: row.name ?? '',
      networkId: row.network_id,
      macAddress: row.mac_address,
      adminStateUp: toBoolean(row.admin_state_up),
      status: row.status,
      deviceId: row.device_id,
      deviceOwner: row.device_owner,
      fixedIps: fixedIps.get(row.id) ?? [],
      bindings: bindings.get(row.id) ?? [],
      portSecurityEnabled: extensions.portSecurity.get(row.id),
      securityGroupIds: (extensions.securityGroups.get(row.id) ?? []).sort(compareText),
      allowedAddressPairs: (extensions.addressPairs.get(row.id) ?? []).sort(comparePairs),
      extraDhcpOptions: (extensions.dhcpOptions.get(row.id) ?? []).sort(compareOptions),
      dns: extensions.dns.get(row.id),
      qosPolicyId: extensions.qosPolicies.get(row.id),
      propagateUplinkStatus: extensions.uplinkStatus.get(row.id),
      hints: extensions.hints.get(row.id),
      deviceProfile: extensions.deviceProfiles.get(row.id),
      trusted: extensions.trusted.get(row.id),
      hardwareOffloadType: extensions.offloadTypes.get(row.id),
      pvlan: extensions.pvlans.get(row.id),
    }),
  );
}

/**
 * Neutron's own order: the relationship `Port.fixed_ips` of its models is ordered by (ip_address, subnet_id), in SQL, as
 * text and by the database's collation, in every release from Zed to the 2026.2 branch; what its API and its OVN driver
 * see is that order (`10.0.0.10` before `10.0.0.9`). The key below is the table's primary key, which begins with these
 * two columns; with ids the order holds too, as all rows of one port come from one statement.
 */
function readFixedIps(
  transaction: ReadTransaction,
  only: { column: 'port_id'; ids: readonly string[] } | undefined,
): Promise<Map<string, FixedIp[]>> {
  return collectGroups(
    readPages(transaction, {
      table: 'ipallocations',
      columns: ['port_id', 'ip_address', 'subnet_id', 'network_id'],
      key: ['ip_address', 'subnet_id', 'network_id'],
      only,
    }),
    // An allocation without a port is one being made.
    (row) => (row.port_id === null ? undefined : [row.port_id, { subnetId: row.subnet_id, ipAddress: row.ip_address }]),
  );
}

async function readPortExtensions(
  transaction: ReadTransaction,
  only: { column: 'port_id'; ids: readonly string[] } | undefined,
) {
  const key = ['port_id'] as const;
  const portSecurity = await collectMap(
    readPages(transaction, {
      table: 'portsecuritybindings',
      columns: ['port_id', 'port_security_enabled'],
      key,
      only,
    }),
    (row) => [row.port_id, toBoolean(row.port_security_enabled)],
  );
  const securityGroups = await collectGroups(
    readPages(transaction, {
      table: 'securitygroupportbindings',
      columns: ['port_id', 'security_group_id'],
      key: ['port_id', 'security_group_id'],
      only,
    }),
    (row) => [row.port_id, row.security_group_id],
  );
  const addressPairs = await collectGroups(
    readPages(transaction, {
      table: 'allowedaddresspairs',
      columns: ['port_id', 'mac_address', 'ip_address'],
      key: ['port_id', 'mac_address', 'ip_address'],
      only,
    }),
    (row): [string, AllowedAddressPair] => [row.port_id, { macAddress: row.mac_address, ipAddress: row.ip_address }],
  );
  const dhcpOptions = await collectGroups(
    readPages(transaction, {
      table: 'extradhcpopts',
      columns: ['id', 'port_id', 'opt_name', 'opt_value', 'ip_version'],
      key: ['id'],
      only,
    }),
    (row): [string, ExtraDhcpOption] => [
      row.port_id,
      { optName: row.opt_name, optValue: row.opt_value, ipVersion: toIpVersion(row.ip_version) },
    ],
  );
  const dns = await collectMap(
    readPages(transaction, {
      table: 'portdnses',
      columns: ['port_id', 'dns_name', 'dns_domain', 'current_dns_name', 'current_dns_domain'],
      key,
      only,
    }),
    (row): [string, PortDns] => [
      row.port_id,
      {
        dnsName: row.dns_name,
        dnsDomain: row.dns_domain,
        currentDnsName: row.current_dns_name,
        currentDnsDomain: row.current_dns_domain,
      },
    ],
  );
  const qosPolicies = await collectMap(
    readPages(transaction, { table: 'qos_port_policy_bindings', columns: ['port_id', 'policy_id'], key, only }),
    (row) => [row.port_id, row.policy_id],
  );
  const uplinkStatus = await collectMap(
    readPages(transaction, {
      table: 'portuplinkstatuspropagation',
      columns: ['port_id', 'propagate_uplink_status'],
      key,
      only,
    }),
    (row) => [row.port_id, toBoolean(row.propagate_uplink_status)],
  );
  const hints = await collectMap(
    readPages(transaction, { table: 'porthints', columns: ['port_id', 'hints'], key, only }),
    (row) => [row.port_id, toJsonObject(row.hints)],
  );
  const deviceProfiles = await collectMap(
    readPages(transaction, { table: 'portdeviceprofiles', columns: ['port_id', 'device_profile'], key, only }),
    (row) => [row.port_id, toOptional(row.device_profile)],
  );
  const trusted = await collectMap(
    readPages(transaction, { table: 'porttrusted', columns: ['port_id', 'trusted'], key, only }),
    (row) => [row.port_id, row.trusted === null ? undefined : toBoolean(row.trusted)],
  );
  const offloadTypes = await collectMap(
    readPages(transaction, {
      table: 'porthardwareoffloadtype',
      columns: ['port_id', 'hardware_offload_type'],
      key,
      only,
    }),
    (row) => [row.port_id, toOptional(row.hardware_offload_type)],
  );
  const pvlans = await collectMap(
    readPages(transaction, {
      table: 'portpvlan',
      columns: ['port_id', 'pvlan_type', 'pvlan_community'],
      key,
      only,
    }),
    (row) => [row.port_id, { type: row.pvlan_type, community: toOptional(row.pvlan_community) }],
  );
  return {
    portSecurity,
    securityGroups,
    addressPairs,
    dhcpOptions,
    dns,
    qosPolicies,
    uplinkStatus,
    hints,
    deviceProfiles,
    trusted,
    offloadTypes,
    pvlans,
  };
}

function comparePairs(a: AllowedAddressPair, b: AllowedAddressPair): number {
  return compareText(a.macAddress, b.macAddress) || compareText(a.ipAddress, b.ipAddress);
}

function compareOptions(a: ExtraDhcpOption, b: ExtraDhcpOption): number {
  return a.ipVersion - b.ipVersion || compareText(a.optName, b.optName);
}
