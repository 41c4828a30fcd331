import { uuidsOf } from '../northbound/observe.ts';
import type { ScopedRow } from './scope.ts';

/* Words for the rows that scopes are about. */

type IsAbout = (row: ScopedRow) => boolean;

export const hasMark =
  (key: string): IsAbout =>
  ({ cells }) =>
    cells.external_ids instanceof Map && cells.external_ids.has(key);

/** An HA chassis group of a router's gateways; those of networks name a router too. */
export const isGatewayGroup: IsAbout = ({ cells }) =>
  cells.external_ids instanceof Map &&
  cells.external_ids.has('neutron:router_id') &&
  !cells.external_ids.has('neutron:network_id');

export const isOfType =
  (...types: readonly string[]): IsAbout =>
  ({ cells }) =>
    types.includes(String(cells.type));

export const not =
  (isAbout: IsAbout): IsAbout =>
  (row) =>
    !isAbout(row);

/** A switch port of a port whose bindings have this type of NIC. */
export const hasVnicType =
  (vnicType: string): IsAbout =>
  ({ snapshot, resourceId }) =>
    snapshot.ports.get(resourceId)?.bindings.some((binding) => binding.vnicType === vnicType) === true;

/** A router port on a network of one of these types. */
export const isOnNetworkOf =
  (...types: readonly string[]): IsAbout =>
  ({ snapshot, resourceId }) => {
    const networkId = snapshot.ports.get(resourceId)?.networkId;
    return snapshot.segments
      .values()
      .some((segment) => segment.networkId === networkId && types.includes(segment.networkType));
  };

/** A router port that is scheduled on this chassis. */
export const isOnChassis =
  (chassis: string): IsAbout =>
  ({ cells, observed }) =>
    uuidsOf(cells.gateway_chassis).some((uuid) => observed.embedded('Gateway_Chassis', uuid)?.chassis_name === chassis);
