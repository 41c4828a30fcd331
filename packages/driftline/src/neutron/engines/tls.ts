import { readFileSync } from 'node:fs';
import type { NeutronDatabase } from '../database.ts';
import { NeutronReadError } from '../read-error.ts';

type Tls = Exclude<NeutronDatabase, { engine: 'sqlite' }>['tls'];
type RequiredTls = Extract<Tls, { mode: 'required' }>;

/** As `tls.connect` wants it. Files are read each time: a renewed certificate is taken up by the next session. */
export function readTlsFiles(tls: RequiredTls) {
  return {
    rejectUnauthorized: tls.verifiesCertificate,
    ...(tls.caFile === undefined ? {} : { ca: readPem(tls.caFile) }),
    ...(tls.certFile === undefined ? {} : { cert: readPem(tls.certFile) }),
    ...(tls.keyFile === undefined ? {} : { key: readPem(tls.keyFile) }),
  };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new NeutronReadError('auth', `${file} of the database connection's TLS cannot be read`, { cause: error });
  }
}
