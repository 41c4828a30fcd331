/**
 * IP addresses and networks as text in, text out: what Neutron computes with netaddr. Texts that are no address give
 * undefined; nothing throws.
 */

export type IpVersion = 4 | 6;

export interface Cidr {
  readonly version: IpVersion;
  /** The address as given, host bits included. */
  readonly address: bigint;
  readonly prefixLength: number;
}

/** By form alone, for texts that are known to be addresses or networks. */
export const ipVersionOf = (text: string): IpVersion => (text.includes(':') ? 6 : 4);

/** The 32 or 128 bits of an address. No zone, no leading zeros in IPv4. */
export function parseIp(text: string): bigint | undefined {
  if (ipVersionOf(text) === 6) return parseIpv6(text);
  const value = parseIpv4(text);
  return value === undefined ? undefined : BigInt(value);
}

export const isIp = (text: string, version?: IpVersion): boolean =>
  (version === undefined || ipVersionOf(text) === version) && parseIp(text) !== undefined;

/** As netaddr prints it: RFC 5952 for IPv6. */
export function canonicalIp(text: string): string | undefined {
  const value = parseIp(text);
  return value === undefined ? undefined : formatIp(ipVersionOf(text), value);
}

export const formatIp = (version: IpVersion, value: bigint): string =>
  version === 4 ? formatIpv4(Number(value)) : formatIpv6(value);

/** An address without a prefix is a network of one. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const version = ipVersionOf(text);
  const bits = bitsOf(version);
  const address = parseIp(slash === -1 ? text : text.slice(0, slash));
  const prefixLength = slash === -1 ? bits : parseDecimal(text.slice(slash + 1), bits);
  return address === undefined || prefixLength === undefined ? undefined : { version, address, prefixLength };
}

/** The network of a CIDR or an address, host bits cleared, with its prefix: `10.0.0.7/24` is `10.0.0.0/24`. */
export function normalCidr(text: string): string | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined) return undefined;
  const { version, prefixLength } = cidr;
  return `${formatIp(version, networkAddress(cidr))}/${prefixLength}`;
}

export function networkAddress({ version, address, prefixLength }: Cidr): bigint {
  const hostBits = BigInt(bitsOf(version) - prefixLength);
  return (address >> hostBits) << hostBits;
}

/** `inner` is an address or a network; of the other IP version it is never inside. */
export function cidrContains(outer: string, inner: string): boolean {
  const around = parseCidr(outer);
  const within = parseCidr(inner);
  if (around === undefined || within === undefined) return false;
  if (around.version !== within.version || within.prefixLength < around.prefixLength) return false;
  return networkAddress(around) === networkAddress({ ...within, prefixLength: around.prefixLength });
}

/** The prefix length as it stands in a CIDR: `24` of `10.0.0.0/24`. */
export const prefixLengthOf = (cidr: string): string => cidr.slice(cidr.indexOf('/') + 1);

/** The address that a MAC gives itself in a /64 (RFC 4291, appendix A). */
export function eui64Address(cidr: string, mac: string): string | undefined {
  const network = parseCidr(cidr);
  const octets = mac.split(':').map((octet) => Number.parseInt(octet, 16));
  if (network === undefined || network.version !== 6 || octets.length !== 6 || octets.some(Number.isNaN))
    return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = octets;
  const interfaceId = [a ^ 2, b, c, 0xff, 0xfe, d, e, f].reduce((id, octet) => (id << 8n) | BigInt(octet), 0n);
  return formatIpv6(((network.address >> 64n) << 64n) | interfaceId);
}

/** The name under which DNS answers for an address, without the last dot. */
export function reverseName(text: string): string | undefined {
  const value = parseIp(text);
  if (value === undefined) return undefined;
  if (ipVersionOf(text) === 4) return `${formatIpv4(Number(value)).split('.').reverse().join('.')}.in-addr.arpa`;
  return `${[...value.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa`;
}

const bitsOf = (version: IpVersion): number => (version === 4 ? 32 : 128);

function parseIpv4(text: string): number | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0;
  for (const octet of octets) {
    const number = parseDecimal(octet, 255);
    if (number === undefined) return undefined;
    value = value * 256 + number;
  }
  return value;
}

function parseDecimal(text: string, most: number): number | undefined {
  if (!/^(0|[1-9]\d{0,2})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}

const formatIpv4 = (value: number): string =>
  `${Math.floor(value / 0x1000000)}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const gap = 8 - head.length - tail.length;
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined;
  return [...head, ...Array<number>(gap).fill(0), ...tail].reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** Groups between colons; the last of an address may be an IPv4 address, which is two. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const embedded = isEnd && at === parts.length - 1 ? parseIpv4(part) : undefined;
    if (embedded === undefined) return undefined;
    groups.push(Math.floor(embedded / 0x10000), embedded & 0xffff);
  }
  return groups;
}

function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) => Number((value >> BigInt(112 - 16 * at)) & 0xffffn));
  // What inet_ntop does: IPv4 that is mapped (RFC 4291, 2.5.5.2) or compatible keeps its dots.
  const isMapped = value >> 32n === 0xffffn;
  const isCompatible = value >> 32n === 0n && value >> 16n !== 0n;
  if (isMapped || isCompatible) return `::${isMapped ? 'ffff:' : ''}${formatIpv4(Number(value & 0xffffffffn))}`;
  const [start, length] = longestZeroRun(groups);
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  return length < 2 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > best[1]) best = [start, end - start];
    start = Math.max(start, end - 1);
  }
  return best;
}
