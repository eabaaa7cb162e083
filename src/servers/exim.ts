/**
 * Exim: `tls_ocsp_file` names a file in DER, which each connection reads anew when the option has a `$` in it.
 *
 * Built with GnuTLS, as Debian's is, Exim refuses all TLS when that file is missing, empty, ended, or about another
 * certificate: also in the minute between a renewed certificate and its staple, and when restaple itself is gone. So Exim
 * is given a copy that it can judge by itself before it opens it: its name is the SHA-256 of the certificate file, in the
 * upper case that `${sha256:…}` writes, and its modification time is the time from which it must not be used.
 */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { attempt } from '../attempt.ts';
import { ServerError } from '../errors.ts';
import { readInputFile } from '../issuer/load-certificates.ts';
import { decodeBasicOCSPResponse } from '../ocsp/basic-ocsp-response.ts';
import { decodeOCSPResponse } from '../ocsp/ocsp-response.ts';
import { writeFileAtomically } from '../store/atomic-file.ts';
import { readStapleFile } from '../store/staple-file.ts';
import { outputPath } from '../subject/output-path.ts';
import { parseCertificates } from '../x509/bundle.ts';
import { hashOf } from '../x509/signature-scheme.ts';
import type { CreateAdapter } from './adapter.ts';
import { removeFile } from './remove-file.ts';

/** For a clock that is set back, and a handshake that takes its time. */
const WITHDRAW_BEFORE_MS = 600_000;
const COPY = /^[0-9A-F]{64}$/;

export const createExim: CreateAdapter = ({ dir, check, reload }) => ({
  type: 'exim',
  check,
  reload,
  withdrawBeforeMs: WITHDRAW_BEFORE_MS,
  needsWithdrawal: true,
  outputsOf: (certificate) => [outputPath(certificate, dir)],
  async publish({ certificate, file, der, validUntil }) {
    const copy = join(dirname(file), nameOfCopy(certificate, der));
    await writeFileAtomically(copy, der, new Date(validUntil - WITHDRAW_BEFORE_MS));
    for (const old of copiesBeside(file)) if (isOver(old)) await removeFile(old);
    return 'live';
  },
  async withdraw({ certificate, file }) {
    const held = attempt(() => readStapleFile(file));
    const present = attempt(() => digestOf(readInputFile(certificate)));
    const isIts = (copy: string): boolean =>
      basename(copy) === present ||
      (held !== undefined && attempt(() => readStapleFile(copy))?.equals(held) === true);
    for (const copy of copiesBeside(file)) if (isIts(copy) || isOver(copy)) await removeFile(copy);
    await removeFile(file);
    return 'live';
  },
});

/**
 * The file is read here once, as Exim will read it: a certificate that was renewed a moment ago must not get the name of
 * the staple of the old one.
 *
 * @throws InputError, DerError, ServerError `server-refused` when the staple is not that of the file.
 */
function nameOfCopy(certificate: string, der: Buffer): string {
  const bytes = readInputFile(certificate);
  // Before parsing, which wipes a private key.
  const name = digestOf(bytes);
  const [leaf] = parseCertificates(bytes);
  if (leaf && isAbout(der, leaf)) return name;
  const message = `exim would refuse the staple: ${certificate} begins with another certificate than that of the staple`;
  throw new ServerError('server-refused', message);
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').toUpperCase();

/** What GnuTLS looks at: the serial number and the name of the issuer. */
function isAbout(der: Buffer, leaf: { readonly issuer: Buffer; readonly serialNumber: Buffer }): boolean {
  const { responseBytes } = decodeOCSPResponse(der);
  if (!responseBytes) return false;
  const { responses } = decodeBasicOCSPResponse(responseBytes.response).tbsResponseData;
  return responses.some(({ certID: { hashAlgorithm, issuerNameHash, serialNumber } }) => {
    const hash = hashOf(hashAlgorithm.algorithm);
    if (hash === undefined || !serialNumber.equals(leaf.serialNumber)) return false;
    return createHash(hash).update(leaf.issuer).digest().equals(issuerNameHash);
  });
}

function copiesBeside(file: string): readonly string[] {
  const names = attempt(() => readdirSync(dirname(file))) ?? [];
  return names.filter((name) => COPY.test(name)).map((name) => join(dirname(file), name));
}

/** That of a certificate which is no more: Exim does not look at it. */
function isOver(copy: string): boolean {
  const stats = attempt(() => statSync(copy));
  return stats !== undefined && stats.mtimeMs <= Date.now();
}
