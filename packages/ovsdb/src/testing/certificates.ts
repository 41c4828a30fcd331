import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of PEM files. */
export interface TestCertificates {
  readonly ca: string;
  readonly server: { readonly certificate: string; readonly key: string };
  readonly client: { readonly certificate: string; readonly key: string };
}

/** An authority, and a certificate from it for either side; made by `openssl`. */
export async function createCertificates(folder: string): Promise<TestCertificates> {
  const ca = join(folder, 'ca.pem');
  const caKey = join(folder, 'ca-key.pem');
  await openssl('req', '-x509', ...newKey(caKey), '-subj', '/CN=test authority', '-days', '2', '-out', ca);
  const [server, client] = await Promise.all([issue(folder, ca, caKey, 'server'), issue(folder, ca, caKey, 'client')]);
  return { ca, server, client };
}

async function issue(folder: string, ca: string, caKey: string, name: string) {
  const key = join(folder, `${name}-key.pem`);
  const certificate = join(folder, `${name}.pem`);
  const request = join(folder, `${name}.csr`);
  await openssl('req', ...newKey(key), '-subj', `/CN=test ${name}`, '-out', request);
  const { stdout } = await openssl('x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey, '-days', '2');
  await writeFile(certificate, stdout);
  return { certificate, key };
}

function newKey(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

function openssl(...args: string[]) {
  return run('openssl', args);
}
