/** A golden deployment opened as the commands open theirs. */
import { loadConfig } from '../../src/config/sources.ts';
import { takeConfigArguments } from '../../src/config/take-arguments.ts';
import { Deployment } from '../../src/reconcile/deployment.ts';
import { type Engine, type Golden, type GoldenRelease, openGolden } from '../lab/golden.ts';

export interface OpenGoldenDeployment extends AsyncDisposable {
  readonly golden: Golden;
  readonly deployment: Deployment;
}

/** Options are those of a command line, such as `--ovn-stateless_nat_enabled`. */
export async function openGoldenDeployment(
  release: GoldenRelease,
  options: { readonly engine?: Engine; readonly writable?: boolean; readonly flags?: readonly string[] } = {},
): Promise<OpenGoldenDeployment> {
  await using opened = new AsyncDisposableStack();
  const golden = opened.use(await openGolden(release, options.engine === undefined ? {} : { engine: options.engine }));
  const { rest: _, ...taken } = takeConfigArguments([...configArguments(golden), ...(options.flags ?? [])]);
  const sources = await loadConfig({
    ...taken,
    environment: {},
    home: golden.folder,
    hostname: 'test',
    etc: golden.folder,
  });
  const deployment = opened.use(await Deployment.open(sources, { writable: options.writable ?? false }));
  const resources = opened.move();
  return { golden, deployment, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** What a command line says to use the golden deployment and a journal of its own. */
export const configArguments = ({ configFiles, folder }: Golden): readonly string[] => [
  ...configFiles.flatMap((file) => ['--config-file', file]),
  '--driftline-state_path',
  folder,
];
