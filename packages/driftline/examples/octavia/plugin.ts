/**
 * Ownership of the load balancers of Octavia's OVN provider (ovn-octavia-provider), which keeps them in Neutron's
 * Northbound. An example of a plugin, and of use by itself:
 *
 *     [driftline]
 *     plugins = /usr/share/driftline/examples/octavia/plugin.ts
 *
 * No `orphan`: that a VIP port is gone does not prove that Octavia wants the balancer no more, and its database, which
 * could, is not looked at.
 */
import { definePlugin } from 'driftline/plugin';
import { externalIdsOf, findMark } from './balancer.ts';
import { findBroken } from './find-broken.ts';
import { wantedListings, wantedMappings } from './wanted.ts';

export default definePlugin({
  name: 'octavia',
  interfaceVersion: 1,

  rows: [
    {
      table: 'Load_Balancer',
      claim(row) {
        const mark = findMark(row);
        return mark === undefined ? undefined : `external_ids:${mark}`;
      },
      wants: (row, { snapshot }) => ({
        listedIn: wantedListings(row, snapshot),
        keys: wantedMappings(row),
      }),
    },
    {
      table: 'Load_Balancer_Health_Check',
      claim: (row) =>
        externalIdsOf(row).has('octavia:healthmonitor') ? 'external_ids:octavia:healthmonitor' : undefined,
    },
  ],

  tasks: [
    {
      name: 'octavia_reattach_load_balancers',
      kind: 'continuous',
      spacingMs: 600_000,
      reads: 'Load_Balancer.external_ids:ls_refs and lr_ref, and the networks behind those routers',
      writes: 'Logical_Switch.load_balancer and Logical_Router.load_balancer',
      work: {
        is: 'scope',
        scope: [
          { table: 'Load_Balancer', column: 'Logical_Switch.load_balancer' },
          { table: 'Load_Balancer', column: 'Logical_Router.load_balancer' },
        ],
      },
    },
    {
      // The provider has a migration of this name; it runs once, in the process of Octavia's API.
      name: 'octavia_format_ip_port_mappings_ipv6',
      kind: 'back-fill',
      spacingMs: 600_000,
      reads: 'Load_Balancer.ip_port_mappings of members with IPv6 addresses',
      writes: 'Load_Balancer.ip_port_mappings: addresses in brackets',
      work: { is: 'scope', scope: [{ table: 'Load_Balancer', column: 'ip_port_mappings' }] },
    },
  ],

  checks: [
    {
      name: 'octavia-load-balancers',
      looksAt: 'VIP ports, networks and routers that load balancers name, and whether Neutron still has them',
      look: findBroken,
    },
  ],
});
