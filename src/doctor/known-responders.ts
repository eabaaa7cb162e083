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
    seen: '2017-03',
    source: 'authorityInfoAccess of its certificates, such as that of inter.apo-ident.de until 2018-03-07',
  },
];

/** `issuer` is an encoded Name. */
export function knownResponder(issuer: Uint8Array): KnownResponder | undefined {
  const commonName = commonNameOf(issuer);
  return ROWS.find((row) => row.issuer === commonName);
}
