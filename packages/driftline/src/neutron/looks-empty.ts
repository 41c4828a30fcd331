import type { NeutronSnapshot } from './model/snapshot.ts';

/**
 * Reads as if somebody had emptied the database, or pointed us at a fresh one: no network, port, router or security
 * group at all, or a whole kind of resource gone that `ovn_revision_numbers` still counts as living. A deployment that
 * was never used looks so too: what is in OVN tells the two apart.
 */
export function looksEmpty(snapshot: NeutronSnapshot): boolean {
  const { networks, subnets, ports, routers, securityGroups, securityGroupRules, floatingIps } = snapshot;
  if (networks.size + ports.size + routers.size + securityGroups.size === 0) return true;
  const sizes: Readonly<Record<string, number>> = {
    networks: networks.size,
    subnets: subnets.size,
    ports: ports.size,
    routers: routers.size,
    security_groups: securityGroups.size,
    security_group_rules: securityGroupRules.size,
    floatingips: floatingIps.size,
  };
  return snapshot.revisions.some(
    ({ resourceType, standardAttrId }) => standardAttrId !== undefined && sizes[resourceType] === 0,
  );
}
