/**
 * The import walls: each stage imports only stages before it, and the pure ones import nothing of the outside world.
 * Folders follow the data's way, so the order of this list is the architecture.
 */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** In the order of the data's way. A stage sees the stages before it. */
export const STAGES = [
  'config',
  'neutron',
  'northbound',
  'southbound',
  'translate',
  'diff',
  'plan',
  'apply',
  'journal',
  'consistency',
  'reconcile',
  'tasks',
  'checks',
  'extension',
  'events',
  'daemon',
  'cli',
  'demo',
] as const;

/** No `node:*`, no package with effects, no clock, no randomness. */
export const PURE = ['translate', 'diff', 'plan', 'consistency', 'neutron/model'] as const;

/**
 * Exceptions, each with its reason. Types are shapes, and the shapes at a border belong to one side of it.
 */
const ALLOWED: Readonly<Record<string, string>> = {
  'config -> neutron/release-name.ts': 'defaults depend on the release, which is a name and an order',
  'northbound -> translate/context.ts': 'the type of what the schema can hold, which the translator asks for',
  'neutron -> config': 'the URL of the database, as configured',
};

export interface Breach {
  readonly file: string;
  readonly why: string;
}

export interface SourceFile {
  /** Relative to the source folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

export async function readSources(folder: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'),
  );
  return Promise.all(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes(`${sep}testing${sep}`))
      .map(async (path) => ({ path: relative(folder, path).split(sep).join('/'), text: await readFile(path, 'utf8') })),
  );
}

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g;

export function findBreaches(files: readonly SourceFile[]): Breach[] {
  return files.flatMap((file) => [...stageBreaches(file), ...purityBreaches(file)]);
}

function stageBreaches({ path, text }: SourceFile): Breach[] {
  const stage = path.split('/')[0] as (typeof STAGES)[number];
  const own = STAGES.indexOf(stage);
  if (own < 0) return [{ file: path, why: `${stage} is no stage: say in walls.ts where it stands` }];
  const breaches: Breach[] = [];
  for (const [, target = ''] of text.matchAll(IMPORT)) {
    if (!target.startsWith('.')) continue;
    const resolved = relative('/', resolve('/', dirname(path), target))
      .split(sep)
      .join('/');
    const other = resolved.split('/')[0] ?? '';
    const at = STAGES.indexOf(other as (typeof STAGES)[number]);
    if (other === stage || resolved.endsWith('package.json') || (at >= 0 && at < own)) continue;
    if (`${stage} -> ${resolved}` in ALLOWED || `${stage} -> ${other}` in ALLOWED) continue;
    breaches.push({ file: path, why: `${stage} imports ${resolved}, which comes after it` });
  }
  return breaches;
}

const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/from 'node:/, 'imports a part of Node'],
  [/\bDate\.now\(|new Date\(\)/, 'reads the clock'],
  [/Math\.random\(|randomUUID|getRandomValues/, 'draws a random number'],
  [/\bconsole\.|from 'pino'/, 'writes a log'],
  [/\bprocess\./, 'looks at the process'],
  [/\bsetTimeout\(|\bfetch\(/, 'waits or calls out'],
];

function purityBreaches({ path, text }: SourceFile): Breach[] {
  if (!PURE.some((folder) => path.startsWith(`${folder}/`))) return [];
  const code = withoutComments(text);
  return IMPURE.filter(([pattern]) => pattern.test(code)).map(([, why]) => ({ file: path, why }));
}

export const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
