/**
 * Envoy: a staple is part of a secret, `ocsp_staple` of a `tls_certificate`. A staple file that is named there is read
 * once; a secret that came by SDS out of a file is taken anew whenever that file is replaced by a rename. So the bytes of
 * the staple go into the secret's file, beside the names of certificate and key.
 *
 * Envoy looks at the end of a staple itself. One of another certificate it refuses together with the secret: it goes on
 * with what it had, but after a start it would have nothing to serve. So a withdrawn staple is a secret without one.
 */
import { basename } from 'node:path';
import { outputPath } from '../subject/output-path.ts';
import type { CreateAdapter } from './adapter.ts';
import { loadSecret, newSecret, saveSecret } from './envoy-secret.ts';
import { removeFile } from './remove-file.ts';

const EXTENSION = /\.ocsp$/;

/** The file for Envoy, beside that of the staple. */
export const secretPath = (file: string): string => file.replace(EXTENSION, '.json');

export const createEnvoy: CreateAdapter = ({ dir, check, reload }) => ({
  type: 'envoy',
  check,
  reload,
  withdrawBeforeMs: undefined,
  needsWithdrawal: true,
  outputsOf: (certificate) => [outputPath(certificate, dir)],
  async publish({ certificate, file, der }) {
    const path = secretPath(file);
    const secret = loadSecret(path) ?? newSecret(basename(file).replace(EXTENSION, ''), certificate);
    await saveSecret(path, secret, der);
    return 'live';
  },
  async withdraw({ file }) {
    const path = secretPath(file);
    const secret = loadSecret(path);
    if (secret) await saveSecret(path, secret, undefined);
    await removeFile(file);
    return 'live';
  },
});
