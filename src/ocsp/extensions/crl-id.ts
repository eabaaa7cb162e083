/**
 * CrlID ::= SEQUENCE { crlUrl [0] EXPLICIT IA5String OPTIONAL, crlNum [1] EXPLICIT INTEGER OPTIONAL,
 *   crlTime [2] EXPLICIT GeneralizedTime OPTIONAL } (RFC 6960 section 4.4.2): the CRL an answer was taken from.
 */
import { decodeWhole } from '../../der/reader.ts';
import { TAG } from '../../der/tags.ts';
import { explicit, generalizedTime, ia5String, integer, sequence } from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

/** The CRL that an answer was taken from (RFC 6960 section 4.4.2). */
export interface CrlID {
  readonly crlUrl: string | undefined;
  /** Content octets of the INTEGER. */
  readonly crlNum: Buffer | undefined;
  readonly crlTime: Date | undefined;
}

/**
 * The CRL that a response was taken from (RFC 6960 section 4.4.2).
 *
 * @param value the `value` of the Extension.
 * @throws DerError when it is not that in strict DER.
 * @example
 * ```ts
 * import { decodeCrlID, encodeCrlID } from 'restaple/ocsp';
 *
 * const crlUrl = 'http://crl.example/ca.crl';
 * const { value } = encodeCrlID({ crlUrl, crlNum: undefined, crlTime: undefined });
 * console.log(decodeCrlID(value).crlUrl); // http://crl.example/ca.crl
 * ```
 */
export function decodeCrlID(value: Uint8Array): CrlID {
  return decodeWhole(value, 'CrlID', (reader) => {
    const fields = reader.sequence();
    const url = fields.explicit(0);
    const crlUrl = url?.octets(TAG.ia5String).toString('latin1');
    url?.finish();
    const num = fields.explicit(1);
    const crlNum = num?.integer();
    num?.finish();
    const time = fields.explicit(2);
    const crlTime = time?.generalizedTime();
    time?.finish();
    fields.finish();
    return { crlUrl, crlNum, crlTime };
  });
}

/**
 * The extension of a response that says which CRL it was taken from (RFC 6960 section 4.4.2).
 * @example
 * ```ts
 * import { decodeCrlID, encodeCrlID } from 'restaple/ocsp';
 *
 * const crlUrl = 'http://crl.example/ca.crl';
 * const { value } = encodeCrlID({ crlUrl, crlNum: undefined, crlTime: undefined });
 * console.log(decodeCrlID(value).crlUrl); // http://crl.example/ca.crl
 * ```
 */
export function encodeCrlID({ crlUrl, crlNum, crlTime }: CrlID): Extension {
  const value = sequence(
    ...(crlUrl === undefined ? [] : [explicit(0, ia5String(crlUrl))]),
    ...(crlNum === undefined ? [] : [explicit(1, integer(crlNum))]),
    ...(crlTime === undefined ? [] : [explicit(2, generalizedTime(crlTime))]),
  );
  return { oid: OID.ocspCrl, critical: false, value };
}
