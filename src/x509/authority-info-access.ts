/**
 * AuthorityInfoAccessSyntax ::= SEQUENCE OF SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName }
 * (RFC 5280 section 4.2.2.1): where the responder is, and where the issuer's certificate can be had.
 */
import type { DerReader } from '../der/reader.ts';
import type { Certificate } from './certificate.ts';
import { readExtension } from './extension.ts';
import { type GeneralName, decodeGeneralName } from './general-name.ts';
import { OID } from './oids.ts';

/** One line of authorityInfoAccess (RFC 5280 section 4.2.2.1): `method` is an object identifier as dotted text. */
export interface AccessDescription {
  readonly method: string;
  readonly location: GeneralName;
}

export function decodeAuthorityInfoAccess(reader: DerReader): readonly AccessDescription[] {
  return reader.sequenceOf((item) => {
    const fields = item.sequence();
    const method = fields.oid();
    const location = decodeGeneralName(fields);
    fields.finish();
    return { method, location };
  });
}

/**
 * The OCSP URLs of a certificate (RFC 5280 section 4.2.2.1) in the order it names them; empty when it names none. As
 * written: they may be no URLs at all, and lead anywhere.
 *
 * @throws DerError when the extension cannot be read.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { ocspUrls, parseCertificates } from 'restaple';
 *
 * const [certificate] = parseCertificates(readFileSync('domain.crt'));
 * console.log(ocspUrls(certificate));
 * ```
 */
export const ocspUrls = (certificate: Certificate): string[] => locations(certificate, OID.adOcsp);

/**
 * The caIssuers URLs of a certificate (RFC 5280 section 4.2.2.1), from which its issuer's can be had, in the order it
 * names them. As written.
 *
 * @throws DerError when the extension cannot be read.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { caIssuersUrls, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate] = parseCertificates(readFileSync('domain.crt'));
 * console.log(caIssuersUrls(certificate));
 * ```
 */
export const caIssuersUrls = (certificate: Certificate): string[] => locations(certificate, OID.adCaIssuers);

function locations(certificate: Certificate, method: string): string[] {
  const all = readExtension(
    certificate.extensions,
    OID.authorityInfoAccess,
    'authorityInfoAccess',
    decodeAuthorityInfoAccess,
  );
  return (all ?? [])
    .filter((access) => access.method === method && access.location.type === 'URI')
    .map((access) => access.location.value);
}
