/**
 * What DER bytes are meant to be, from the tags at their front alone. Lengths are not held against the end, so that a
 * file cut short is still known for what it was, and its decoder can say where it breaks.
 */
import { TAG, constructed } from '../../der/tags.ts';

export type Kind = 'certificate' | 'pkcs7' | 'ocsp-request' | 'ocsp-response';

/**
 * The kind of a DER value; `undefined` for one that is none of them (a key, a CRL, a certificate request, …).
 *
 * | kind          | how it begins                                                              |
 * | ------------- | -------------------------------------------------------------------------- |
 * | ocsp-response | SEQUENCE { ENUMERATED                                                      |
 * | pkcs7         | SEQUENCE { OBJECT IDENTIFIER                                               |
 * | certificate   | SEQUENCE { SEQUENCE { [0] { INTEGER }; v1: INTEGER, AlgorithmIdentifier, SEQUENCE, SEQUENCE |
 * | ocsp-request  | SEQUENCE { SEQUENCE { optional [0] and [1] GeneralName, SEQUENCE { SEQUENCE or nothing }    |
 */
export function identify(der: Buffer): Kind | undefined {
  if (der[0] !== TAG.sequence) return undefined;
  const outer = contentOf(der, 0);
  const tag = der[outer];
  if (tag === TAG.enumerated) return 'ocsp-response';
  if (tag === TAG.oid) return 'pkcs7';
  return tag === TAG.sequence ? identifySigned(der, contentOf(der, outer)) : undefined;
}

/** `at` is the first field of what is signed. */
function identifySigned(der: Buffer, at: number): Kind | undefined {
  if (der[at] === TAG.integer) return isVersion1(der, at) ? 'certificate' : undefined;
  let next = at;
  if (der[next] === constructed(0)) {
    next = endOf(der, next);
    // A certificate says its version and then its serial number; a request never has an INTEGER here.
    if (der[next] === undefined || der[next] === TAG.integer) return 'certificate';
  }
  if (der[next] === constructed(1)) {
    // A GeneralName is of the context class; the Name in this place is that of a bare BasicOCSPResponse.
    if (((der[contentOf(der, next)] ?? 0x80) & 0xc0) !== 0x80) return undefined;
    next = endOf(der, next);
  }
  if (der[next] !== TAG.sequence) return next >= der.length && next > at ? 'ocsp-request' : undefined;
  const list = contentOf(der, next);
  // An old CRL has its AlgorithmIdentifier in this place, which begins with an OBJECT IDENTIFIER.
  return list === endOf(der, next) || der[list] === TAG.sequence ? 'ocsp-request' : undefined;
}

/**
 * A certificate without a version: serial number, algorithm, issuer, then the SEQUENCE of its validity. A CRL has a
 * time where that stands, a certificate request a Name where the algorithm stands.
 */
function isVersion1(der: Buffer, at: number): boolean {
  const algorithm = endOf(der, at);
  const issuer = endOf(der, algorithm);
  const validity = endOf(der, issuer);
  return (
    der[algorithm] === TAG.sequence &&
    der[contentOf(der, algorithm)] === TAG.oid &&
    der[issuer] === TAG.sequence &&
    der[validity] === TAG.sequence
  );
}

/** Where the content of the value at `at` begins. */
function contentOf(der: Buffer, at: number): number {
  const length = der[at + 1] ?? 0;
  return at + 2 + (length > 0x80 ? length & 0x7f : 0);
}

/** Where the value at `at` ends, by its own word. */
function endOf(der: Buffer, at: number): number {
  const content = contentOf(der, at);
  const first = der[at + 1] ?? 0;
  if (first <= 0x80) return content + (first & 0x7f);
  let length = 0;
  for (let i = at + 2; i < content; i++) length = length * 256 + (der[i] ?? 0);
  return content + length;
}
