import type { WorkerEvent } from '../events/event-worker.ts';
import type { Policy } from '../events/looker.ts';
import type { MembershipEvent } from '../events/ring-membership.ts';
import { watchEvents } from '../events/watch-events.ts';
import type { WritableNeutronConnection } from '../neutron/connect.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import { printable } from './terminal.ts';

interface Parts {
  readonly deployment: Deployment;
  /** undefined: nothing is written. */
  readonly neutron: WritableNeutronConnection | undefined;
  readonly policy: Policy;
  readonly log: (line: string) => void;
}

/** The events beside a daemon; they end with what it returns. */
export function startEvents({ deployment, neutron, policy, log }: Parts): AsyncDisposable {
  const stop = new AbortController();
  const running = watchEvents(
    {
      deployment,
      writable: neutron,
      policy,
      graceMs: deployment.config.driftline.gracePeriodS * 1000,
      onEvent: (event) => {
        for (const line of eventLines(event)) log(line);
      },
    },
    stop.signal,
  );
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

/** What was found right is no news. */
export function* eventLines(event: WorkerEvent | MembershipEvent): Iterable<string> {
  switch (event.kind) {
    case 'looked':
      for (const { is, message } of event.findings) {
        if (message !== undefined) yield `${is === 'mended' ? 'INFO' : 'WARNING'} ${printable(message)}`;
      }
      return;
    case 'dead-letter': {
      const { event: name, table, rowUuid, error, count } = event.letter;
      const why = error instanceof Error ? error.message : String(error);
      yield `ERROR event ${name} of ${table} ${rowUuid} was given up, ${count} times so far: ${printable(why)}`;
      return;
    }
    case 'scanned':
      if (event.why !== 'start') yield `INFO ${event.rows} rows of a daemon that is gone were gone through`;
      return;
    case 'schema':
      yield `INFO the schema of ${event.database} is ${event.version} now`;
      return;
    case 'membership':
      yield `INFO ${event.after.nodes.length} daemons share the events: ${event.joined.length} came, ${event.left.length} went`;
      return;
    case 'neutron-ring':
      for (const { kind, message } of event.findings) {
        yield `${kind === 'stale' ? 'INFO' : 'WARNING'} ${printable(message)}`;
      }
      return;
    case 'trouble':
      yield `WARNING ${printable(event.what)}`;
      return;
    default:
      event satisfies never;
  }
}
