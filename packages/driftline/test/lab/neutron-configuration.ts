/** What makes a Neutron stand alone: no Keystone, no message queue, no Nova, no quotas. */
import type { OvnLab } from './ovn.ts';

export interface NeutronConfiguration {
  readonly folder: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly ovn: OvnLab;
}

export function neutronConfiguration({ folder, port, databaseUrl, ovn }: NeutronConfiguration): string {
  return `[DEFAULT]
bind_host = 127.0.0.1
bind_port = ${port}
state_path = ${folder}
auth_strategy = noauth
transport_url = fake://
core_plugin = ml2
service_plugins = ovn-router,qos,segments,port_forwarding,log,trunk
api_workers = 2
rpc_workers = 0
rpc_state_report_workers = 0
debug = false
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
dns_domain = example.org.
[oslo_concurrency]
lock_path = ${folder}/lock
[database]
connection = ${databaseUrl}
[quotas]
default_quota = -1
quota_network = -1
quota_subnet = -1
quota_port = -1
quota_router = -1
quota_floatingip = -1
quota_security_group = -1
quota_security_group_rule = -1
[ml2]
type_drivers = flat,vlan,geneve
tenant_network_types = geneve
mechanism_drivers = ovn
extension_drivers = port_security,qos,dns_domain_ports
overlay_ip_version = 4
[ml2_type_geneve]
vni_ranges = 1:65536
max_header_size = 38
[ml2_type_flat]
flat_networks = *
[ml2_type_vlan]
network_vlan_ranges = physnet1:100:2000
[securitygroup]
enable_security_group = true
[ovn]
ovn_nb_connection = ${ovn.northbound.endpoint}
ovn_sb_connection = ${ovn.southbound.endpoint}
ovn_l3_scheduler = leastloaded
ovn_metadata_enabled = true
enable_distributed_floating_ip = true
neutron_sync_mode = off
`;
}
