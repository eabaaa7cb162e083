/** A file as the things in it: one in a DER file, any number in a PEM or PKCS#7 file. */
import { isPem, parsePem } from '../../der/pem.ts';
import { TAG } from '../../der/tags.ts';
import { InputError } from '../../errors.ts';
import { decodePkcs7 } from '../../x509/pkcs7.ts';
import { type Kind, identify } from './identify.ts';

export interface Part {
  readonly kind: Exclude<Kind, 'pkcs7'>;
  /** Not decoded yet: it may be none. */
  readonly der: Buffer;
  /** The line of its BEGIN in a PEM file. */
  readonly line: number | null;
}

/**
 * For blocks whose structure says nothing. Else the structure counts: there is no registered label for OCSP, and
 * tools write what they like.
 */
const LABELS = new Map<string, Kind>([
  ['CERTIFICATE', 'certificate'],
  ['X509 CERTIFICATE', 'certificate'],
  ['TRUSTED CERTIFICATE', 'certificate'],
  ['PKCS7', 'pkcs7'],
  ['CMS', 'pkcs7'],
  ['OCSP REQUEST', 'ocsp-request'],
  ['OCSP RESPONSE', 'ocsp-response'],
]);

/**
 * The certificates, requests and responses of a file in its order, at least one. Private keys and PEM blocks of other
 * kinds are passed over; `parsePem` wipes a file with a private key.
 *
 * @throws InputError `format-unknown` when there is nothing of these in it.
 * @throws DerError for damaged PEM or PKCS#7.
 */
export function partsOf(file: Buffer, path: string): readonly Part[] {
  if (file.length === 0) throw unknownFormat('the file is empty', path);
  // No text starts with 0x30 0x8x; a shorter DER value starts like the text `0…`, so there PEM goes first.
  if (file[0] === TAG.sequence && ((file[1] ?? 0) >= 0x80 || !isPem(file))) {
    const kind = identify(file);
    if (kind) return expand(kind, file, null);
    throw unknownFormat('a DER file of another kind', path);
  }
  const { blocks, hasPrivateKey } = parsePem(file);
  const parts = blocks.flatMap(({ label, der, line }) => {
    const kind = identify(der) ?? LABELS.get(label);
    return kind ? expand(kind, der, line) : [];
  });
  if (parts.length > 0) return parts;
  if (blocks.length > 0) {
    const labels = [...new Set(blocks.map(({ label }) => label))].slice(0, 3);
    throw unknownFormat(`PEM of another kind: ${labels.join(', ')}`, path);
  }
  throw unknownFormat(hasPrivateKey ? 'only a private key in it' : 'neither DER nor PEM', path);
}

function expand(kind: Kind, der: Buffer, line: number | null): readonly Part[] {
  if (kind !== 'pkcs7') return [{ kind, der, line }];
  return decodePkcs7(der).map(({ raw }) => ({ kind: 'certificate', der: raw, line }));
}

const unknownFormat = (reason: string, path: string): InputError =>
  new InputError('format-unknown', reason, path);
