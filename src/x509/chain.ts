/** Which certificate of a bundle is the server's own, in whatever order they stand. */
import { InputError } from '../errors.ts';
import { isCa } from './basic-constraints.ts';
import type { Certificate } from './certificate.ts';
import { formatName, namesMatch } from './name.ts';

/**
 * The certificate that issued none of the others. CA certificates count only where there is nothing else.
 *
 * @throws InputError `certificate-not-found` for an empty list, `certificate-ambiguous` when several are left: a staple
 *   is for one certificate.
 */
export function findLeaf(certificates: readonly Certificate[]): Certificate {
  const different = certificates.filter(
    (one, i) => certificates.findIndex((it) => it.raw.equals(one.raw)) === i,
  );
  const servers = different.filter((one) => !isCa(one));
  const pool = servers.length > 0 ? servers : different;
  const leaves = pool.filter((one) => !pool.some((it) => it !== one && namesMatch(one.subject, it.issuer)));
  const [leaf, another] = leaves.length > 0 ? leaves : pool;
  if (!leaf) throw new InputError('certificate-not-found', 'no certificate');
  if (another) {
    const names = leaves.map(({ subject }) => formatName(subject));
    throw new InputError(
      'certificate-ambiguous',
      `${leaves.length} server certificates, a staple is for one: ${names.join('; ')}`,
    );
  }
  return leaf;
}
