/**
 * consistency/: what `ovn_revision_numbers` says of Neutron's resources, held against what Neutron's tables say and what
 * OVN holds. Neutron finds by these numbers what its workers failed to write; here they are one witness, and the content
 * of the rows the other.
 */
import { type Features, featuresOf } from '../neutron/features.ts';
import { type Port, ROUTER_PORT_OWNERS } from '../neutron/model/port.ts';
import type { RevisedType } from '../neutron/model/revision.ts';
import type { NeutronSnapshot } from '../neutron/model/snapshot.ts';
import type { Resource, StandardAttributes } from '../neutron/model/standard-attributes.ts';
import { hasSwitchPort } from '../translate/port/port-binding.ts';
import { isServedByOvn } from '../translate/router/router-view.ts';

/** What Neutron's maintenance mends first, so that what is referred to is there; what it deletes it takes in reverse. */
const CREATE_ORDER = [
  'networks',
  'security_groups',
  'subnets',
  'routers',
  'ports',
  'router_ports',
  'floatingips',
  'address_groups',
  'security_group_rules',
] as const satisfies readonly RevisedType[];

/** In upstream's order; address groups where a version of the release notes them. */
export function notedTypes(features: Features): readonly RevisedType[] {
  return notesAddressGroups(features) === 'never'
    ? CREATE_ORDER.filter((type) => type !== 'address_groups')
    : CREATE_ORDER;
}

/**
 * Whether `ovn_revision_numbers` has a row of the resource.
 * - always: a row that is missing was lost.
 * - maybe: it depends on the point release or on when the resource was made; a row is right, and so is none.
 * - never: a row is left over from what the resource was before.
 */
export type Noting = 'always' | 'maybe' | 'never';

export interface NotedResource {
  readonly type: RevisedType;
  readonly id: string;
  readonly attributes: StandardAttributes;
  readonly noting: Noting;
}

export interface NotedResources {
  /** By id. */
  values(): Iterable<NotedResource>;
  /** undefined: Neutron has no such resource. */
  get(id: string): NotedResource | undefined;
}

/** The resources of a type. A router port is two: the port, and the router's side of it. */
export function resourcesOfType(type: RevisedType, snapshot: NeutronSnapshot): NotedResources {
  const list = listOf(type, snapshot);
  const notingOf = notingOfType(type, snapshot);
  const describe = (resource: Resource): NotedResource => ({
    type,
    id: resource.id,
    attributes: resource.attributes,
    noting: notingOf(resource),
  });
  return {
    values: () => list.values().map(describe),
    get: (id) => {
      const resource = list.get(id);
      return resource === undefined ? undefined : describe(resource);
    },
  };
}

function listOf(resourceType: RevisedType, snapshot: NeutronSnapshot): ReadonlyMap<string, Resource> {
  switch (resourceType) {
    case 'networks':
      return snapshot.networks;
    case 'subnets':
      return snapshot.subnets;
    case 'ports':
    case 'router_ports':
      return snapshot.ports;
    case 'routers':
      return snapshot.routers;
    case 'floatingips':
      return snapshot.floatingIps;
    case 'security_groups':
      return snapshot.securityGroups;
    case 'security_group_rules':
      return snapshot.securityGroupRules;
    case 'address_groups':
      return snapshot.addressGroups;
    default:
      resourceType satisfies never;
      return new Map();
  }
}

/** When rows are born: in the transaction that makes the resource, and only of what OVN is to serve. */
function notingOfType(resourceType: RevisedType, snapshot: NeutronSnapshot): (resource: Resource) => Noting {
  const features = featuresOf(snapshot.release);
  switch (resourceType) {
    case 'networks':
    case 'subnets':
    case 'security_groups':
      return () => 'always';
    case 'ports':
      return ({ id }) => {
        const port = snapshot.ports.get(id);
        return port !== undefined && hasSwitchPort(port) ? 'always' : 'never';
      };
    case 'router_ports':
      return ({ id }) => notingOfRouterPort(snapshot.ports.get(id), snapshot, features);
    case 'routers':
      return ({ id }) => (isOvns(id, snapshot, features) ? 'always' : 'maybe');
    case 'floatingips': {
      if (!features.has('floatingIpNotedWhenRouted')) return () => 'always';
      return ({ id }) => {
        const routerId = snapshot.floatingIps.get(id)?.routerId;
        if (routerId === undefined) return 'never';
        return isOvns(routerId, snapshot, features) ? 'always' : 'maybe';
      };
    }
    case 'security_group_rules':
      // Before, the rules that come with a group have none.
      return () => (features.has('rulesNotedWithGroup') ? 'always' : 'maybe');
    case 'address_groups':
      return () => notesAddressGroups(features);
    default:
      resourceType satisfies never;
      return () => 'maybe';
  }
}

function notingOfRouterPort(port: Port | undefined, snapshot: NeutronSnapshot, features: Features): Noting {
  if (port === undefined || !ROUTER_PORT_OWNERS.includes(port.deviceOwner)) return 'never';
  return isOvns(port.deviceId, snapshot, features) ? 'always' : 'maybe';
}

/** Routers of other flavours are other providers'. */
function isOvns(routerId: string, snapshot: NeutronSnapshot, features: Features): boolean {
  const router = snapshot.routers.get(routerId);
  return router !== undefined && isServedByOvn(router, features);
}

/** The change that put them into ACLs began to note them. */
function notesAddressGroups(features: Features): Noting {
  if (features.has('addressGroupsInAcls')) return 'always';
  return features.maybe('addressGroupsInAcls') ? 'maybe' : 'never';
}
