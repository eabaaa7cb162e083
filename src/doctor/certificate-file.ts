/** Can the file be read, what is in it, and does it stand in the order in which servers want it? */
import { InputError, RestapleError } from '../errors.ts';
import { findIssuer } from '../issuer/find-issuer.ts';
import { readInputFile } from '../issuer/load-certificates.ts';
import { isCa } from '../x509/basic-constraints.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';
import { findLeaf } from '../x509/chain.ts';
import { formatName } from '../x509/name.ts';
import { type Check, type Found, NOTHING } from './check.ts';
import { type Finding, note, ok, problem } from './finding.ts';
import { otherFile } from './other-file.ts';
import { isSelfSigned } from './self-signed.ts';

export const checkCertificateFile: Check = ({ target }) => {
  if (target.kind !== 'file') return NOTHING;
  const { path } = target;
  try {
    // Once only: what comes out of a pipe is gone then.
    return examined(readInputFile(path), path);
  } catch (error) {
    return unusable('file', toldBetter(error, path));
  }
};

function examined(content: Buffer, path: string): Found {
  // First, because what has a private key beside certificates is wiped when they are taken out.
  const other = otherFile(content);
  try {
    const chain = certificatesIn(content, path);
    const certificate = findLeaf(chain);
    const count = chain.length === 1 ? '1 certificate' : `${chain.length} certificates`;
    return {
      findings: [
        ok('file', `${path}: ${count}, for ${formatName(certificate.subject)}`),
        ...(isCa(certificate) ? [OF_A_CA] : []),
        orderOf(chain, certificate),
      ],
      known: { chain, certificate },
    };
  } catch (error) {
    // A private key, perhaps.
    content.fill(0);
    if (!other) throw error;
    const reason = new InputError('certificate-not-found', `no certificate in it: ${other.words}`, path);
    return { ...unusable('file', reason), known: { otherFile: other } };
  }
}

function certificatesIn(content: Buffer, path: string): readonly Certificate[] {
  const certificates = parseCertificates(content);
  if (certificates.length === 0) throw new InputError('certificate-not-found', 'no certificate in it', path);
  return certificates;
}

const OF_A_CA = note('file', 'it is the certificate of a CA, not of a server', {
  advice: 'give the certificate that the server presents',
});

function toldBetter(error: unknown, path: string): unknown {
  const cause = error instanceof RestapleError ? error.cause : undefined;
  const isDirectory = cause instanceof Error && 'code' in cause && cause.code === 'EISDIR';
  return isDirectory ? new InputError('file-unreadable', IS_DIRECTORY, path, { cause }) : error;
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
