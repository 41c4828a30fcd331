import { deleteChassis } from '../../southbound/delete-chassis.ts';
import { type ChassisLife, LIFE_TABLES } from '../../southbound/life.ts';
import type { SouthboundTables } from '../../southbound/session.ts';
import type { Finding, WritableTaskContext } from '../../tasks/task.ts';
import type { Check } from '../check.ts';
import { livesIn, withSouthbound } from '../southbound.ts';

/**
 * An ovn-controller that got another system-id without a clean stop leaves its chassis behind. Upstream's task of the name
 * remove_duplicated_chassis_registers deletes all but the newest, and was dropped for hosts that run several
 * ovn-controllers: here those that live stay, however many they are.
 */
export const duplicateChassis: Check = {
  name: 'duplicate-chassis',
  looksAt: 'Southbound Chassis of one hostname, and agents of one id',
  writes: 'deletes Chassis and Chassis_Private of those that are silent, where another of the hostname lives',
  defaultPolicy: 'observe',
  look: (context) =>
    withSouthbound(context, { tables: LIFE_TABLES }, (southbound) => {
      const lives = livesIn(southbound, context);
      return [...sameHost(lives), ...sameAgent(lives)];
    }),
  mend: (findings, context) => deleteSilent(findings, context, LIFE_TABLES),
};

function* sameHost(lives: readonly ChassisLife[]): Iterable<Finding> {
  const known = lives.filter(({ chassis }) => chassis !== undefined && chassis.hostname !== '');
  const byHost = Map.groupBy(known, ({ chassis }) => chassis?.hostname ?? '');
  for (const [hostname, group] of byHost) {
    if (group.length < 2) continue;
    const living = group.filter(({ isAlive }) => isAlive).map(({ name }) => name);
    for (const { name, isAlive, own } of group) {
      const others = group.filter((each) => each.name !== name).map((each) => each.name);
      const what = `Chassis ${name} is of ${hostname}, as ${others.join(', ')} is`;
      if (isAlive) yield { id: own._uuid, what };
      else if (living.length === 0) yield { id: own._uuid, what: `${what}, and none of them lives` };
      else yield { id: own._uuid, what: `${what}, and it is silent`, wouldBe: `deleted, ${living.join(', ')} lives` };
    }
  }
}

/** The id stands in a file that belongs to the host: an image of a host takes it along. */
const AGENT_IDS = ['neutron:ovn-metadata-id', 'neutron:ovn-neutron-agent-id'] as const;

function* sameAgent(lives: readonly ChassisLife[]): Iterable<Finding> {
  for (const key of AGENT_IDS) {
    const byId = Map.groupBy(lives, ({ own }) => own.external_ids.get(key) ?? '');
    for (const [id, group] of byId) {
      if (id === '' || group.length < 2) continue;
      const names = group.map(({ name }) => name).join(', ');
      yield { id, what: `agent ${id} (${key}) is on each of ${names}: Neutron shows one of them` };
    }
  }
}

/**
 * The Southbound lets an address stand once for each type of tunnel: the second chassis with it can't be entered at all,
 * or tunnels of one type end at another host than those of the other.
 */
export const duplicateEncaps: Check = {
  name: 'duplicate-encaps',
  looksAt: 'Southbound Encap: addresses of tunnels that several chassis have',
  writes: 'deletes Chassis and Chassis_Private of those that are silent, where another with the address lives',
  defaultPolicy: 'observe',
  look: (context) =>
    withSouthbound(context, { tables: ENCAP_TABLES }, (southbound) => {
      const lives = livesIn(southbound, context);
      const encaps = southbound.replica.table('Encap');
      const uses = lives.flatMap((life) =>
        (life.chassis?.encaps ?? []).flatMap((uuid) => {
          const encap = encaps.get(uuid);
          return encap === undefined ? [] : [{ life, encap }];
        }),
      );
      const findings: Finding[] = [];
      for (const [ip, group] of Map.groupBy(uses, ({ encap }) => encap.ip)) {
        const holders = [...new Set(group.map(({ life }) => life))];
        if (holders.length > 1) findings.push(...sameAddress(ip, holders));
      }
      for (const { life, encap } of uses) {
        if (encap.chassis_name === life.name) continue;
        const what = `Encap ${encap.type} ${encap.ip} is of Chassis ${encap.chassis_name}, and ${life.name} uses it`;
        findings.push({ id: encap._uuid, what });
      }
      return findings;
    }),
  mend: (findings, context) => deleteSilent(findings, context, ENCAP_TABLES),
};

const ENCAP_TABLES: SouthboundTables = { ...LIFE_TABLES, Encap: ['type', 'ip', 'chassis_name'] };

function* sameAddress(ip: string, holders: readonly ChassisLife[]): Iterable<Finding> {
  const living = holders.filter(({ isAlive }) => isAlive).map(({ name }) => name);
  for (const { name, isAlive, own } of holders) {
    const others = holders.filter((each) => each.name !== name).map((each) => each.name);
    const what = `Chassis ${name} has its tunnels at ${ip}, as ${others.join(', ')} has`;
    if (isAlive || living.length === 0) yield { id: own._uuid, what };
    else yield { id: own._uuid, what: `${what}, and it is silent`, wouldBe: `deleted, ${living.join(', ')} lives` };
  }
}

const deleteSilent = (
  findings: readonly Finding[],
  context: WritableTaskContext,
  tables: SouthboundTables,
): Promise<number> =>
  withSouthbound(context, { tables, writable: true }, async (southbound) => {
    const wanted = new Map(findings.map((finding) => [finding.id, finding]));
    let changed = 0;
    for (const { chassis, own, isAlive } of livesIn(southbound, context)) {
      const finding = wanted.get(own._uuid);
      if (finding === undefined || isAlive) continue;
      changed += await deleteChassis(southbound, { chassis, own }, finding.what, context.signal);
      context.signal?.throwIfAborted();
    }
    return changed;
  });
