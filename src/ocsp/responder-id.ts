/**
 * ResponderID ::= CHOICE { byName [1] EXPLICIT Name, byKey [2] EXPLICIT KeyHash } (RFC 6960 section 4.2.1),
 * where KeyHash is the SHA-1 of the responder's public key.
 */
import { createHash } from 'node:crypto';
import type { DerReader } from '../der/reader.ts';
import { TAG, constructed } from '../der/tags.ts';
import { explicit, octetString } from '../der/writer.ts';
import { DerError } from '../errors.ts';
import { hex } from '../text.ts';
import type { Certificate } from '../x509/certificate.ts';
import { formatName, namesMatch } from '../x509/name.ts';

/** Who signed a response (RFC 6960 section 4.2.1): by an encoded Name, or by the SHA-1 of its key. */
export type ResponderID =
  { readonly type: 'byName'; readonly name: Buffer } | { readonly type: 'byKey'; readonly keyHash: Buffer };

export function decodeResponderID(reader: DerReader): ResponderID {
  const tag = reader.peek();
  if (tag !== constructed(1) && tag !== constructed(2))
    reader.unexpected('responderID is not byName or byKey');
  const wrapped = reader.enter(tag);
  const id: ResponderID =
    tag === constructed(1)
      ? { type: 'byName', name: wrapped.raw(TAG.sequence) }
      : { type: 'byKey', keyHash: wrapped.octetString() };
  wrapped.finish();
  return id;
}

export function encodeResponderID(id: ResponderID): Buffer {
  return id.type === 'byName' ? explicit(1, id.name) : explicit(2, octetString(id.keyHash));
}

/**
 * True when the ResponderID names this certificate, by its key or by its subject: in the `same` bytes, or in an `other`
 * spelling of the same name (RFC 5280 section 7.1), which costs much more to find out.
 */
export function matchesResponderID(
  id: ResponderID,
  signer: Certificate,
  spelling: 'same' | 'other',
): boolean {
  if (id.type === 'byKey') return spelling === 'same' && id.keyHash.equals(keyHash(signer));
  const same = id.name.equals(signer.subject);
  return spelling === 'same' ? same : !same && namesMatch(id.name, signer.subject);
}

/** Signers are few and long-lived; their hashes need computing once. */
const known = new WeakMap<Certificate, Buffer>();

/** SHA-1 of a certificate's key, as `byKey` and most key identifiers have it. */
export function keyHash(certificate: Certificate): Buffer {
  let hash = known.get(certificate);
  if (!hash) known.set(certificate, (hash = createHash('sha1').update(certificate.publicKey).digest()));
  return hash;
}

/**
 * `C=BE, CN=…` or `key 1A2B…`, for people.
 *
 * @throws DerError when the name, which is looked into only when it is shown or compared, is none.
 */
export function formatResponderID(id: ResponderID): string {
  if (id.type === 'byKey') return `key ${hex(id.keyHash)}`;
  try {
    return formatName(id.name);
  } catch (error) {
    if (error instanceof DerError)
      throw new DerError(error.code, 'ResponseData', `responderID: ${error.message}`);
    throw error;
  }
}
