/** A golden deployment opened as the commands open theirs. */
import { loadConfig } from '../../src/config/sources.ts';
import { takeConfigArguments } from '../../src/config/take-arguments.ts';
import { Deployment } from '../../src/reconcile/deployment.ts';
import { type Engine, type Golden, type GoldenRelease, openGolden } from '../lab/golden.ts';

export interface OpenGoldenDeployment extends AsyncDisposable {
  readonly golden: Golden;
  readonly deployment: Deployment;
}

interface DeploymentOptions {
  readonly writable?: boolean;
  /** Those of a command line, such as `--ovn-stateless_nat_enabled`. */
  readonly flags?: readonly string[];
}

export async function openGoldenDeployment(
  release: GoldenRelease,
  options: DeploymentOptions & { readonly engine?: Engine } = {},
): Promise<OpenGoldenDeployment> {
  await using opened = new AsyncDisposableStack();
  const golden = opened.use(await openGolden(release, options.engine === undefined ? {} : { engine: options.engine }));
  const deployment = opened.use(await openDeploymentOf(golden, options));
  const resources = opened.move();
  return { golden, deployment, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

export async function openDeploymentOf(golden: Golden, { writable, flags }: DeploymentOptions): Promise<Deployment> {
  const { rest: _, ...taken } = takeConfigArguments([...configArguments(golden), ...(flags ?? [])]);
  const sources = await loadConfig({
    ...taken,
    environment: {},
    home: golden.folder,
    hostname: 'test',
    etc: golden.folder,
  });
  return Deployment.open(sources, { writable: writable ?? false });
}

/** What a command line says to use the golden deployment and a journal of its own. */
export const configArguments = ({ configFiles, folder }: Golden): readonly string[] => [
  ...configFiles.flatMap((file) => ['--config-file', file]),
  '--driftline-state_path',
  folder,
];
