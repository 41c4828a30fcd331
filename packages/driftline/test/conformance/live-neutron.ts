/**
 * Driftline against a real Neutron with a real OVN: what it finds, what it repairs, and that Neutron never notices.
 *
 * This file opens the lab's deployment as the commands open theirs, and runs commands on it as a person does.
 */
import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/sources.ts';
import { takeConfigArguments } from '../../src/config/take-arguments.ts';
import type { Change } from '../../src/diff/change.ts';
import { Deployment } from '../../src/reconcile/deployment.ts';
import type { Verdict } from '../../src/reconcile/judge.ts';
import { check } from '../../src/reconcile/reconcile.ts';
import { type Ran, runCommandLine } from '../cli/run-command-line.ts';
import type { NeutronLab } from '../lab/neutron-lab.ts';

/** What a command line says to use the lab's deployment and a journal in its folder. */
export const configArguments = ({ configFiles, folder }: Pick<NeutronLab, 'configFiles' | 'folder'>): string[] => [
  ...configFiles.flatMap((file) => ['--config-file', file]),
  '--driftline-state_path',
  folder,
];

export async function openDeployment(
  lab: Pick<NeutronLab, 'configFiles' | 'folder'>,
  options: { readonly writable?: boolean; readonly flags?: readonly string[] } = {},
): Promise<Deployment> {
  const { rest: _, ...taken } = takeConfigArguments([...configArguments(lab), ...(options.flags ?? [])]);
  const { folder } = lab;
  const sources = await loadConfig({ ...taken, environment: {}, home: folder, hostname: 'test', etc: folder });
  return await Deployment.open(sources, { writable: options.writable ?? false });
}

/** Waits until Neutron has written what it knows, then compares. */
export async function checkSettled(lab: NeutronLab): Promise<Verdict> {
  await lab.settle();
  await using deployment = await openDeployment(lab);
  return await check(deployment);
}

/** One command, as a person types it, in this process. */
export async function runCommand(
  lab: Pick<NeutronLab, 'configFiles' | 'folder'>,
  [command = '', ...flags]: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  return await runCommandLine([command, ...configArguments(lab), ...flags], signal);
}

/** A difference in the words of the lists of Neutron's faults; whole rows have no column. */
export interface Found {
  readonly table: string;
  readonly key: string;
  readonly column: string;
  readonly mapKey?: string;
  readonly found: unknown;
  readonly wanted: unknown;
}

export function foundIn(drift: readonly Change[]): Found[] {
  return drift.flatMap((change): Found[] => {
    const { table, key, action } = change;
    if (action !== 'update') return [{ table, key, column: '', found: action, wanted: change.reason }];
    return change.differences.map(({ column, key: mapKey, found, wanted }) => ({
      table,
      key,
      column,
      ...(mapKey === undefined ? {} : { mapKey }),
      found,
      wanted,
    }));
  });
}

/** Nothing differs but what is listed as Neutron's own fault, and all was judged. */
export function assertClean(verdict: Verdict, faults: readonly Found[] = []): void {
  const inOrder = (list: readonly Found[]) => list.map((each) => JSON.stringify(each)).toSorted();
  assert.deepEqual(inOrder(foundIn(verdict.drift)), inOrder(faults));
  assert.deepEqual(verdict.backfill, []);
  assert.deepEqual(verdict.doubts, []);
  assert.deepEqual(verdict.faults, []);
  assert.equal(verdict.counts.foreignRows, 0);
}
