import type { Finding, OwnerView } from 'driftline/plugin';
import { type Balancer, findMark, readBalancer } from './balancer.ts';
import { idOf } from './wanted.ts';

/**
 * What no re-attachment mends: only Octavia can know whether the balancer is still wanted, so it is told, with what to
 * do about it.
 */
export function findBroken(view: OwnerView): readonly Finding[] {
  return [...view.rows('Load_Balancer')].flatMap((row) => {
    if (findMark(row) === undefined) return [];
    const balancer = readBalancer(row);
    return problemsOf(balancer, view).map((problem, at) => ({
      id: `${row._uuid} ${at}`,
      what: `load balancer ${balancer.id} (row ${row._uuid}) ${problem}`,
    }));
  });
}

function problemsOf({ vip, vipPortIds, switches, routers }: Balancer, { snapshot }: OwnerView): readonly string[] {
  const problems: string[] = [];
  for (const portId of vipPortIds) {
    if (!snapshot.ports.has(portId)) {
      problems.push(`has lost its VIP port ${portId} in Neutron: fail it over or delete it in Octavia`);
    }
  }
  const addresses = vipPortIds.flatMap((portId) => snapshot.ports.get(portId)?.fixedIps ?? []);
  if (vip !== undefined && addresses.length > 0 && !addresses.some(({ ipAddress }) => ipAddress === vip)) {
    problems.push(
      `answers at ${vip}, which none of its VIP ports has in Neutron: somebody else may be given that address`,
    );
  }
  for (const name of switches) {
    if (!snapshot.networks.has(idOf(name))) {
      problems.push(`counts VIPs or members on ${name}, whose network is gone from Neutron (external_ids:ls_refs)`);
    }
  }
  for (const name of routers) {
    if (!snapshot.routers.has(idOf(name))) {
      problems.push(`names ${name}, whose router is gone from Neutron (external_ids:lr_ref)`);
    }
  }
  return problems;
}
