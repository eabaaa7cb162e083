/**
 * PreferredSignatureAlgorithms ::= SEQUENCE OF SEQUENCE { sigIdentifier AlgorithmIdentifier,
 *   certIdentifier AlgorithmIdentifier OPTIONAL } (RFC 6960 section 4.4.7.1): what a client would like to be signed with.
 */
import { decodeWhole } from '../../der/reader.ts';
import { sequence } from '../../der/writer.ts';
import {
  type AlgorithmIdentifier,
  decodeAlgorithmIdentifier,
  encodeAlgorithmIdentifier,
} from '../../x509/algorithm-identifier.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';

/** An algorithm of signatures, and one of the key in the signer's certificate (RFC 6960 section 4.4.7.1). */
export interface PreferredSignatureAlgorithm {
  readonly sigIdentifier: AlgorithmIdentifier;
  readonly certIdentifier: AlgorithmIdentifier | undefined;
}

/**
 * What a client would like to be signed with, the best first (RFC 6960 section 4.4.7.1).
 *
 * @param value the `value` of the Extension.
 * @throws DerError when it is not that in strict DER.
 * @example
 * ```ts
 * import { decodePreferredSignatureAlgorithms, encodePreferredSignatureAlgorithms } from 'restaple/ocsp';
 *
 * const sigIdentifier = { algorithm: '1.2.840.10045.4.3.2', parameters: undefined };
 * const { value } = encodePreferredSignatureAlgorithms([{ sigIdentifier, certIdentifier: undefined }]);
 * console.log(decodePreferredSignatureAlgorithms(value)[0].sigIdentifier.algorithm); // 1.2.840.10045.4.3.2
 * ```
 */
export function decodePreferredSignatureAlgorithms(
  value: Uint8Array,
): readonly PreferredSignatureAlgorithm[] {
  return decodeWhole(value, 'PreferredSignatureAlgorithms', (reader) =>
    reader.sequenceOf((item) => {
      const fields = item.sequence();
      const sigIdentifier = decodeAlgorithmIdentifier(fields);
      const certIdentifier = fields.atEnd ? undefined : decodeAlgorithmIdentifier(fields);
      fields.finish();
      return { sigIdentifier, certIdentifier };
    }),
  );
}

/**
 * The extension of a request that says what the client would like to be signed with, the best first (RFC 6960 section
 * 4.4.7.1).
 * @example
 * ```ts
 * import { decodePreferredSignatureAlgorithms, encodePreferredSignatureAlgorithms } from 'restaple/ocsp';
 *
 * const sigIdentifier = { algorithm: '1.2.840.10045.4.3.2', parameters: undefined };
 * const { value } = encodePreferredSignatureAlgorithms([{ sigIdentifier, certIdentifier: undefined }]);
 * console.log(decodePreferredSignatureAlgorithms(value)[0].sigIdentifier.algorithm); // 1.2.840.10045.4.3.2
 * ```
 */
export function encodePreferredSignatureAlgorithms(
  preferred: readonly PreferredSignatureAlgorithm[],
): Extension {
  const items = preferred.map(({ sigIdentifier, certIdentifier }) =>
    sequence(
      encodeAlgorithmIdentifier(sigIdentifier),
      ...(certIdentifier ? [encodeAlgorithmIdentifier(certIdentifier)] : []),
    ),
  );
  return { oid: OID.ocspPrefSigAlgs, critical: false, value: sequence(...items) };
}
