/** Can the file be read, what is in it, and does it stand in the order in which servers want it? */
import { attempt } from '../attempt.ts';
import { InputError, RestapleError } from '../errors.ts';
import { findIssuer } from '../issuer/find-issuer.ts';
import { loadCertificates, readInputFile } from '../issuer/load-certificates.ts';
import { isCa } from '../x509/basic-constraints.ts';
import type { Certificate } from '../x509/certificate.ts';
import { findLeaf } from '../x509/chain.ts';
import { formatName } from '../x509/name.ts';
import { type Check, type Found, NOTHING } from './check.ts';
import { type Finding, note, ok, problem } from './finding.ts';
import { otherFile } from './other-file.ts';
import { isSelfSigned } from './self-signed.ts';

export const checkCertificateFile: Check = async ({ target }) => {
  if (target.kind !== 'file') return NOTHING;
  try {
    const chain = await loadCertificates(target.path);
    const certificate = findLeaf(chain);
    const count = chain.length === 1 ? '1 certificate' : `${chain.length} certificates`;
    return {
      findings: [
        ok('file', `${target.path}: ${count}, for ${formatName(certificate.subject)}`),
        ...(isCa(certificate) ? [OF_A_CA] : []),
        orderOf(chain, certificate),
      ],
      known: { chain, certificate },
    };
  } catch (error) {
    return unusable('file', toldBetter(error, target.path));
  }
};

const OF_A_CA = note('file', 'it is the certificate of a CA, not of a server', {
  advice: 'give the certificate that the server presents',
});

/** With what the file is, where it is something else. */
function toldBetter(error: unknown, path: string): unknown {
  if (!(error instanceof RestapleError)) return error;
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && cause.code === 'EISDIR')
    return new InputError('file-unreadable', IS_DIRECTORY, path);
  const content = attempt(() => readInputFile(path));
  const other = content && otherFile(content);
  // A private key, perhaps.
  content?.fill(0);
  const isOther = other !== undefined && !other.includes('CERTIFICATE');
  return isOther ? new InputError('certificate-not-found', `no certificate in it: ${other}`, path) : error;
}

const IS_DIRECTORY = 'it is a directory; give one of the certificates in it';

/** An error that belongs to a certificate; a fault of restaple itself is thrown on. */
export function unusable(title: string, error: unknown): Found {
  if (!(error instanceof RestapleError)) throw error;
  const path = error instanceof InputError && error.path !== undefined ? `${error.path}: ` : '';
  return { findings: [problem(title, path + error.message)], error };
}

/** Each certificate is followed by the one that issued it (RFC 8446 section 4.4.2). */
export function orderOf(chain: readonly Certificate[], leaf: Certificate): Finding {
  if (isSelfSigned(leaf)) {
    return note('chain', 'self-signed: the certificate is its own issuer', {
      meaning: 'no CA answers for it, so there is no OCSP',
      advice: 'for a staple, get a certificate from a CA',
    });
  }
  if (chain.length === 1) {
    return note('chain', 'the certificate alone, without that of its issuer', {
      meaning: 'many clients cannot build a chain from it, and servers that fetch staples need the issuer',
      advice: "append the issuer's certificate to the file",
    });
  }
  if (chain[0] !== leaf) {
    return problem('chain', "the server's certificate is not the first", {
      meaning: 'servers take the first certificate for their own, and will not start or present another',
      advice: 'put the server certificate first, then each issuer',
    });
  }
  const broken = chain.findIndex((one, i) => {
    const next = chain[i + 1];
    return next !== undefined && findIssuer(one, [next]) === undefined;
  });
  if (broken !== -1) {
    return note('chain', `certificate ${broken + 2} did not issue certificate ${broken + 1}`, {
      meaning: 'strict clients and some servers refuse a chain out of order, or with a certificate too many',
      advice: 'put the server certificate first, then each issuer, and leave out what is none',
    });
  }
  return ok('chain', 'each certificate is followed by the one that issued it');
}
