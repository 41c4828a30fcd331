/**
 * What scheduling needs to know of the chassis, read from the Southbound database. Read only: Driftline never writes
 * the Southbound.
 */
export interface Chassis {
  /** `Chassis.name` (system-id). */
  readonly name: string;
  readonly hostname: string;
  /** Physical networks of `ovn-bridge-mappings`. */
  readonly physicalNetworks: readonly string[];
  /** `ovn-cms-options` holds `enable-chassis-as-gw`. */
  readonly isGateway: boolean;
  /** `ovn-cms-options` holds `enable-chassis-as-extport-host`. */
  readonly isExternalPortHost: boolean;
  /** `availability-zones=a:b` of `ovn-cms-options`. */
  readonly availabilityZones: readonly string[];
  /** `card-serial-number=...` of `ovn-cms-options`. */
  readonly cardSerialNumbers: readonly string[];
  readonly datapathType: string;
  /**
   * Its ovn-controller is silent: whoever lives goes before it. Neutron schedules on every chassis there is, and so
   * readChassis never says it; the checks of gateways do.
   */
  readonly isSilent?: true;
}
