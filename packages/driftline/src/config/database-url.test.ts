import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from './config-error.ts';
import { type DatabaseUrl, maskUrl, parseDatabaseUrl } from './database-url.ts';

function refusal(text: string): ConfigError {
  try {
    parseDatabaseUrl(text);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, 'bad-value');
    return error;
  }
  assert.fail(`${text} was accepted`);
}

function expectParts(text: string, parts: Partial<Record<keyof DatabaseUrl | string, unknown>>): void {
  const url: Readonly<Record<string, unknown>> = { ...parseDatabaseUrl(text) };
  const found = Object.fromEntries(Object.keys(parts).map((name) => [name, url[name]]));
  assert.deepEqual(found, parts, text);
}

test('a MySQL URL gives all its parts, the Python driver none', () => {
  assert.deepEqual(parseDatabaseUrl('mysql+pymysql://neutron:secret@10.0.0.1:3307/neutron?charset=utf8mb4'), {
    engine: 'mysql',
    user: 'neutron',
    password: 'secret',
    host: '10.0.0.1',
    port: 3307,
    socketPath: undefined,
    database: 'neutron',
    charset: 'utf8mb4',
    tls: { mode: 'off' },
    ignored: [],
  });
});

test('mariadb is MySQL', () => {
  expectParts('mariadb+pymysql://u:p@h/db', { engine: 'mysql' });
});

test('user and password are percent-decoded, and a lone percent sign is itself', () => {
  expectParts('mysql://a%40b:p%2Fw%3A%25@h/db', { user: 'a@b', password: 'p/w:%' });
  expectParts('mysql://u:100%@h/db', { password: '100%' });
  expectParts('mysql://u:a+b@h/db', { password: 'a+b' });
});

test('a password may hold : / ? and #, and ends at the first @', () => {
  expectParts('mysql://u:a:b/c?d#e@h/db', { password: 'a:b/c?d#e', host: 'h', database: 'db' });
});

test('a user without a password, and neither, are told apart from empty ones', () => {
  expectParts('mysql://u@h/db', { user: 'u', password: undefined });
  expectParts('mysql://u:@h/db', { user: 'u', password: '' });
  expectParts('mysql://h/db', { user: undefined, password: undefined });
});

test('a socket stands in the query', () => {
  expectParts('mysql+pymysql://u:p@localhost/db?unix_socket=/run/mysqld/mysqld.sock&charset=utf8', {
    socketPath: '/run/mysqld/mysqld.sock',
    charset: 'utf8',
  });
  expectParts('mysql:///db?unix_socket=/tmp/s', { host: 'localhost', port: 3306, socketPath: '/tmp/s' });
});

test('an IPv6 address stands in brackets', () => {
  expectParts('postgresql://u:p@[2001:db8::1]:5433/db', { host: '2001:db8::1', port: 5433 });
  expectParts('mysql://[::1]/db', { host: '::1', port: 3306 });
});

test('PostgreSQL has its own port and finds a socket folder in the query', () => {
  expectParts('postgresql+psycopg2://u:p@h/db', { engine: 'postgresql', port: 5432, tls: { mode: 'preferred' } });
  expectParts('postgresql:///db?host=/var/run/postgresql&port=5433', { host: '/var/run/postgresql', port: 5433 });
});

test('sslmode means what it means to libpq', () => {
  const none = { mode: 'required', caFile: undefined, certFile: undefined, keyFile: undefined };
  const url = 'postgresql://h/db?sslmode=';
  expectParts(`${url}disable`, { tls: { mode: 'off' } });
  expectParts(`${url}require`, { tls: { ...none, verifiesCertificate: false, verifiesHost: false } });
  expectParts(`${url}require&sslrootcert=/ca`, {
    tls: { ...none, caFile: '/ca', verifiesCertificate: true, verifiesHost: false },
  });
  expectParts(`${url}verify-ca`, { tls: { ...none, verifiesCertificate: true, verifiesHost: false } });
  expectParts(`${url}verify-full&sslcert=/c&sslkey=/k`, {
    tls: { ...none, certFile: '/c', keyFile: '/k', verifiesCertificate: true, verifiesHost: true },
  });
  assert.match(refusal(`${url}always`).message, /sslmode/);
});

test('a MySQL authority is checked together with the name of the host', () => {
  const none = { mode: 'required', caFile: undefined, certFile: undefined, keyFile: undefined };
  expectParts('mysql://h/db?ssl_ca=/ca&ssl_cert=/c&ssl_key=/k', {
    tls: { ...none, caFile: '/ca', certFile: '/c', keyFile: '/k', verifiesCertificate: true, verifiesHost: true },
    ignored: [],
  });
  expectParts('mysql://h/db?ssl_ca=/ca&ssl_check_hostname=false', {
    tls: { ...none, caFile: '/ca', verifiesCertificate: true, verifiesHost: false },
  });
});

