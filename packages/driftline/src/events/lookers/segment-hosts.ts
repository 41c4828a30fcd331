import type { NeutronConnection, WritableNeutronConnection } from '../../neutron/connect.ts';
import { settleSegmentHosts } from '../../neutron/segment-hosts.ts';
import type { Chassis } from '../../southbound/chassis.ts';
import type { Finding, Looker, Policy } from '../looker.ts';

export interface SegmentHostsOptions {
  readonly chassis: () => readonly Chassis[];
  readonly neutron: NeutronConnection;
  readonly writable: WritableNeutronConnection | undefined;
  readonly policy: Policy;
}

/** The segments that Neutron takes a host for connected to, against the bridge mappings of its chassis. */
export function lookAtSegmentHosts(options: SegmentHostsOptions): Looker<'segment-hosts'> {
  const { neutron, writable, policy } = options;
  return async (looks, { mayAct, signal }) => {
    const everyChassis = options.chassis();
    const wanted = new Map<string, readonly string[]>();
    for (const { host } of looks) {
      const own = everyChassis.filter(({ hostname }) => hostname === host);
      if (host !== '') wanted.set(host, [...new Set(own.flatMap(({ physicalNetworks }) => physicalNetworks))]);
    }
    const mends = policy === 'act' && mayAct && writable !== undefined;
    const outcomes = mends
      ? await writable.write((transaction) => settleSegmentHosts(transaction, wanted, { write: true }), { signal })
      : await neutron.read((transaction) => settleSegmentHosts(transaction, wanted, { write: false }), { signal });
    const byHost = new Map(outcomes.map((outcome) => [outcome.host, outcome]));
    return looks.map((look): Finding => {
      const { missing, stale } = byHost.get(look.host) ?? { missing: [], stale: [] };
      if (missing.length + stale.length === 0) return { look, is: 'right' };
      const message = `host ${look.host} ${mends ? 'was' : 'is'} mapped to ${stale.length} segments that it does not reach, and not to ${missing.length} that it does`;
      return { look, is: mends ? 'mended' : 'differs', message };
    });
  };
}
