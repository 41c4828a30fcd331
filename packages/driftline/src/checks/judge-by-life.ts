import { judge, type Verdict } from '../reconcile/judge.ts';
import { LIFE_TABLES } from '../southbound/life.ts';
import type { TaskContext } from '../tasks/task.ts';
import { livesIn, withSouthbound } from './southbound.ts';

/**
 * The comparison with one more rule of scheduling: a silent chassis goes behind those that live, and gives its place to
 * one that has none. Neutron asks for life only when it binds ports, and schedules on every chassis there is (all releases
 * from Zed on): what it makes of the outcome is that nothing is to be done, for all candidates keep their places as far as
 * there are places.
 */
export async function judgeByLife(context: TaskContext): Promise<Verdict> {
  const { deployment, verdict } = context;
  const silent = await withSouthbound(
    context,
    { tables: LIFE_TABLES },
    (southbound) =>
      new Set(
        livesIn(southbound, context)
          .filter(({ isAlive }) => !isAlive)
          .map(({ name }) => name),
      ),
  );
  const chassis = deployment.chassis();
  if (!chassis.some(({ name }) => silent.has(name))) return verdict;
  const { northbound, config, systemNameservers, owners } = deployment;
  const marked = chassis.map((each) => (silent.has(each.name) ? { ...each, isSilent: true as const } : each));
  const { source, schema } = northbound;
  return judge({ snapshot: verdict.snapshot, source, schema, chassis: marked, config, systemNameservers, owners });
}
