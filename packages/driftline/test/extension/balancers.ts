import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OvsdbClient, op } from '@driftline/ovsdb';
import { look } from '../../src/reconcile/reconcile.ts';
import { runCommandLine } from '../cli/run-command-line.ts';
import { configArguments, openDeploymentOf } from '../golden/deployment.ts';
import type { Golden } from '../lab/golden.ts';

const exec = promisify(execFile);

export const EXAMPLE = join(import.meta.dirname, '../../examples/octavia/plugin.ts');

/** Runs commands on a golden deployment, with these plugins in a configuration file. */
export async function commandsOf(golden: Golden, ...plugins: readonly string[]) {
  const file = join(golden.folder, 'driftline.conf');
  await writeFile(file, `[driftline]\nplugins = ${plugins.join(',')}\n`);
  const config = [...configArguments(golden), '--config-file', file];
  const run = async (...argv: readonly string[]) => {
    return await runCommandLine([...argv, ...config]);
  };
  const nbctl = async (...args: string[]): Promise<string> =>
    (await exec('ovn-nbctl', [`--db=${golden.northbound.endpoint}`, ...args])).stdout.trim();
  return { run, nbctl, config };
}

export interface Balancers {
  /** Octavia's id: the name of both rows. */
  readonly id: string;
  /** One for TCP, one for UDP. */
  readonly rows: readonly [string, string];
  readonly router: string;
  /** The VIP's network, and the other one behind the router. */
  readonly switches: readonly [string, string];
  readonly vipPortId: string;
}

/**
 * A load balancer for two protocols as Octavia's OVN provider leaves it: its VIP on a network behind a router, listed in
 * both of the router's networks, with a member there and a health monitor.
 */
export async function plantBalancers(golden: Golden): Promise<Balancers> {
  const place = await findPlace(golden);
  await using client = await OvsdbClient.connect({
    endpoints: golden.northbound.endpoint,
    database: 'OVN_Northbound',
    tables: {},
  });
  const id = '6f0a3f3c-1a52-4d2f-9a6e-0c5a9e3f7b11';
  const pool = 'pool_0b7c1b6e-5f3e-4c55-8a8d-2f6d9d1f4a01';
  const monitor = '1d6a7a42-93c1-4f0e-8a3b-7b1f0e2d9c55';
  const member = `member_7f1d1e0a-2b3c-4d5e-8f90-a1b2c3d4e5f6_${place.member}:8080_${place.subnetId}`;
  const externalIds = (listener: string) =>
    new Map([
      ['enabled', 'True'],
      ['neutron:vip', place.vip],
      ['neutron:vip_port_id', place.vipPortId],
      ['ls_refs', JSON.stringify({ [place.switches[0]]: 2 })],
      ['lr_ref', place.router],
      [pool, member],
      [listener, `80:${pool}`],
      ['octavia:healthmonitors', JSON.stringify([monitor])],
      ['neutron:member_status', '{}'],
    ]);
  const rows = ['tcp', 'udp'].map((protocol) => ({ ref: protocol }));
  const results = await client.transact([
    op.insert(
      'Load_Balancer_Health_Check',
      {
        vip: `${place.vip}:80`,
        options: new Map([['interval', '5']]),
        external_ids: new Map([
          ['octavia:healthmonitor', monitor],
          ['octavia:vip', place.vip],
        ]),
      },
      { namedUuid: 'check' },
    ),
    ...['tcp', 'udp'].map((protocol) =>
      op.insert(
        'Load_Balancer',
        {
          name: id,
          protocol,
          vips: new Map([[`${place.vip}:80`, `${place.member}:8080`]]),
          health_check: [{ ref: 'check' }],
          ip_port_mappings: new Map([[place.member, `${place.vipPortId}:${place.vip}`]]),
          selection_fields: ['ip_dst', 'ip_src', 'tp_dst', 'tp_src'],
          external_ids: externalIds(`listener_2c0c7a0e-4b1d-4f6e-9d3a-${protocol}`),
        },
        { namedUuid: protocol },
      ),
    ),
    ...place.switches.map((name) =>
      op.mutate('Logical_Switch', [['name', '==', name]], [['load_balancer', 'insert', rows]]),
    ),
    op.mutate('Logical_Router', [['name', '==', place.router]], [['load_balancer', 'insert', rows]]),
  ]);
  const uuids = results.flatMap(({ uuid }) => (uuid === undefined ? [] : [uuid]));
  const [, tcp = '', udp = ''] = uuids;
  return { id, rows: [tcp, udp], ...place };
}

/** A router with two networks of its own, and a port on one of them whose address can be a VIP. */
async function findPlace(golden: Golden) {
  await using deployment = await openDeploymentOf(golden, {});
  const { snapshot } = await look(deployment);
  const physical = new Set(
    [...snapshot.segments.values()].flatMap((each) => (each.physicalNetwork === undefined ? [] : each.networkId)),
  );
  for (const router of snapshot.routers.values()) {
    const ports = router.ports.flatMap(({ portId, portType }) =>
      portType === 'network:router_interface' ? (snapshot.ports.get(portId) ?? []) : [],
    );
    const reached = ports.filter(
      ({ networkId, fixedIps: [ip] }) => !physical.has(networkId) && ip?.ipAddress.includes('.'),
    );
    const [home, away] = reached;
    const isVm = (port: { networkId: string; deviceOwner: string }) =>
      port.networkId === home?.networkId && port.deviceOwner.startsWith('compute:');
    const [vipPort, memberPort] = [...snapshot.ports.values()].filter(isVm);
    const vip = vipPort?.fixedIps.find(({ ipAddress }) => ipAddress.includes('.'));
    const member = memberPort?.fixedIps.find(({ ipAddress }) => ipAddress.includes('.'));
    if (home === undefined || away === undefined || vipPort === undefined) continue;
    if (vip === undefined || member === undefined) continue;
    return {
      router: `neutron-${router.id}`,
      switches: [`neutron-${home.networkId}`, `neutron-${away.networkId}`] as const,
      vipPortId: vipPort.id,
      vip: vip.ipAddress,
      member: member.ipAddress,
      subnetId: vip.subnetId,
    };
  }
  throw new Error('the golden deployment has no router with two networks and two machines');
}
