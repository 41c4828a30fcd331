import { setTimeout as sleep } from 'node:timers/promises';
import { OvsdbError } from '@driftline/ovsdb';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import { ringTimingsOf } from '../neutron/hash-ring.ts';
import { NeutronReadError } from '../neutron/read-error.ts';
import { connectRemote } from '../northbound/session.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import { readChassis } from '../southbound/read-chassis.ts';
import { EventWorker, type WorkerEvent } from './event-worker.ts';
import type { Policy } from './looker.ts';
import { lookAtMacBindings } from './lookers/mac-bindings.ts';
import { lookAtPortHost } from './lookers/port-host.ts';
import { lookAtPortStatus } from './lookers/port-status.ts';
import { lookAtSegmentHosts } from './lookers/segment-hosts.ts';
import { lookupIn } from './replica-lookup.ts';
import { type MembershipEvent, RingMembership } from './ring-membership.ts';

export interface WatchOptions {
  readonly deployment: Deployment;
  /** undefined: nothing is written, not even a row in the ring; this daemon then sees all events, as others may. */
  readonly writable: WritableNeutronConnection | undefined;
  /** Of port statuses, learnt MAC addresses and segments' hosts. Neutron's own workers see to all of them. */
  readonly policy: Policy;
  readonly graceMs: number;
  readonly onEvent: (event: WorkerEvent | MembershipEvent) => void;
}

/** What upstream's classes and the lookers read of the Southbound. */
const SOUTHBOUND_TABLES = {
  Chassis: ['name', 'hostname', 'external_ids', 'other_config'],
  Datapath_Binding: ['external_ids'],
  Port_Binding: ['logical_port', 'type', 'chassis', 'additional_chassis', 'datapath', 'options', 'external_ids'],
} as const;

const RETRY_MS = { first: 1000, most: 30_000 };

/** Sees events until the signal aborts. What it needs and cannot reach is tried again; it never rejects for that. */
export async function watchEvents(options: WatchOptions, signal: AbortSignal): Promise<void> {
  let retryInMs = RETRY_MS.first;
  while (!signal.aborted) {
    try {
      await watch(options, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof NeutronReadError || error instanceof OvsdbError)) throw error;
      options.onEvent({ kind: 'trouble', what: `no events are seen: ${error.message}`, retryInMs });
      await sleep(retryInMs, undefined, { signal }).catch(() => undefined);
      retryInMs = Math.min(RETRY_MS.most, 2 * retryInMs);
    }
  }
}

async function watch({ deployment, writable, policy, graceMs, onEvent }: WatchOptions, signal: AbortSignal) {
  const { config, found, neutron, northbound } = deployment;
  const { release } = found;
  await using opened = new AsyncDisposableStack();
  const southbound = opened.use(
    await connectRemote('OVN_Southbound', config.ovsdb.southbound, config.ovsdb, SOUTHBOUND_TABLES, {
      writable: policy === 'act',
      anyServer: true,
      signal,
    }),
  );
  const membership =
    writable === undefined
      ? undefined
      : opened.use(
          await RingMembership.join({
            connection: writable,
            hostname: config.host,
            timings: ringTimingsOf(release),
            neutronWorkers: (config.apiWorkers ?? 0) > 0 ? config.apiWorkers : undefined,
            onEvent,
          }),
        );
  const worker = new EventWorker({
    release,
    northbound: northbound.client,
    southbound,
    membership,
    graceMs,
    onEvent,
    // The daemon looks at the whole deployment with each change of the Northbound and of the chassis: what the events say
    // of resources, it knows.
    lookers: {
      'port-status': lookAtPortStatus({
        northbound: lookupIn(northbound.client),
        release,
        neutron,
        writable,
        policy,
        novaWaitMs: config.driftline.vifPluggingTimeoutS * 1000,
      }),
      'port-host': lookAtPortHost({ southbound: lookupIn(southbound), release, neutron }),
      'mac-bindings': lookAtMacBindings({ southbound, policy }),
      'segment-hosts': lookAtSegmentHosts({
        chassis: () => readChassis(southbound.replica, release),
        neutron,
        writable,
        policy,
      }),
    },
  });
  await worker.run(signal);
}
