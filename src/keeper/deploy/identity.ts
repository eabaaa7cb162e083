/** How a client has to ask so that a server presents this certificate and no other. */
import { attempt } from '../../attempt.ts';
import { loadCertificates } from '../../issuer/load-certificates.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { findLeaf } from '../../x509/chain.ts';
import { OID } from '../../x509/oids.ts';
import { subjectAltNames } from '../../x509/subject-alt-name.ts';

export interface Identity {
  readonly raw: Buffer;
  /** A name that it is for. */
  readonly name: string | undefined;
  /** What its key can sign with, in OpenSSL's words: of an RSA and an ECDSA certificate, a server chooses by that. */
  readonly sigalgs: string | undefined;
}

const RSA = ['rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512', 'rsa_pkcs1_sha256'].join(
  ':',
);
const ECDSA = ['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512'].join(':');

/** `undefined` when the file cannot be read, or holds no certificate. */
export function identify(path: string): Identity | undefined {
  const chain = attempt(() => loadCertificates(path));
  const leaf = chain && attempt(() => findLeaf(chain));
  return leaf && { raw: leaf.raw, name: nameOf(leaf), sigalgs: sigalgsOf(leaf) };
}

function nameOf(leaf: Certificate): string | undefined {
  for (const name of attempt(() => subjectAltNames(leaf)) ?? []) {
    // Any name is as good as another in the place of the star.
    if (name.type === 'DNS') return name.value.replace(/^\*\./, 'www.');
  }
  return undefined;
}

function sigalgsOf({ keyAlgorithm }: Certificate): string | undefined {
  if (keyAlgorithm.algorithm === OID.rsaEncryption) return RSA;
  return keyAlgorithm.algorithm === OID.ecPublicKey ? ECDSA : undefined;
}
