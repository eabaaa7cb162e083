/** `Certificate` (RFC 5280 section 4.1), signed. */
import { type KeyObject, randomBytes } from 'node:crypto';
import { TAG } from '../../der/tags.ts';
import { formatGeneralizedTime } from '../../der/time.ts';
import { bitString, explicit, generalizedTime, integer, sequence, tlv } from '../../der/writer.ts';
import { encodeAlgorithmIdentifier } from '../../x509/algorithm-identifier.ts';
import { type Extension, encodeExtensions } from '../../x509/extension.ts';
import type { SignatureAlgorithm } from './signing.ts';

/**
 * `subject` and `issuer` are names in DER. `serial` is a small number, or the content octets of an INTEGER, taken as
 * they are. `publicKey` is the subject's; `signer` signs with the issuer's key. `version` is 3 unless 1 is asked for,
 * which has no place for extensions.
 */
export interface CertificateFields {
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  readonly serial: number | Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly signer: SignatureAlgorithm;
  readonly extensions?: readonly Extension[];
  readonly version?: 1 | 3;
}

/** The certificate in DER. The same fields give the same bytes when the algorithm is deterministic (not ECDSA, PSS). */
export function issueCertificate(fields: CertificateFields): Buffer {
  const { extensions = [], version = 3, signer } = fields;
  const v3 = version === 3;
  const algorithm = encodeAlgorithmIdentifier(signer.algorithmIdentifier);
  const tbs = sequence(
    ...(v3 ? [explicit(0, integer(2))] : []),
    integer(fields.serial),
    algorithm,
    fields.issuer,
    sequence(time(fields.notBefore), time(fields.notAfter)),
    fields.subject,
    fields.publicKey.export({ format: 'der', type: 'spki' }),
    ...(v3 && extensions.length > 0 ? [explicit(3, encodeExtensions(extensions))] : []),
  );
  return sequence(tbs, algorithm, bitString(signer.sign(tbs)));
}

/** `Time`: UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
function time(date: Date): Buffer {
  const year = date.getUTCFullYear();
  if (year < 1950 || year >= 2050) return generalizedTime(date);
  return tlv(TAG.utcTime, Buffer.from(formatGeneralizedTime(date).slice(2), 'latin1'));
}

/** Content octets of a random serial number: positive, 16 octets, within the 20 that RFC 5280 section 4.1.2.2 allows. */
export function randomSerial(): Buffer {
  const octets = randomBytes(16);
  // Clear the sign, and set the bit below it so that the first octet is never a padding zero.
  octets.writeUInt8((octets.readUInt8(0) & 0x7f) | 0x40, 0);
  return octets;
}
