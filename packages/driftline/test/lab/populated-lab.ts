/**
 * A lab with the deployment of `populate` in it, populated once a machine: the next one goes on from what was captured,
 * and is there in ten seconds instead of sixty.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { captureGolden } from './capture-golden.ts';
import { type NeutronLab, type NeutronLabOptions, showingLogs, startNeutronLab } from './neutron-lab.ts';
import { type Deployment, populate } from './populate.ts';

export interface PopulatedLab extends AsyncDisposable {
  readonly lab: NeutronLab;
  readonly deployment: Deployment;
}

export async function startPopulatedLab(options: Omit<NeutronLabOptions, 'from'> = {}): Promise<PopulatedLab> {
  const { clusterSize = 0, signsTransactions = false, ...captured } = options;
  const cache = join(tmpdir(), `driftline-lab-${userInfo().uid}`, await fingerprint(captured));
  const deploymentFile = join(cache, 'deployment.json');
  if (existsSync(deploymentFile)) {
    const deployment = JSON.parse(await readFile(deploymentFile, 'utf8'), revive) as Deployment;
    return populatedLab(await startNeutronLab({ ...options, from: cache }), deployment);
  }
  if (clusterSize > 0 || signsTransactions) {
    // What is captured is the same whichever way it is served later.
    await using _once = await startPopulatedLab(captured);
    await _once[Symbol.asyncDispose]();
    return startPopulatedLab(options);
  }
  await using stack = new AsyncDisposableStack();
  const lab = stack.use(await startNeutronLab(options));
  const deployment = await showingLogs(lab, () => populate(lab));
  // Under a name of its own first: another process may be at it too, and either's will do.
  const draft = `${cache}.${process.pid}`;
  await captureGolden(lab, draft);
  await writeFile(join(draft, 'deployment.json'), JSON.stringify(deployment, replace));
  await rename(draft, cache).catch(() => rm(draft, { recursive: true, force: true }));
  stack.move();
  return populatedLab(lab, deployment);
}

function populatedLab(lab: NeutronLab, deployment: Deployment): PopulatedLab {
  return { lab, deployment, [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() };
}

/** Of all that decides what is captured: the options, this folder's files, and which Neutron and OVN are installed. */
async function fingerprint(options: NeutronLabOptions): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(options));
  const names = await readdir(import.meta.dirname);
  for (const name of names.filter((each) => !each.endsWith('.test.ts')).sort()) {
    hash.update(await readFile(join(import.meta.dirname, name)));
  }
  for (const program of ['/usr/bin/neutron-server', '/usr/bin/ovn-northd']) {
    hash.update(String((await stat(program)).mtimeMs));
  }
  return hash.digest('hex').slice(0, 16);
}

function replace(_key: string, value: unknown): unknown {
  return value instanceof Map ? { map: [...value] } : value;
}

function revive(_key: string, value: unknown): unknown {
  const isMap = typeof value === 'object' && value !== null && 'map' in value && Array.isArray(value.map);
  return isMap ? new Map(value.map as [string, string][]) : value;
}
