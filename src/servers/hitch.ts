/**
 * Hitch: in its `ocsp-dir` a staple is a file named by the MD5 of the certificate's path, as `pem-file` has it; a worker
 * takes a new one within seconds. It refuses what is broken, revoked or another certificate's, and goes on with what it
 * has; an ended one it does not serve. So nothing is ever to be withdrawn, and nothing to be reloaded, save for a
 * certificate without an OCSP URL: its file is read only as Hitch is loaded.
 *
 * Hitch asks responders by itself, too, and cannot be told not to. What it gets goes into the same files, checked far
 * less; where its user may not write, it is thrown away.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { loadCertificates } from '../issuer/load-certificates.ts';
import { ocspUrls } from '../x509/authority-info-access.ts';
import { findLeaf } from '../x509/chain.ts';
import type { Command, CreateAdapter } from './adapter.ts';
import { removeFile } from './remove-file.ts';

/** Where Hitch looks when its configuration does not say. */
const DIR = '/var/lib/hitch';
/** Open connections are served to their end; one that waits at that moment to be accepted may be broken off. */
const RELOAD: Command = ['/usr/bin/systemctl', 'reload', 'hitch.service'];

export const createHitch: CreateAdapter = ({ dir = DIR, check, reload = RELOAD }) => ({
  type: 'hitch',
  check,
  reload,
  withdrawBeforeMs: undefined,
  needsWithdrawal: false,
  // A name, no secret: the hash is Hitch's.
  outputsOf: (certificate) => [join(dir, createHash('md5').update(certificate).digest('hex'))],
  async publish({ certificate }) {
    return (await isWatched(certificate)) ? 'live' : 'reload';
  },
  async withdraw({ file }) {
    await removeFile(file);
    // What is loaded stays so until its end.
    return 'live';
  },
});

/** Hitch looks at files only for certificates that it could ask about by itself. */
async function isWatched(certificate: string): Promise<boolean> {
  return ocspUrls(findLeaf(loadCertificates(certificate))).length > 0;
}
