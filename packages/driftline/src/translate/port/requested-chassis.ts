/** On which chassis a port shall be: `requested-chassis` and `activation-strategy` of its options. */
import { type Absent, absent, choice, dated, type KeyWant } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { orAbsent } from '../since.ts';
import { chassisOfCard } from './port-binding.ts';
import type { SwitchPortFacts } from './switch-port-facts.ts';

const NO_REQUEST = dated<string | Absent>('requestedChassisOnlyWithHost', absent, '');

/** The chassis that a port moves to while it migrates. */
function migrationTarget({ binding, type }: SwitchPortFacts): string | undefined {
  const target = binding.profile.migrating_to;
  return typeof target === 'string' && target !== '' && type !== 'external' ? target : undefined;
}

export function requestedChassis(ctx: TranslationContext, facts: SwitchPortFacts): KeyWant {
  const { features } = ctx;
  if (facts.type === 'external') return absent;
  const host = requestedHost(ctx, facts);
  if (host === undefined) return anyKnownHost(ctx);
  const target = migrationTarget(facts);
  const wanted = target === undefined || host === '' ? host : `${host},${target}`;
  if (facts.type === 'virtual') return virtualRequest(ctx, wanted, facts.virtual?.isCertain === true);
  if (host === '') {
    if (features.has('requestedChassisOnlyWithHost')) return NO_REQUEST;
    // A port that ceased to be virtual has none either.
    return features.has('noRequestedChassisForVirtual') ? orAbsent(['']) : '';
  }
  if (target === undefined || features.has('multichassisBindingAssumed')) return wanted;
  return choice<string | number>(
    'the host, and the target where the Southbound knows multi-chassis bindings',
    (found) => found === wanted || found === host,
    () => wanted,
  );
}

/** Whoever made the port virtual, it keeps the request of the ordinary port that it was until it is updated. */
function virtualRequest({ features }: TranslationContext, wanted: string, isCertain: boolean): KeyWant {
  if (!isCertain) return orAbsent(wanted === '' ? [''] : [wanted, '']);
  if (features.has('requestedChassisOnlyWithHost')) {
    return wanted === '' ? NO_REQUEST : dated<string | Absent>('noRequestedChassisForVirtual', absent, '', wanted);
  }
  if (features.has('noRequestedChassisForVirtual')) return orAbsent(['', wanted]);
  return choice<string | number>(
    "the host or '', or nothing from the point release that no longer asks for flood reports either",
    (found, row) =>
      found === '' ||
      found === wanted ||
      (found === undefined &&
        features.maybe('noRequestedChassisForVirtual') &&
        !(row.options instanceof Map && row.options.has('mcast_flood_reports'))),
    () => wanted,
  );
}

/** undefined: the chassis with the port's SmartNIC is not known now. */
function requestedHost(ctx: TranslationContext, { binding, parameters }: SwitchPortFacts): string | undefined {
  if (binding.vnicType !== 'remote-managed') return binding.host;
  if (parameters.is !== 'remote-managed') return '';
  return chassisOfCard(ctx, parameters.serialNumber)?.hostname;
}

const anyKnownHost = (ctx: TranslationContext): KeyWant =>
  choice<string | number>(
    'a chassis',
    (found) => found === undefined || ctx.chassis.some(({ hostname }) => hostname === found),
    () => undefined,
  );

/** Keeps the target quiet until the VM is there. */
export function activationStrategy(ctx: TranslationContext, facts: SwitchPortFacts): KeyWant {
  if (migrationTarget(facts) === undefined) return absent;
  const { type, virtual, binding } = facts;
  if (!ctx.features.has('activationStrategyOption')) {
    if (binding.host === '') return absent;
    // Later point releases of 2024.1 and 2024.2 spare vhost-user ports.
    return binding.vifType === 'vhostuser' ? orAbsent(['rarp']) : 'rarp';
  }
  const isVirtual = type === 'virtual' && virtual?.isCertain;
  if (isVirtual || binding.host === '' || binding.vifType === 'vhostuser') return absent;
  return ctx.config.ovn.liveMigrationActivationStrategy || absent;
}
