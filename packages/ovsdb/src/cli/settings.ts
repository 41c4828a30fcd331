import { parseArgs } from 'node:util';
import type { ConnectOptions } from '../session/connect-options.ts';
import { parseEndpoints } from '../wire/endpoint.ts';
import { UsageError } from './terminal.ts';

export type OutputFormat = 'table' | 'list' | 'json';
const formats: readonly OutputFormat[] = ['table', 'list', 'json'];

/** One command line, read. */
export interface Settings {
  readonly command: string | undefined;
  /** What follows the server. */
  readonly operands: readonly string[];
  /** What follows `--`. */
  readonly program: readonly string[];
  readonly database: string | undefined;
  readonly format: OutputFormat;
  readonly where: readonly string[];
  readonly connect: Pick<ConnectOptions, 'endpoints' | 'tls' | 'leaderOnly'>;
  readonly timeoutMs: number | undefined;
  readonly isHelp: boolean;
  readonly flags: { readonly steal: boolean; readonly absent: boolean; readonly changesOnly: boolean };
}

const options = {
  database: { type: 'string', short: 'd' },
  output: { type: 'string', short: 'o' },
  where: { type: 'string', short: 'w', multiple: true },
  'any-server': { type: 'boolean' },
  timeout: { type: 'string', short: 't' },
  'private-key': { type: 'string', short: 'p' },
  certificate: { type: 'string', short: 'c' },
  'ca-cert': { type: 'string', short: 'C' },
  steal: { type: 'boolean' },
  absent: { type: 'boolean' },
  'changes-only': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws UsageError. The server may also stand in the environment variable `OVSDB_SERVER`. */
export function readSettings(
  line: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const cut = line.indexOf('--');
  const args = cut < 0 ? [...line] : line.slice(0, cut);
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  const isServer = rest[0] !== undefined && /^(tcp|ssl|unix):/.test(rest[0]);
  const server = isServer ? rest[0] : environment.OVSDB_SERVER;
  const timeoutMs = values.timeout === undefined ? undefined : readSeconds(values.timeout);
  return {
    command,
    operands: isServer ? rest.slice(1) : rest,
    program: cut < 0 ? [] : line.slice(cut + 1),
    database: values.database,
    format: readFormat(values.output ?? 'table'),
    where: values.where ?? [],
    connect: {
      endpoints: readServer(server, values.help === true || command === undefined || command === 'help'),
      tls: {
        ...(values['ca-cert'] !== undefined && { ca: values['ca-cert'] }),
        ...(values.certificate !== undefined && { certificate: values.certificate }),
        ...(values['private-key'] !== undefined && { key: values['private-key'] }),
      },
      leaderOnly: values['any-server'] !== true,
    },
    timeoutMs,
    isHelp: values.help === true,
    flags: {
      steal: values.steal === true,
      absent: values.absent === true,
      changesOnly: values['changes-only'] === true,
    },
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readServer(server: string | undefined, isHelp: boolean): string {
  if (isHelp) return '';
  if (server === undefined || server === '') {
    throw new UsageError('name the server (tcp:HOST:PORT, ssl:HOST:PORT or unix:FILE), or set OVSDB_SERVER');
  }
  parseEndpoints(server);
  return server;
}

function readFormat(text: string): OutputFormat {
  const format = formats.find((name) => name === text);
  if (format === undefined) throw new UsageError(`--output is one of ${formats.join(', ')}, not "${text}"`);
  return format;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new UsageError(`--timeout takes seconds above 0, not "${text}"`);
  return seconds * 1000;
}
