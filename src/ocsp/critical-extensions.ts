/** Rule 8: who marks an extension critical says "do not go on if you do not understand this". */
import { ResponseError } from '../errors.ts';
import type { Extension } from '../x509/extension.ts';
import { OID } from '../x509/oids.ts';
import type { BasicOCSPResponse } from './basic-ocsp-response.ts';
import type { SingleResponse } from './single-response.ts';

const UNDERSTOOD: Readonly<Record<'response' | 'signer', ReadonlySet<string>>> = {
  response: new Set<string>([
    OID.ocspNonce,
    OID.ocspCrl,
    OID.ocspResponse,
    OID.ocspArchiveCutoff,
    OID.ocspServiceLocator,
    OID.ocspPrefSigAlgs,
    OID.ocspExtendedRevoke,
  ]),
  // Those whose meaning is taken into account for a signer, or cannot change whether it may sign.
  signer: new Set<string>([
    OID.keyUsage,
    OID.extKeyUsage,
    OID.basicConstraints,
    OID.subjectAltName,
    OID.subjectKeyIdentifier,
    OID.authorityKeyIdentifier,
    OID.authorityInfoAccess,
    OID.cRLDistributionPoints,
    OID.certificatePolicies,
    OID.ocspNocheck,
  ]),
};

/** What to say of the first critical extension that is not understood; `undefined` when all are. */
export function unknownCritical(
  extensions: readonly Extension[],
  where: keyof typeof UNDERSTOOD,
): string | undefined {
  for (const { oid, critical } of extensions) {
    if (critical && !UNDERSTOOD[where].has(oid)) return `critical extension ${oid} is not known`;
  }
  return undefined;
}

/** @throws ResponseError `critical-extension-unknown` for one of the response or of the answer that counts. */
export function checkCriticalExtensions(basic: BasicOCSPResponse, single: SingleResponse): void {
  const problem =
    unknownCritical(basic.tbsResponseData.responseExtensions, 'response') ??
    unknownCritical(single.singleExtensions, 'response');
  if (problem !== undefined) throw new ResponseError('critical-extension-unknown', problem);
}
