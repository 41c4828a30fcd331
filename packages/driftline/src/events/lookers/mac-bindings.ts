import { type OvsdbClient, op } from '@driftline/ovsdb';
import type { Finding, Looker, Policy } from '../looker.ts';

export interface MacBindingsOptions {
  /** One that may write where the policy is to act. */
  readonly southbound: OvsdbClient;
  readonly policy: Policy;
}

/**
 * The MAC addresses that OVN's routers have learnt for a floating IP: they are another machine's once it has moved.
 * Deleted, they are learnt anew. Which of them are stale nothing tells, so there is nothing to observe.
 */
export function lookAtMacBindings({ southbound, policy }: MacBindingsOptions): Looker<'mac-bindings'> {
  return async (looks, { mayAct, signal }) => {
    if (policy !== 'act') return looks.map((look): Finding => ({ look, is: 'left' }));
    const operations = looks.map(({ ip }) =>
      mayAct ? op.delete('MAC_Binding', [['ip', '==', ip]]) : op.select('MAC_Binding', [['ip', '==', ip]], ['_uuid']),
    );
    const results = await southbound.transact(operations, { signal });
    return looks.map((look, index): Finding => {
      const result = results[index];
      const count = result?.count ?? result?.rows?.length ?? 0;
      if (count === 0) return { look, is: 'right' };
      const message = `${count} MAC bindings of ${look.ip} ${mayAct ? 'were deleted' : 'are to be deleted'}`;
      return { look, is: mayAct ? 'mended' : 'differs', message };
    });
  };
}
