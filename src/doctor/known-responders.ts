/** Responders that the certificates of an issuer named before: for one that names none, worth a try. */
import { commonNameOf } from './issuer-name.ts';

export interface KnownResponder {
  readonly url: string;
  /** When a certificate was last seen that named it. */
  readonly seen: string;
  readonly source: string;
}

interface Row extends KnownResponder {
  /** The commonName of the issuer. */
  readonly issuer: string;
}

const ROWS: readonly Row[] = [
  {
    issuer: 'AlphaSSL CA - SHA256 - G2',
    url: 'http://ocsp2.globalsign.com/gsalphasha2g2',
    seen: '2017-03-12',
    source: 'the certificate of inter.apo-ident.de that ended on 2018-03-07',
  },
  {
    issuer: 'GlobalSign GCC R3 DV TLS CA 2020',
    url: 'http://ocsp.globalsign.com/gsgccr3dvtlsca2020',
    seen: '2026-09-26',
    source: 'the certificate of *.checkpoint.com from 2026-06-17 to 2027-01-02',
  },
  {
    issuer: 'Sectigo ECC Domain Validation Secure Server CA',
    url: 'http://ocsp.sectigo.com',
    seen: '2025-02-05',
    source: 'the certificate of github.com with serial number ab6686b5627be80596821330128649f5',
  },
  {
    issuer: 'Sectigo Public Server Authentication CA DV E36',
    url: 'http://ocsp.sectigo.com',
    seen: '2026-07-03',
    source: 'the certificate of github.com with serial number 72010e03f4a067fe4e796266430718f6',
  },
  {
    issuer: 'DigiCert Global G2 TLS RSA SHA256 2020 CA1',
    url: 'http://ocsp.digicert.com',
    seen: '2024-01-30',
    source: 'the certificate of www.example.org with serial number 075bcef30689c8addf13e51af4afe187',
  },
];

/** `issuer` is an encoded Name. */
export function knownResponder(issuer: Uint8Array): KnownResponder | undefined {
  const commonName = commonNameOf(issuer);
  return ROWS.find((row) => row.issuer === commonName);
}
