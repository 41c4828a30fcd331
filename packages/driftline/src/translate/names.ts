/** How Neutron names OVN's rows. Each name is made here and nowhere else. */
const underscored = (id: string): string => id.replaceAll('-', '_');

export const logicalSwitchName = (networkId: string): string => `neutron-${networkId}`;
export const localnetPortName = (segmentId: string): string => `provnet-${segmentId}`;
export const logicalRouterName = (routerId: string): string => `neutron-${routerId}`;
export const logicalRouterPortName = (portId: string): string => `lrp-${portId}`;
export const portGroupName = (securityGroupId: string): string => `pg_${underscored(securityGroupId)}`;
export const dropPortGroupName = 'neutron_pg_drop';
export const addressSetName = (addressGroupId: string, ip: 'ip4' | 'ip6'): string =>
  `ag_${underscored(addressGroupId)}_${ip}`;
/** OVN derives these two from a port group by itself. */
export const portGroupAddressSetName = (securityGroupId: string, ip: 'ip4' | 'ip6'): string =>
  `${portGroupName(securityGroupId)}_${ip}`;
export const networkHaGroupName = (networkId: string): string => `neutron-${networkId}`;
export const routerHaGroupName = (routerId: string): string => `neutron-${routerId}`;
export const externalPortHaGroupName = (portId: string): string => `neutron-extport-${portId}`;
export const gatewayChassisName = (routerPortName: string, chassisName: string): string =>
  `${routerPortName}_${chassisName}`;
export const portForwardingBalancerName = (floatingIpId: string, protocol: string): string =>
  `pf-floatingip-${floatingIpId}-${protocol}`;
export const pvlanDropGroupName = 'pvlan_pg_drop';
/** Only a community has a name; the others are one each on a network. */
export const pvlanGroupName = (networkId: string, type: string, community?: string): string =>
  community === undefined
    ? `pvlan_${type}_${underscored(networkId)}`
    : `pvlan_${type}_${community}_${underscored(networkId)}`;
