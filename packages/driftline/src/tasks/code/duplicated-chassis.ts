import type { OvsdbClient } from '@driftline/ovsdb';
import { type ChassisRows, deleteChassis } from '../../southbound/delete-chassis.ts';
import { openSouthbound, type SouthboundTables } from '../../southbound/session.ts';
import type { OVNSouthboundTables } from '../../southbound/southbound.gen.ts';
import type { CodeWork, TaskContext } from '../task.ts';

/**
 * An ovn-controller that got another system-id without a clean stop leaves its Chassis behind. Of several chassis of one
 * hostname the one heard of last is kept.
 */
export const removeDuplicatedChassis: CodeWork = {
  is: 'code',
  firstRelease: 'zed',
  look: async (context) => {
    await using southbound = await connect(context, false);
    return duplicatesOf(southbound).map(({ name, hostname, kept }) => ({
      id: name,
      what: `Southbound Chassis ${name} of ${hostname}`,
      wouldBe: `deleted, ${kept} was heard of later`,
    }));
  },
  mend: async (findings, context) => {
    await using southbound = await connect(context, true);
    const wanted = new Set(findings.map(({ id }) => id));
    let changed = 0;
    for (const { name, hostname, rows } of duplicatesOf(southbound)) {
      if (!wanted.has(name)) continue;
      changed += await deleteChassis(southbound, rows, `duplicate chassis ${name} of ${hostname}`, context.signal);
    }
    return changed;
  },
};

const WATCHED: SouthboundTables = {
  Chassis: ['name', 'hostname'],
  Chassis_Private: ['name', 'chassis', 'nb_cfg_timestamp'],
};

const connect = ({ deployment, signal }: TaskContext, writable: boolean): Promise<OvsdbClient<OVNSouthboundTables>> =>
  openSouthbound(deployment.config.ovsdb, { tables: WATCHED }, { writable, signal });

interface Duplicate {
  readonly name: string;
  readonly hostname: string;
  /** The name of the one that stays. */
  readonly kept: string;
  readonly rows: ChassisRows;
}

function duplicatesOf({ replica }: OvsdbClient<OVNSouthboundTables>): readonly Duplicate[] {
  const privates = new Map([...replica.table('Chassis_Private').rows.values()].map((row) => [row.name, row]));
  const known = [...replica.table('Chassis').rows.values()].flatMap((chassis) => {
    const own = privates.get(chassis.name);
    if (own === undefined) return [];
    return { chassis, own, heardOf: Number(own.nb_cfg_timestamp) };
  });
  return Object.values(Object.groupBy(known, ({ chassis }) => chassis.hostname)).flatMap((group = []) => {
    const [newest, ...others] = group.toSorted((a, b) => b.heardOf - a.heardOf);
    return others.map(({ chassis, own }) => ({
      name: chassis.name,
      hostname: chassis.hostname,
      kept: newest?.chassis.name ?? '',
      rows: { chassis, own },
    }));
  });
}
