import { OvsdbError } from '../errors.ts';

/** Where a server listens. */
export type Endpoint =
  | { readonly kind: 'tcp' | 'ssl'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Registered for OVSDB with IANA; what `tcp:HOST` means without a port. */
const defaultPort = 6640;

/** Reads `tcp:HOST[:PORT]`, `ssl:HOST[:PORT]` and `unix:PATH`, separated by commas; IPv6 in brackets (ovsdb(7)). */
export function parseEndpoints(text: string | readonly string[]): readonly Endpoint[] {
  const names = (typeof text === 'string' ? text.split(',') : text)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new OvsdbError('bad-option', 'no endpoint given; expected e.g. "tcp:127.0.0.1:6641"');
  return names.map(parseEndpoint);
}

function parseEndpoint(text: string): Endpoint {
  const { kind, rest } = /^(?<kind>\w+):(?<rest>.+)$/s.exec(text)?.groups ?? {};
  if (kind === 'unix' && rest !== undefined) return { kind, path: rest };
  if ((kind !== 'tcp' && kind !== 'ssl') || rest === undefined) {
    throw new OvsdbError('bad-option', `endpoint "${text}" must start with "tcp:", "ssl:" or "unix:"`);
  }
  const address = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:[\]]+))(?::(?<port>\d{1,5}))?$/.exec(rest)?.groups;
  const host = address?.bracketed ?? address?.plain;
  const port = address?.port === undefined ? defaultPort : Number(address.port);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new OvsdbError('bad-option', `endpoint "${text}" must read ${kind}:HOST:PORT, an IPv6 address in brackets`);
  }
  return { kind, host, port };
}

export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `${endpoint.kind}:${host}:${endpoint.port}`;
}
