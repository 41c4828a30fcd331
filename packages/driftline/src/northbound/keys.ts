/**
 * Natural keys of rows whose table has no name column that would serve. The translator makes desired keys with these,
 * identity.ts makes the same keys from observed rows. Tables with a name (Logical_Switch, Logical_Switch_Port,
 * Logical_Router, Logical_Router_Port, Port_Group, Address_Set, HA_Chassis_Group, Load_Balancer, Meter) use it.
 */

/** An ACL of a security group's rule; rules that translate to the same ACL share the key of the smallest id, the others' are aliases. */
export const ruleAclKey = (portGroup: string, ruleId: string): string => `${portGroup}|rule:${ruleId}`;
/** Any ACL by content: the key of ACLs without a rule, and an alias of those with one. */
export const aclKey = (portGroup: string, direction: string, priority: number, match: string): string =>
  `${portGroup}|${direction}|${priority}|${match}`;

export const floatingIpNatKey = (floatingIpId: string): string => `fip:${floatingIpId}`;
/** Any NAT row by content: the key of snat rows, and an alias of floating IPs. */
export const natKey = (router: string, type: string, externalIp: string, logicalIp: string): string =>
  `${router}|${type}|${externalIp}|${logicalIp}`;

/** Stands for the external address in the alias of a router's only snat row of a subnet. */
export const ANY_ADDRESS = '*';

/** `outputPort` is '' where the route names none; two gateways on one network make two routes that differ in it alone. */
export const staticRouteKey = (router: string, prefix: string, nexthop: string, outputPort = ''): string =>
  outputPort === '' ? `${router}|${prefix}|${nexthop}` : `${router}|${prefix}|${nexthop}|${outputPort}`;

export const subnetDhcpKey = (subnetId: string): string => `subnet:${subnetId}`;
export const portDhcpKey = (subnetId: string, portId: string): string => `subnet:${subnetId}|port:${portId}`;

/** A router port by its MAC address: an alias of one that was renamed. */
export const routerPortMacKey = (router: string, mac: string): string => `${router}|${mac}`;

/** What a localnet port joins: an alias of those that lost their name, which is all that marks them before 2026.2. */
export const localnetKey = (switchName: string, physicalNetwork: string, vlan: number | undefined): string =>
  `${switchName}|localnet|${physicalNetwork}|${vlan ?? ''}`;

/** One DNS row per switch, found by `external_ids:ls_name`. */
export const dnsKey = (switchName: string): string => switchName;

/** A QoS row by whom it limits: `port:ID`, `fip:ID` or `router:ID`, on one switch, in one direction. */
export const qosKey = (owner: string, switchName: string, direction: string): string =>
  `${owner}|${switchName}|${direction}`;
/** Any QoS row by content: an alias (rows of old releases carry no owner). */
export const qosContentKey = (switchName: string, direction: string, priority: number, match: string): string =>
  `${switchName}|${direction}|${priority}|${match}`;

export const bfdKey = (logicalPort: string, dstIp: string): string => `${logicalPort}|${dstIp}`;

/** NB_Global has one row. */
export const globalKey = '.';
