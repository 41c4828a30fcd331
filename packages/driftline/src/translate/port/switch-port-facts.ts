import type { Network } from '../../neutron/model/network.ts';
import type { Port, PortBinding } from '../../neutron/model/port.ts';
import type { Router } from '../../neutron/model/router.ts';
import type { TranslationContext } from '../context.ts';
import {
  activeBinding,
  isExternal,
  isPortSecured,
  isTrusted,
  ownRouterOf,
  type ProfileParameters,
  profileParameters,
} from './port-binding.ts';
import { type VirtualPort, virtualPort } from './virtual-port.ts';

/** `Logical_Switch_Port.type` of Neutron's ports. */
export type SwitchPortType = '' | 'vtep' | 'virtual' | 'localport' | 'external' | 'router';

/** What several columns of a switch port are made from. */
export interface SwitchPortFacts {
  readonly port: Port;
  readonly network: Network;
  readonly binding: PortBinding;
  readonly parameters: ProfileParameters;
  /** The OVN router that it leads to. */
  readonly router: Router | undefined;
  /** Set for a type of another name too, if its addresses are others' pairs: the options say so all the same. */
  readonly virtual: VirtualPort | undefined;
  readonly type: SwitchPortType;
  readonly isTrusted: boolean;
  readonly isSecured: boolean;
}

export function switchPortFacts(ctx: TranslationContext, port: Port, network: Network): SwitchPortFacts {
  const binding = activeBinding(port);
  const parameters = profileParameters(binding, ctx.features);
  const router = ownRouterOf(ctx, port);
  const virtual = parameters.is === 'vtep' || router !== undefined ? undefined : virtualPort(ctx, port);
  return {
    port,
    network,
    binding,
    parameters,
    router,
    virtual,
    type: typeOf(ctx, port, binding, parameters, router, virtual),
    isTrusted: isTrusted(port),
    isSecured: isPortSecured(ctx, port),
  };
}

/** In Neutron's order: a later test overrides an earlier one. */
function typeOf(
  ctx: TranslationContext,
  port: Port,
  binding: PortBinding,
  parameters: ProfileParameters,
  router: Router | undefined,
  virtual: VirtualPort | undefined,
): SwitchPortType {
  if (router !== undefined) return 'router';
  if (parameters.is === 'vtep') return 'vtep';
  if (isExternal(binding)) return 'external';
  if (isLocalport(ctx, port)) return 'localport';
  return virtual === undefined ? '' : 'virtual';
}

/** Present on every chassis: metadata, and health monitors of load balancers. */
function isLocalport({ features }: TranslationContext, port: Port): boolean {
  const { deviceOwner, deviceId } = port;
  if (deviceOwner === 'network:distributed') {
    return deviceId.startsWith('ovnmeta') || !features.has('localportNeedsMetadataDeviceId');
  }
  if (deviceOwner !== 'ovn-lb-hm:distributed' || !deviceId.startsWith('ovn-lb-hm')) return false;
  return features.has('loadBalancerHealthMonitorPorts') || features.maybe('loadBalancerHealthMonitorPorts');
}
