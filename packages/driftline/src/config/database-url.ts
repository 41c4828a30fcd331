import { ConfigError, type Place } from './config-error.ts';

export type DatabaseTls =
  | { readonly mode: 'off' }
  /** Encrypted where the server offers it, unverified: libpq's default. */
  | { readonly mode: 'preferred' }
  | {
      readonly mode: 'required';
      readonly caFile: string | undefined;
      readonly certFile: string | undefined;
      readonly keyFile: string | undefined;
      /** The server's certificate must be signed by `caFile`, or without one by an authority of the system. */
      readonly verifiesCertificate: boolean;
      /** And name the host that was connected to. */
      readonly verifiesHost: boolean;
    };

interface ServerUrl {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: DatabaseTls;
  /** Query parameters that have no meaning here, such as those that only a Python driver knows. */
  readonly ignored: readonly string[];
}

export interface MysqlUrl extends ServerUrl {
  readonly engine: 'mysql';
  readonly host: string;
  readonly port: number;
  /** Used instead of host and port. */
  readonly socketPath: string | undefined;
  readonly charset: string;
}

export interface PostgresqlUrl extends ServerUrl {
  readonly engine: 'postgresql';
  /** A name or address; where it starts with a slash, the folder of the server's socket. */
  readonly host: string;
  readonly port: number;
}

export interface SqliteUrl {
  readonly engine: 'sqlite';
  readonly path: string;
  readonly ignored: readonly string[];
}

/** Where Neutron's database is, told apart by the engine. */
export type DatabaseUrl = MysqlUrl | PostgresqlUrl | SqliteUrl;

/** The grammar of SQLAlchemy: only user and password are percent-encoded, and a password ends at the first `@`. */
const grammar =
  /^(?<scheme>[\w+]+):\/\/(?:(?<user>[^:/]*)(?::(?<password>[^@]*))?@)?(?:(?:\[(?<ipv6>[^/?]+)\]|(?<host>[^/:?]+))?(?::(?<port>[^/?]*))?)?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s;

/**
 * Reads an SQLAlchemy URL, as `[database] connection` holds it. The Python driver behind `+` is of no consequence.
 *
 * @param place where the URL was written, for the message
 * @throws ConfigError with code `bad-value`; its message never holds the password
 */
export function parseDatabaseUrl(text: string, place?: Place): DatabaseUrl {
  function refuse(problem: string, remedy: string, cause?: unknown): never {
    const shown = JSON.stringify(maskUrl(text));
    throw new ConfigError('bad-value', { place, problem: `the database URL ${shown} ${problem}`, remedy }, { cause });
  }

  const parts = grammar.exec(text)?.groups;
  if (parts === undefined) refuse('cannot be read', 'write engine+driver://user:password@host:port/database');
  const query = new URLSearchParams(parts.query ?? '');
  const seen = new Set<string>();

  function take(name: string): string | undefined {
    seen.add(name);
    const values = query.getAll(name);
    if (values.length > 1) refuse(`gives ${name} twice`, 'keep one');
    return values[0] === '' ? undefined : values[0];
  }

  function takeFlag(name: string): boolean | undefined {
    const value = take(name)?.toLowerCase();
    return value === undefined ? undefined : !['false', '0', 'no', 'off'].includes(value);
  }

  function decode(part: string | undefined): string | undefined {
    if (part === undefined) return undefined;
    // Python leaves a percent sign alone that starts no escape; decodeURIComponent refuses it.
    const escaped = part.replace(/%(?![\da-f]{2})/gi, '%25');
    try {
      return decodeURIComponent(escaped);
    } catch (error) {
      refuse('has a percent escape that is not UTF-8 in its user or password', 'encode it as UTF-8', error);
    }
  }

  function readPort(digits: string | undefined, standard: number): number {
    if (digits === undefined) return standard;
    const port = Number(digits);
    if (!/^\d+$/.test(digits) || port < 1 || port > 65_535) {
      refuse('has a port that is not a number from 1 to 65535', 'give one host and its port');
    }
    return port;
  }

  function listIgnored(): string[] {
    return [...new Set(query.keys())].filter((name) => !seen.has(name));
  }

  function requireDatabase(): string {
    return parts?.database || refuse('names no database', 'write its name behind the host, as in /neutron');
  }

  const engine = parts.scheme?.split('+')[0]?.toLowerCase();
  const user = decode(parts.user);
  const password = decode(parts.password);
  const host = parts.ipv6 ?? parts.host;

  if (host?.includes('@')) refuse('has more than one @ before its host', 'encode @ in user and password as %40');

  switch (engine) {
    case 'mysql':
    case 'mariadb': {
      for (const name of ['read_default_file', 'read_default_group']) {
        if (query.has(name)) refuse(`uses ${name}`, 'write user, password and host into the URL itself');
      }
      const socketPath = take('unix_socket');
      const charset = take('charset') ?? 'utf8';
      return {
        engine: 'mysql',
        user,
        password,
        host: host ?? 'localhost',
        port: readPort(parts.port, 3306),
        socketPath,
        database: requireDatabase(),
        charset,
        tls: readMysqlTls(take, takeFlag),
        ignored: listIgnored(),
      };
    }
    case 'postgresql':
    case 'postgres': {
      for (const name of ['service', 'passfile']) {
        if (query.has(name)) refuse(`uses ${name}`, 'write user, password and host into the URL itself');
      }
      const otherHost = take('host');
      const otherPort = take('port');
      return {
        engine: 'postgresql',
        user,
        password: password ?? take('password'),
        host: host ?? otherHost ?? 'localhost',
        port: readPort(parts.port ?? otherPort, 5432),
        database: requireDatabase(),
        tls: readPostgresqlTls(take, refuse),
        ignored: listIgnored(),
      };
    }
    case 'sqlite': {
      const path = parts.database ?? '';
      if (path === '' || path === ':memory:') {
        refuse('lives in the memory of one process', 'name a file, as in sqlite:////var/lib/neutron/neutron.sqlite');
      }
      if (host !== undefined)
        refuse('names a host', 'write three slashes before a relative path, four before an absolute one');
      if (query.has('uri')) refuse('uses a URI file name', 'write the plain path');
      return { engine: 'sqlite', path, ignored: listIgnored() };
    }
    default:
      return refuse('is of an engine that Driftline cannot read', 'use mysql, postgresql or sqlite');
  }
}

