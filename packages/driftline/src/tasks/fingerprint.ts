import { createHash } from 'node:crypto';
import type { NeutronConfig } from '../config/config.ts';
import type { Deployment } from '../reconcile/deployment.ts';
import type { OptionPath, Task } from './task.ts';

/** What the outcome of a run-once task holds for: when this changes, the task is run again. */
export function fingerprintOf(task: Task, deployment: Deployment): string {
  const { config, found, northbound } = deployment;
  const parts = [
    found.release,
    northbound.client.schema.version,
    ...task.options.map((path) => [path, optionAt(config, path)]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

export function optionAt(config: NeutronConfig, path: OptionPath): unknown {
  const [group = '', name = ''] = path.split('.');
  const value = (config as unknown as Record<string, Record<string, unknown>>)[group]?.[name];
  return value instanceof Map ? [...value] : value;
}

/**
 * Which databases a ledger's lines are about: the row of NB_Global is made with the Northbound and kept by its cluster
 * through every restart, and the URL is where Neutron's rows are; neither has a secret in it.
 */
export function databaseIdentity({ northbound, neutron }: Deployment): string {
  const [global] = northbound.source.rows('NB_Global');
  return `OVN_Northbound ${global?._uuid ?? 'empty'} with ${neutron.description}`;
}
