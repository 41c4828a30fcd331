/** What Neutron takes from a port's binding and owner before it writes the port's rows. */
import type { Features } from '../../neutron/features.ts';
import { type Port, type PortBinding, ROUTER_PORT_OWNERS } from '../../neutron/model/port.ts';
import type { Router } from '../../neutron/model/router.ts';
import type { Chassis } from '../../southbound/chassis.ts';
import type { TranslationContext } from '../context.ts';
import { isServedByOvn } from '../router/router-view.ts';

const UNBOUND: PortBinding = {
  host: '',
  vifType: 'unbound',
  vnicType: 'normal',
  profile: {},
  vifDetails: {},
  status: 'ACTIVE',
  levels: [],
};

/** The binding that Neutron shows as the port's: the active one; while a port migrates there are others. */
export const activeBinding = (port: Port): PortBinding =>
  port.bindings.find(({ status }) => status === 'ACTIVE') ?? UNBOUND;

/** What Neutron's OVN driver reads of a binding profile; it ignores the keys that belong to no complete set. */
export type ProfileParameters =
  | { readonly is: 'none' }
  | { readonly is: 'subport'; readonly parentName: string; readonly tag: number }
  | { readonly is: 'vtep'; readonly physicalSwitch: string; readonly logicalSwitch: string }
  | { readonly is: 'remote-managed'; readonly serialNumber: string; readonly pfMac: string; readonly vfNumber: number };

const NO_PARAMETERS: ProfileParameters = { is: 'none' };

/** The first of Neutron's `OVN_PORT_BINDING_PROFILE_PARAMS` whose keys are in the profile. */
export function profileParameters(binding: PortBinding, features: Features): ProfileParameters {
  const { profile } = binding;
  if (profile.parent_name !== undefined && profile.tag !== undefined) {
    return { is: 'subport', parentName: String(profile.parent_name), tag: Number(profile.tag) };
  }
  if (profile['vtep-physical-switch'] !== undefined && profile['vtep-logical-switch'] !== undefined) {
    return {
      is: 'vtep',
      physicalSwitch: String(profile['vtep-physical-switch']),
      logicalSwitch: String(profile['vtep-logical-switch']),
    };
  }
  if (binding.vnicType !== 'remote-managed' || profile.card_serial_number === undefined) return NO_PARAMETERS;
  // Before 2025.2 any capability made Neutron pass the set over, though it asks for none.
  if (capabilitiesOf(binding).length > 0 && !features.has('remoteManagedWithCapabilities')) return NO_PARAMETERS;
  return {
    is: 'remote-managed',
    serialNumber: String(profile.card_serial_number),
    pfMac: String(profile.pf_mac_address),
    vfNumber: Number(profile.vf_num),
  };
}

const NONE: readonly string[] = [];
export const capabilitiesOf = ({ profile }: PortBinding): readonly string[] =>
  Array.isArray(profile.capabilities) ? (profile.capabilities as string[]) : NONE;

const EXTERNAL_VNIC_TYPES: ReadonlySet<string> = new Set(['direct', 'direct-physical', 'macvtap', 'baremetal']);

/** Plugged around OVS (SR-IOV, bare metal): OVN answers DHCP for it from elsewhere. */
export const isExternal = (binding: PortBinding): boolean =>
  EXTERNAL_VNIC_TYPES.has(binding.vnicType) && !capabilitiesOf(binding).includes('switchdev');

/** Its security groups and port security do not count. */
export const isTrusted = (port: Port): boolean => port.deviceOwner.startsWith('network:');

/** Wider than trusted: no DHCP and no QoS either. */
export const isNetworkDevice = (port: Port): boolean =>
  port.deviceOwner.startsWith('network:') || port.deviceOwner.startsWith('neutron:');

/** Floating IPs' own ports are the only ones without a row. */
export const hasSwitchPort = (port: Port): boolean => port.deviceOwner !== 'network:floatingip';

/** A router of another flavour has no rows of ours. */
export const isOvnRouter = (ctx: TranslationContext, router: Router): boolean => isServedByOvn(router, ctx.features);

/** The OVN router that the port belongs to. */
export function ownRouterOf(ctx: TranslationContext, port: Port): Router | undefined {
  if (!ROUTER_PORT_OWNERS.includes(port.deviceOwner)) return undefined;
  const router = ctx.index.routerOfPort.get(port.id) ?? ctx.snapshot.routers.get(port.deviceId);
  return router !== undefined && isOvnRouter(ctx, router) ? router : undefined;
}

/** Without the extension driver Neutron knows no port security; with it a port without a row has it. */
export const isPortSecured = (ctx: TranslationContext, port: Port): boolean =>
  port.portSecurityEnabled !== false && ctx.config.extensionDrivers.includes('port_security');

/** The chassis that a SmartNIC belongs to. */
export const chassisOfCard = (ctx: TranslationContext, serialNumber: string): Chassis | undefined =>
  ctx.chassis.find(({ cardSerialNumbers }) => cardSerialNumbers.includes(serialNumber));