test('a MySQL client certificate alone checks nothing, ssl_verify_cert asks for it', () => {
  const none = { mode: 'required', caFile: undefined, certFile: undefined, keyFile: undefined };
  expectParts('mysql://h/db?ssl_cert=/c&ssl_key=/k', {
    tls: { ...none, certFile: '/c', keyFile: '/k', verifiesCertificate: false, verifiesHost: false },
  });
  expectParts('mysql://h/db?ssl_verify_cert=true', {
    tls: { ...none, verifiesCertificate: true, verifiesHost: false },
  });
  expectParts('mysql://h/db?ssl_verify_cert=false', { tls: { mode: 'off' } });
});

test('parameters without a meaning here are listed', () => {
  expectParts('mysql+pymysql://h/db?charset=utf8&use_unicode=1&local_infile=0', {
    ignored: ['use_unicode', 'local_infile'],
  });
});

test('an SQLite path has three slashes before it', () => {
  assert.deepEqual(parseDatabaseUrl('sqlite:////var/lib/neutron/n.sqlite'), {
    engine: 'sqlite',
    path: '/var/lib/neutron/n.sqlite',
    ignored: [],
  });
  expectParts('sqlite:///relative.db', { path: 'relative.db' });
  assert.match(refusal('sqlite://').message, /memory of one process/);
  assert.match(refusal('sqlite:///:memory:').message, /memory of one process/);
  assert.match(refusal('sqlite://var/lib/n.sqlite').message, /three slashes/);
});

test('a file of defaults is refused with what to do instead', () => {
  const error = refusal('mysql+pymysql://u:swordfish@h/db?read_default_file=/etc/my.cnf');
  assert.match(error.message, /uses read_default_file; write user, password and host into the URL itself/);
  assert.match(refusal('postgresql:///db?service=neutron').message, /uses service/);
});

test('what is no database URL is refused', () => {
  assert.match(refusal('neutron.conf').message, /cannot be read/);
  assert.match(refusal('oracle://h/db').message, /use mysql, postgresql or sqlite/);
  assert.match(refusal('mysql://h').message, /names no database/);
  assert.match(refusal('mysql://h/').message, /names no database/);
  assert.match(refusal('mysql://h:x/db').message, /port/);
  assert.match(refusal('mysql://h:70000/db').message, /port/);
  assert.match(refusal('mysql://h1:1,h2:2/db').message, /port/);
  assert.match(refusal('postgresql:///db?host=a&host=b').message, /gives host twice/);
});

test('a masked URL keeps everything but the password', () => {
  assert.equal(maskUrl('mysql+pymysql://u:p@h:1/db?charset=utf8'), 'mysql+pymysql://u:***@h:1/db?charset=utf8');
  assert.equal(maskUrl('mysql://u@h/db'), 'mysql://u@h/db');
  assert.equal(maskUrl('mysql://h/db'), 'mysql://h/db');
  assert.equal(maskUrl('postgresql:///db?password=x&a=b'), 'postgresql:///db?password=***&a=b');
  assert.equal(maskUrl('sqlite:////a'), 'sqlite:////a');
  assert.equal(maskUrl('no url'), 'no url');
});

test('an unencoded @ in a password leaks nothing', () => {
  assert.equal(maskUrl('mysql://u:tuna@fish@h/db'), 'mysql://u:***@h/db');
  assert.doesNotMatch(refusal('mysql://u:tuna@fish@h/db').message, /tuna|fish/);
  assert.match(refusal('mysql://u:tuna@fish@h/db').message, /encode @ in user and password as %40/);
});

test('no password ever shows in a masked URL or a refusal', () => {
  const password = fc.stringMatching(/^[A-Z@:/?#%& ]{1,20}$/).map((text) => `Q${text}Q`);
  fc.assert(
    fc.property(password, fc.constantFrom('mysql', 'postgresql+psycopg2', 'oracle'), (secret, scheme) => {
      const text = `${scheme}://user:${secret}@host:x/db`;
      assert.equal(maskUrl(text), `${scheme}://user:***@host:x/db`);
      try {
        parseDatabaseUrl(text);
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        assert.doesNotMatch(error.message, /Q/);
      }
    }),
  );
});

test('every user and password survives encoding', () => {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, (user, password) => {
      const encode = (part: string) => encodeURIComponent(part.toWellFormed());
      expectParts(`mysql+pymysql://${encode(user)}:${encode(password)}@h/db`, {
        user: user.toWellFormed(),
        password: password.toWellFormed(),
      });
    }),
  );
});
