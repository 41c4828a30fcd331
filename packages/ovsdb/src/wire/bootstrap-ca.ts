import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { describeCause, OvsdbError } from '../errors.ts';

/** The authority that was stored before; undefined when there is none yet. */
export async function readStoredCa(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new OvsdbError('bad-option', `tls.bootstrapCa ${path} cannot be read: ${describeCause(cause)}`, { cause });
  }
}

/**
 * Stores the authority at the end of the chain that an unverified server has sent, in a file that nobody has written
 * yet: once written it is never changed here (ovs-vswitchd(8), `--bootstrap-ca-cert`). A process warning says what is
 * trusted from now on. The connection itself proves nothing and must be given up.
 *
 * Rejects with OvsdbError `connect-failed` when the server sent no authority, `bad-option` when the file cannot be written.
 */
export async function storeCa(socket: TLSSocket, path: string, name: string): Promise<void> {
  const root = lastOfChain(socket.getPeerCertificate(true));
  if (root === undefined || !isAuthority(root)) {
    throw new OvsdbError(
      'connect-failed',
      `${name} did not send the certificate of its authority, so none can be stored in ${path}; ` +
        'start ovsdb-server with --peer-ca-cert, or give the option tls.ca',
    );
  }
  try {
    await writeFile(path, root.toString(), { flag: 'wx', mode: 0o444 });
  } catch (cause) {
    // Another process was faster: what it has stored counts.
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new OvsdbError('bad-option', `tls.bootstrapCa ${path} cannot be written: ${describeCause(cause)}`, { cause });
  }
  process.emitWarning(
    `${name} is trusted from now on: its authority, SHA-256 ${root.fingerprint256}, is stored in ${path}`,
  );
}

function lastOfChain(certificate: DetailedPeerCertificate): X509Certificate | undefined {
  let last: DetailedPeerCertificate | undefined = certificate;
  while (last?.issuerCertificate !== undefined && last.issuerCertificate !== last) last = last.issuerCertificate;
  return last?.raw === undefined ? undefined : new X509Certificate(last.raw);
}

function isAuthority(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
