import type { Random } from '../../test/campaigns/random.ts';
import type { RowWriter, SqlRow } from './rows.ts';

const PORTS_PER_EXTERNAL_NETWORK = 20_000;
const PORTS_PER_HOST = 40;

const TIME = '2026-01-01 00:00:00';

export interface Network {
  readonly id: string;
  readonly segmentId: string;
  readonly subnets: readonly Subnet[];
}

export interface Subnet {
  readonly id: string;
  readonly version: 4 | 6;
  addressOf(host: number): string;
}

export interface External extends Network {
  readonly physicalNetwork: string;
  nextAddress(): string;
}

/** What all projects share, and how each kind of resource is written down. */
export class World {
  readonly writer: RowWriter;
  readonly random: Random;
  readonly hosts: readonly string[];
  readonly externals: readonly External[];
  #attributes = 0;
  #macs = 0;
  #segments = 0;

  constructor(writer: RowWriter, random: Random, ports: number) {
    this.writer = writer;
    this.random = random;
    this.hosts = Array.from({ length: Math.ceil(ports / PORTS_PER_HOST) }, (_, index) => `cmp-${index}.example.org`);
    const externals = Math.ceil(ports / PORTS_PER_EXTERNAL_NETWORK);
    this.externals = Array.from({ length: externals }, (_, index) => this.#external(index));
  }

  add(table: string, row: SqlRow): void {
    this.writer.add(table, row);
  }

  uuid(): string {
    return this.random.uuid();
  }

  /** True for one in `n`. */
  isOneIn(n: number): boolean {
    return this.random.below(n) === 0;
  }

  /** A resource's standard attribute, and the revision row that Neutron makes with it. */
  attribute(table: string, id: string, revisedAs: readonly string[] = []): number {
    const attribute = ++this.#attributes;
    const revision = this.random.below(5) + 1;
    this.add('standardattributes', {
      id: attribute,
      resource_type: table,
      created_at: TIME,
      updated_at: TIME,
      description: '',
      revision_number: revision,
    });
    for (const type of revisedAs) {
      this.add('ovn_revision_numbers', {
        standard_attr_id: attribute,
        resource_uuid: id,
        resource_type: type,
        revision_number: -1,
        created_at: TIME,
        updated_at: TIME,
      });
    }
    return attribute;
  }

  network(project: string, name: string, mtu: number, segment: { type: string; physical: string | null }): Network {
    const id = this.uuid();
    const segmentId = this.uuid();
    this.add('networks', {
      project_id: project,
      id,
      name,
      status: 'ACTIVE',
      admin_state_up: 1,
      vlan_transparent: null,
      standard_attr_id: this.attribute('networks', id, ['networks']),
      availability_zone_hints: null,
      mtu,
    });
    this.add('networksegments', {
      id: segmentId,
      network_id: id,
      network_type: segment.type,
      physical_network: segment.physical,
      segmentation_id: segment.type === 'flat' ? null : ++this.#segments,
      is_dynamic: 0,
      segment_index: 0,
      standard_attr_id: this.attribute('networksegments', segmentId),
      name: null,
    });
    this.add('networksecuritybindings', { network_id: id, port_security_enabled: 1 });
    return { id, segmentId, subnets: [] };
  }

  subnet(project: string, networkId: string, version: 4 | 6, prefix: string, bits: number): Subnet {
    const id = this.uuid();
    const isV4 = version === 4;
    const addressOf = (host: number): string =>
      isV4 ? `${prefix}.${bits === 16 ? `${host >> 8}.` : ''}${host & 255}` : `${prefix}::${host.toString(16)}`;
    this.add('subnets', {
      project_id: project,
      id,
      name: '',
      network_id: networkId,
      ip_version: version,
      cidr: isV4 ? `${prefix}.0${bits === 16 ? '.0' : ''}/${bits}` : `${prefix}::/64`,
      gateway_ip: addressOf(1),
      enable_dhcp: 1,
      ipv6_ra_mode: isV4 ? null : 'dhcpv6-stateful',
      ipv6_address_mode: isV4 ? null : 'dhcpv6-stateful',
      subnetpool_id: null,
      standard_attr_id: this.attribute('subnets', id, ['subnets']),
      segment_id: null,
      in_use: 1,
    });
    if (isV4) this.add('dnsnameservers', { address: '198.51.100.53', subnet_id: id, order: 0 });
    return { id, version, addressOf };
  }

  /** A port with its addresses and everything that Neutron writes for each. `host` is undefined where it is unbound. */
  port(network: Network, port: PortOptions): string {
    const id = this.uuid();
    const { project, deviceOwner, host } = port;
    const isRouterPort = deviceOwner.startsWith('network:router_');
    this.add('ports', {
      project_id: project,
      id,
      name: port.name ?? '',
      network_id: network.id,
      mac_address: this.mac(),
      admin_state_up: 1,
      status: host === undefined ? 'DOWN' : 'ACTIVE',
      device_id: port.deviceId,
      device_owner: deviceOwner,
      standard_attr_id: this.attribute('ports', id, isRouterPort ? ['ports', 'router_ports'] : ['ports']),
      ip_allocation: 'immediate',
    });
    for (const { subnet, address } of port.addresses) {
      this.add('ipallocations', { port_id: id, ip_address: address, subnet_id: subnet.id, network_id: network.id });
    }
    this.add('ml2_port_bindings', {
      port_id: id,
      host: host ?? '',
      vif_type: host === undefined ? 'unbound' : 'ovs',
      vnic_type: 'normal',
      profile: '',
      vif_details: host === undefined ? '' : '{"port_filter": true, "connectivity": "l2"}',
      status: 'ACTIVE',
    });
    if (host !== undefined) {
      this.add('ml2_port_binding_levels', {
        port_id: id,
        host,
        level: 0,
        driver: 'ovn',
        segment_id: network.segmentId,
      });
    }
    this.add('portsecuritybindings', { port_id: id, port_security_enabled: port.securityGroups.length > 0 ? 1 : 0 });
    for (const group of port.securityGroups) {
      this.add('securitygroupportbindings', { port_id: id, security_group_id: group });
    }
    return id;
  }

  mac(): string {
    const number = (0x1000000 + this.#macs++).toString(16).slice(1);
    return `fa:16:3e:${number.slice(0, 2)}:${number.slice(2, 4)}:${number.slice(4)}`;
  }

  #external(index: number): External {
    const physicalNetwork = `public${index}`;
    const network = this.network('admin', physicalNetwork, 1500, { type: 'flat', physical: physicalNetwork });
    const subnet = this.subnet('admin', network.id, 4, `198.${18 + index}`, 16);
    this.add('externalnetworks', { network_id: network.id, is_default: 0 });
    let next = 2;
    return { ...network, subnets: [subnet], physicalNetwork, nextAddress: () => subnet.addressOf(next++) };
  }
}

export interface PortOptions {
  readonly project: string;
  readonly name?: string;
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly host?: string | undefined;
  readonly addresses: readonly { readonly subnet: Subnet; readonly address: string }[];
  readonly securityGroups: readonly string[];
}
