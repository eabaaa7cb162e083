/** Whom the flags trust, and where else signers and CA certificates are looked for. */
import { DerError } from '../../errors.ts';
import { type BasicOCSPResponse, encodeBasicOCSPResponse } from '../../ocsp/basic-ocsp-response.ts';
import { encodeOCSPResponse } from '../../ocsp/ocsp-response.ts';
import { type Certificate, decodeCertificate } from '../../x509/certificate.ts';
import { OID } from '../../x509/oids.ts';
import { loadNamed } from '../judge-options.ts';
import type { Settings } from './settings.ts';

export interface Trust {
  /** Certificates of `-CAfile` and `-CApath`; `undefined` when there are none to lead to. */
  readonly anchors: readonly Certificate[] | undefined;
  /** Those of every `-issuer`. */
  readonly issuers: readonly Certificate[];
  readonly trustedSigners: readonly Certificate[];
  readonly others: readonly Certificate[];
}

/** @throws InputError for a file that cannot be read or holds no certificate. */
export async function loadTrust(settings: Settings): Promise<Trust> {
  return {
    anchors: settings.anchors.length === 0 ? undefined : await loadNamed(settings.anchors),
    issuers: await loadNamed(settings.issuerFiles),
    trustedSigners: await loadNamed(settings.trustedSigners),
    others: await loadNamed(settings.otherCertificates),
  };
}

/**
 * The response with the certificates that the flags want in it: without its own for `-no_intern`, with those of
 * `-verify_other`. They travel beside the signature, which does not cover them.
 */
export function withCertificates(basic: BasicOCSPResponse, settings: Settings, { others }: Trust): Buffer {
  const certs = [...(settings.internSigner ? basic.certs : []), ...others.map(({ raw }) => raw)];
  const response = encodeBasicOCSPResponse({ ...basic, certs });
  return encodeOCSPResponse({
    responseStatus: 'successful',
    responseBytes: { responseType: OID.ocspBasic, response },
  });
}

/** Those certificates of a response that can be read. */
export function embeddedCertificates({ certs }: BasicOCSPResponse): Certificate[] {
  return certs.flatMap((der) => {
    try {
      return [decodeCertificate(der)];
    } catch (error) {
      if (error instanceof DerError) return [];
      throw error;
    }
  });
}
