/** The extensions of RFC 6960 section 4.4 and RFC 9654, of requests and responses. */
import { formatInstant } from '../../der/time.ts';
import { decodeAcceptableResponses } from '../../ocsp/extensions/acceptable-responses.ts';
import { decodeArchiveCutoff } from '../../ocsp/extensions/archive-cutoff.ts';
import { decodeCrlID } from '../../ocsp/extensions/crl-id.ts';
import { decodeExtendedRevoke } from '../../ocsp/extensions/extended-revoke.ts';
import { decodeNonce } from '../../ocsp/extensions/nonce.ts';
import { decodePreferredSignatureAlgorithms } from '../../ocsp/extensions/preferred-signature-algorithms.ts';
import { decodeServiceLocator } from '../../ocsp/extensions/service-locator.ts';
import { hex, printable } from '../../text.ts';
import type { Extension } from '../../x509/extension.ts';
import { formatName } from '../../x509/name.ts';
import { OID, oidName } from '../../x509/oids.ts';
import { type AccessDescription, accessRows, describeAccess } from './access.ts';
import {
  type AlgorithmDescription,
  describePlainAlgorithm,
  describeSignatureAlgorithm,
} from './algorithm.ts';
import { type ExtensionDescription, describeExtensions } from './extension.ts';
import type { Row } from './listing.ts';
import { momentWords } from './moment.ts';
import { serialNumberHex } from './serial-number.ts';

/** `type` is the name that the RFC gives the extension. */
export type OcspExtension =
  | { readonly type: 'nonce'; readonly nonce: string }
  | {
      readonly type: 'crlID';
      readonly url: string | null;
      readonly number: string | null;
      readonly time: string | null;
    }
  | { readonly type: 'acceptableResponses'; readonly responseTypes: readonly string[] }
  | { readonly type: 'archiveCutoff'; readonly cutoff: string }
  | {
      readonly type: 'serviceLocator';
      readonly issuer: string;
      readonly locator: readonly AccessDescription[];
    }
  | { readonly type: 'preferredSignatureAlgorithms'; readonly preferred: readonly Preference[] }
  | { readonly type: 'extendedRevoke' };

interface Preference {
  readonly signature: AlgorithmDescription;
  /** The key to sign with; `null` when any will do. */
  readonly key: AlgorithmDescription | null;
}

const DECODERS: Readonly<Record<string, (value: Buffer) => OcspExtension>> = {
  [OID.ocspNonce]: (value) => ({ type: 'nonce', nonce: hex(decodeNonce(value)) }),
  [OID.ocspCrl]: (value) => {
    const { crlUrl, crlNum, crlTime } = decodeCrlID(value);
    return {
      type: 'crlID',
      url: crlUrl === undefined ? null : printable(crlUrl),
      number: crlNum ? serialNumberHex(crlNum) : null,
      time: crlTime ? formatInstant(crlTime) : null,
    };
  },
  [OID.ocspResponse]: (value) => ({
    type: 'acceptableResponses',
    responseTypes: decodeAcceptableResponses(value).map(oidName),
  }),
  [OID.ocspArchiveCutoff]: (value) => ({
    type: 'archiveCutoff',
    cutoff: formatInstant(decodeArchiveCutoff(value)),
  }),
  [OID.ocspServiceLocator]: (value) => {
    const { issuer, locator } = decodeServiceLocator(value);
    return { type: 'serviceLocator', issuer: formatName(issuer), locator: locator.map(describeAccess) };
  },
  [OID.ocspPrefSigAlgs]: (value) => ({
    type: 'preferredSignatureAlgorithms',
    preferred: decodePreferredSignatureAlgorithms(value).map(({ sigIdentifier, certIdentifier }) => ({
      signature: describeSignatureAlgorithm(sigIdentifier),
      key: certIdentifier ? describePlainAlgorithm(certIdentifier) : null,
    })),
  }),
  [OID.ocspExtendedRevoke]: (value) => {
    decodeExtendedRevoke(value);
    return { type: 'extendedRevoke' };
  },
};

export function describeOcspExtensions(
  extensions: readonly Extension[],
): readonly ExtensionDescription<OcspExtension>[] {
  return describeExtensions(extensions, ({ oid, value }) => DECODERS[oid]?.(value));
}

export function ocspExtensionRows(extension: OcspExtension): readonly Row[] {
  switch (extension.type) {
    case 'nonce':
      return [['Nonce', extension.nonce]];
    case 'crlID':
      return [
        ...row('CRL URL', extension.url),
        ...row('CRL Number', extension.number),
        ...row('CRL Time', extension.time === null ? null : momentWords(extension.time)),
      ];
    case 'acceptableResponses':
      return [['Acceptable Responses', extension.responseTypes.join(', ')]];
    case 'archiveCutoff':
      return [['Archive Cutoff', momentWords(extension.cutoff)]];
    case 'serviceLocator':
      return [['Service Locator', extension.issuer], ...accessRows(extension.locator)];
    case 'preferredSignatureAlgorithms':
      return [['Preferred Signatures', extension.preferred.map(preferenceWords)]];
    case 'extendedRevoke':
      return [['Extended Revoke', 'certificates that were never issued are answered as revoked']];
  }
}

const row = (label: string, value: string | null): readonly Row[] => (value === null ? [] : [[label, value]]);

function preferenceWords({ signature, key }: Preference): string {
  return key ? `${signature.name} by a key of ${key.name}` : signature.name;
}
