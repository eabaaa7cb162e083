/** Which certificate of a bundle is the server's own, in whatever order they stand. */
import { InputError } from '../errors.ts';
import { isCa } from './basic-constraints.ts';
import type { Certificate } from './certificate.ts';
import { comparableName, formatNames } from './name.ts';

/** Each is compared with each, and a server's file holds its chain: some five, or ten with another root. */
const MAX_CERTIFICATES = 100;

/**
 * The certificate that issued none of the others. CA certificates count only where there is nothing else.
 *
 * @throws InputError `certificate-not-found` for an empty list, `certificate-ambiguous` when several are left, a
 *   staple being for one certificate, or for more than 100.
 * @throws DerError when a name or basicConstraints cannot be read.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { findLeaf, parseCertificates } from 'restaple';
 *
 * const chain = parseCertificates(readFileSync('domain.crt'));
 * console.log(findLeaf(chain) === chain[0]);
 * ```
 */
export function findLeaf(certificates: readonly Certificate[]): Certificate {
  const [only] = certificates;
  if (only && certificates.length === 1) return only;
  if (certificates.length > MAX_CERTIFICATES) {
    const reason = `${certificates.length} certificates, more than the ${MAX_CERTIFICATES} of any chain`;
    throw new InputError('certificate-ambiguous', reason);
  }
  const different = certificates.filter(
    (one, i) => certificates.findIndex((it) => it.raw.equals(one.raw)) === i,
  );
  const servers = different.filter((one) => !isCa(one));
  const pool = servers.length > 0 ? servers : different;
  const issuers = pool.map(({ issuer }) => comparableName(issuer));
  const issuedNone = pool.filter((one, i) => {
    const subject = comparableName(one.subject);
    return !issuers.some((issuer, j) => j !== i && issuer === subject);
  });
  const leaves = issuedNone.length > 0 ? issuedNone : pool;
  const [leaf, another] = leaves;
  if (!leaf) throw new InputError('certificate-not-found', 'no certificate');
  if (another) {
    const names = formatNames(leaves.map(({ subject }) => subject));
    throw new InputError(
      'certificate-ambiguous',
      `${leaves.length} server certificates, a staple is for one: ${names}`,
    );
  }
  return leaf;
}
