/**
 * Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
 * (RFC 5280 section 4.1; RFC 6960 uses the same type). Values are kept encoded; a decoder of its own reads each.
 */
import { type DerReader, decodeWhole } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { boolean, octetString, oid, sequence } from '../der/writer.ts';

/** An extension of a certificate, a request or a response (RFC 5280 section 4.1). `oid` is dotted text. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The content of `extnValue`: the encoded value of the extension. */
  readonly value: Buffer;
}

function decodeExtension(reader: DerReader): Extension {
  const fields = reader.sequence();
  const id = fields.oid();
  const critical = fields.peek() === TAG.boolean && fields.boolean();
  const value = fields.octetString();
  fields.finish();
  return { oid: id, critical, value };
}

/**
 * Reads `Extensions ::= SEQUENCE OF Extension`. One that stands twice is refused (RFC 5280 section 4.2): which of the
 * two counts would be the reader's choice.
 */
export function decodeExtensions(reader: DerReader): readonly Extension[] {
  const extensions = reader.sequenceOf(decodeExtension);
  for (let i = 1; i < extensions.length; i++) {
    for (let j = 0; j < i; j++) {
      if (extensions[i]?.oid === extensions[j]?.oid)
        reader.unexpected(`extension ${extensions[i]?.oid} twice`);
    }
    // The pairs are compared, so their number is bounded: no certificate in use has more than some twenty.
    if (i >= 100) reader.unexpected('more than 100 extensions');
  }
  return extensions;
}

export function encodeExtensions(extensions: readonly Extension[]): Buffer {
  return sequence(
    ...extensions.map(({ oid: id, critical, value }) =>
      critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value)),
    ),
  );
}

/** The value of an extension decoded, or `undefined` when it is not there. */
export function readExtension<T>(
  extensions: readonly Extension[],
  id: string,
  what: string,
  decode: (reader: DerReader) => T,
): T | undefined {
  const extension = findExtension(extensions, id);
  return extension && decodeWhole(extension.value, what, decode);
}

/**
 * The extension with this object identifier (dotted text), or `undefined` when it is not there.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { findExtension, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate] = parseCertificates(readFileSync('domain.crt'));
 * const subjectAltName = findExtension(certificate.extensions, '2.5.29.17');
 * console.log(subjectAltName?.critical, subjectAltName?.value.toString('hex'));
 * ```
 */
export function findExtension(extensions: readonly Extension[], id: string): Extension | undefined {
  for (const extension of extensions) if (extension.oid === id) return extension;
  return undefined;
}