/**
 * PyMySQL's rules through SQLAlchemy: any ssl_ option turns TLS on, a given authority is checked together with the
 * host's name, and without one nothing is, unless `ssl_verify_cert` asks for it.
 */
function readMysqlTls(
  take: (name: string) => string | undefined,
  takeFlag: (name: string) => boolean | undefined,
): DatabaseTls {
  const caFile = take('ssl_ca');
  const certFile = take('ssl_cert');
  const keyFile = take('ssl_key');
  const verifiesCertificate = takeFlag('ssl_verify_cert');
  const verifiesHost = takeFlag('ssl_verify_identity') ?? takeFlag('ssl_check_hostname');
  const isOff = takeFlag('ssl_disabled') ?? false;
  const isAsked = [caFile, certFile, keyFile, verifiesCertificate, verifiesHost].some(
    (each) => each !== undefined && each !== false,
  );
  if (isOff || !isAsked) return { mode: 'off' };
  const hasAuthority = caFile !== undefined;
  return {
    mode: 'required',
    caFile,
    certFile,
    keyFile,
    verifiesCertificate: verifiesCertificate ?? (hasAuthority || verifiesHost === true),
    verifiesHost: verifiesHost ?? (hasAuthority && verifiesCertificate === undefined),
  };
}

/** libpq's rules: `require` alone encrypts, and with an authority checks the certificate too. */
function readPostgresqlTls(
  take: (name: string) => string | undefined,
  refuse: (problem: string, remedy: string) => never,
): DatabaseTls {
  const mode = take('sslmode') ?? 'prefer';
  const caFile = take('sslrootcert');
  const certFile = take('sslcert');
  const keyFile = take('sslkey');
  switch (mode) {
    case 'disable':
      return { mode: 'off' };
    case 'allow':
    case 'prefer':
      return { mode: 'preferred' };
    case 'require':
    case 'verify-ca':
    case 'verify-full': {
      const verifiesCertificate = mode !== 'require' || caFile !== undefined;
      return { mode: 'required', caFile, certFile, keyFile, verifiesCertificate, verifiesHost: mode === 'verify-full' };
    }
    default:
      return refuse(
        'has an sslmode that libpq does not know',
        'use disable, prefer, require, verify-ca or verify-full',
      );
  }
}

/** The URL with its passwords hidden, fit for a log. Any text will do; what is no URL comes back as it was. */
export function maskUrl(text: string): string {
  return text.replace(/^([^:/?#]+:\/\/[^:/@]*):.*@/s, '$1:***@').replace(/([?&][^=&]*pass[^=&]*=)[^&]*/gi, '$1***');
}
