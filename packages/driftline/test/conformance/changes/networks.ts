import { idIn, type Step, updateNetwork, updateSubnet } from './step.ts';

export const networkChanges: readonly Step[] = [
  { name: 'rename a network', run: updateNetwork('slaac', { name: 'slaac-renamed', description: 'other' }) },
  { name: "lower a network's MTU", run: updateNetwork('slaac', { mtu: 1380 }) },
  { name: "change a network's DNS domain", run: updateNetwork('stateful', { dns_domain: 'moved.example.org.' }) },
  { name: "clear a network's DNS domain", run: updateNetwork('stateless', { dns_domain: '' }) },
  { name: 'take a network down', run: updateNetwork('stateful', { admin_state_up: false }) },
  { name: 'bring a network up', run: updateNetwork('disabled', { admin_state_up: true }) },
  {
    name: "change a network's QoS policy",
    run: updateNetwork('stateless', ({ qosPolicies }) => ({ qos_policy_id: qosPolicies.get('both') })),
  },
  {
    name: 'give a network a QoS policy',
    run: updateNetwork('stateful', ({ qosPolicies }) => ({ qos_policy_id: qosPolicies.get('dscp') })),
  },
  { name: 'make a network external', run: updateNetwork('bare', { 'router:external': true }) },
  {
    name: 'give a network another subnet',
    run: (api, { networks }) =>
      api.create('subnet', {
        network_id: idIn(networks, 'bare'),
        ip_version: 4,
        cidr: '10.0.66.0/24',
        host_routes: [{ destination: '10.66.0.0/16', nexthop: '10.0.66.9' }],
      }),
  },
];

export const subnetChanges: readonly Step[] = [
  {
    name: "change a subnet's name servers and routes",
    run: updateSubnet('slaac-v4', {
      dns_nameservers: ['192.0.2.53'],
      host_routes: [
        { destination: '172.17.0.0/16', nexthop: '10.0.0.253' },
        { destination: '172.18.0.0/16', nexthop: '10.0.0.252' },
      ],
    }),
  },
  { name: "clear a subnet's name servers", run: updateSubnet('vlan-v4', { dns_nameservers: [] }) },
  { name: 'switch DHCP on', run: updateSubnet('disabled-v4', { enable_dhcp: true }) },
  {
    name: "widen a subnet's pools",
    run: updateSubnet('stateful-v4', { allocation_pools: [{ start: '10.0.2.40', end: '10.0.2.120' }] }),
  },
  // The last change of it: 21.0.0 never again notes a revision of a subnet without DHCP, for nothing is written then.
  { name: 'switch DHCP off', run: updateSubnet('stateful-v4', { enable_dhcp: false }) },
  { name: 'rename a subnet', run: updateSubnet('stateless-v4', { name: 'stateless-v4-renamed', description: 'x' }) },
];
