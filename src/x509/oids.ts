/** Object identifiers by the names their RFCs give them. */
export const OID = {
  // RFC 5280 section 4.2.1
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  anyExtendedKeyUsage: '2.5.29.37.0',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  adOcsp: '1.3.6.1.5.5.7.48.1',
  adCaIssuers: '1.3.6.1.5.5.7.48.2',
  kpServerAuth: '1.3.6.1.5.5.7.3.1',
  kpClientAuth: '1.3.6.1.5.5.7.3.2',
  kpOCSPSigning: '1.3.6.1.5.5.7.3.9',
  // RFC 5280 sections 5.2 and 5.3
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  freshestCRL: '2.5.29.46',
  // RFC 7633
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  // RFC 9608
  noRevAvail: '2.5.29.56',
  // RFC 6962
  signedCertificateTimestamps: '1.3.6.1.4.1.11129.2.4.2',
  // RFC 6960
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  ocspNonce: '1.3.6.1.5.5.7.48.1.2',
  ocspCrl: '1.3.6.1.5.5.7.48.1.3',
  ocspResponse: '1.3.6.1.5.5.7.48.1.4',
  ocspNocheck: '1.3.6.1.5.5.7.48.1.5',
  ocspArchiveCutoff: '1.3.6.1.5.5.7.48.1.6',
  ocspServiceLocator: '1.3.6.1.5.5.7.48.1.7',
  ocspPrefSigAlgs: '1.3.6.1.5.5.7.48.1.8',
  ocspExtendedRevoke: '1.3.6.1.5.5.7.48.1.9',
  // RFC 5652
  signedData: '1.2.840.113549.1.7.2',
  // RFC 8017, 4055
  rsaEncryption: '1.2.840.113549.1.1.1',
  mgf1: '1.2.840.113549.1.1.8',
  rsaPss: '1.2.840.113549.1.1.10',
  // RFC 5480
  ecPublicKey: '1.2.840.10045.2.1',
  // RFC 3279, 5758
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

const NAMES: Readonly<Record<string, string>> = {
  [OID.subjectKeyIdentifier]: 'subjectKeyIdentifier',
  [OID.keyUsage]: 'keyUsage',
  [OID.subjectAltName]: 'subjectAltName',
  [OID.basicConstraints]: 'basicConstraints',
  [OID.nameConstraints]: 'nameConstraints',
  [OID.cRLDistributionPoints]: 'cRLDistributionPoints',
  [OID.certificatePolicies]: 'certificatePolicies',
  [OID.authorityKeyIdentifier]: 'authorityKeyIdentifier',
  [OID.extKeyUsage]: 'extKeyUsage',
  [OID.anyExtendedKeyUsage]: 'anyExtendedKeyUsage',
  [OID.authorityInfoAccess]: 'authorityInfoAccess',
  [OID.kpServerAuth]: 'serverAuth',
  [OID.kpClientAuth]: 'clientAuth',
  [OID.kpOCSPSigning]: 'OCSPSigning',
  [OID.issuerAltName]: 'issuerAltName',
  [OID.cRLNumber]: 'cRLNumber',
  [OID.reasonCode]: 'reasonCode',
  [OID.invalidityDate]: 'invalidityDate',
  [OID.deltaCRLIndicator]: 'deltaCRLIndicator',
  [OID.issuingDistributionPoint]: 'issuingDistributionPoint',
  [OID.certificateIssuer]: 'certificateIssuer',
  [OID.freshestCRL]: 'freshestCRL',
  [OID.tlsFeature]: 'tlsFeature',
  [OID.noRevAvail]: 'noRevAvail',
  [OID.signedCertificateTimestamps]: 'signedCertificateTimestamps',
  [OID.ocspBasic]: 'id-pkix-ocsp-basic',
  [OID.ocspNonce]: 'nonce',
  [OID.ocspCrl]: 'crlID',
  [OID.ocspResponse]: 'acceptableResponses',
  [OID.ocspNocheck]: 'ocsp-nocheck',
  [OID.ocspArchiveCutoff]: 'archiveCutoff',
  [OID.ocspServiceLocator]: 'serviceLocator',
  [OID.ocspPrefSigAlgs]: 'preferredSignatureAlgorithms',
  [OID.ocspExtendedRevoke]: 'extendedRevoke',
  [OID.sha1]: 'sha1',
  [OID.sha256]: 'sha256',
  [OID.sha384]: 'sha384',
  [OID.sha512]: 'sha512',
};

/** The RFC's name of an identifier, or its dotted text. */
export function oidName(oid: string): string {
  return NAMES[oid] ?? oid;
}
