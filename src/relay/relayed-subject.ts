/** A question that came from outside: all that is known of the certificate is its CertID. */
import { createHash } from 'node:crypto';
import { type Group, groupsOf } from '../keeper/files/responder-rules.ts';
import type { AskedCertificate, CertID } from '../ocsp/cert-id.ts';
import { hex } from '../text.ts';
import { formatName } from '../x509/name.ts';
import type { Hash } from '../x509/signature-scheme.ts';
import { certIDKeyOf, hashIn } from './cert-id-key.ts';
import type { KnownIssuer } from './known-issuers.ts';

/** Nobody here knows when the certificate ends; its CA stops answering for it (ECMA-262 section 21.4.1.1). */
const NEVER = new Date(8.64e15);

export interface RelayedSubject {
  /** SHA-256 of what it is looked up by, as lower-case hex: what a stranger sends never becomes a path. */
  readonly key: string;
  readonly certIDKey: string;
  readonly certID: CertID;
  readonly hash: Hash;
  /** For those who read logs. */
  readonly label: string;
  readonly asked: AskedCertificate;
  readonly issuer: KnownIssuer;
  /** The responder that a client named. */
  readonly upstream: string | undefined;
}

/** `undefined` when the CertID has a hash that is none of ours. */
export function relayedSubject(
  certID: CertID,
  issuer: KnownIssuer,
  upstream: string | undefined,
): RelayedSubject | undefined {
  const hash = hashIn(certID);
  const certIDKey = certIDKeyOf(certID);
  if (hash === undefined || certIDKey === undefined) return undefined;
  const { name } = issuer;
  return {
    key: createHash('sha256').update(certIDKey, 'latin1').digest('hex'),
    certIDKey,
    certID,
    hash,
    label: `serial ${hex(certID.serialNumber)} of ${formatName(name)}`,
    asked: { issuer: name, serialNumber: certID.serialNumber, notAfter: NEVER },
    issuer,
    upstream,
  };
}

/** Who is asked: whom the user named; else whom the client means, and those that answer for others of this issuer. */
export function upstreamsOf({
  issuer,
  upstream,
}: Pick<RelayedSubject, 'issuer' | 'upstream'>): readonly Group[] {
  const { certificate, groups, settings } = issuer;
  const { responders, urls } = settings;
  if (urls !== undefined) return groupsOf(urls, true, certificate, responders);
  const isKnown = upstream === undefined || groups.some((group) => group.urls.includes(upstream));
  return isKnown ? groups : [...groupsOf([upstream], false, certificate, responders), ...groups];
}
