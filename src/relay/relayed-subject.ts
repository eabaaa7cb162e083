/** A question that came from outside: all that is known of the certificate is its CertID. */
import { createHash } from 'node:crypto';
import { mergeHeaders } from '../http/headers.ts';
import { type Group, groupsOf } from '../keeper/files/responder-rules.ts';
import type { AskedCertificate, CertID } from '../ocsp/cert-id.ts';
import { hex } from '../text.ts';
import { formatName } from '../x509/name.ts';
import type { Hash } from '../x509/signature-scheme.ts';
import { certIDKeyOf, hashIn } from './cert-id-key.ts';
import type { KnownIssuer } from './known-issuers.ts';
import { ownBytes } from './own-bytes.ts';

/** Longer than any that a CA writes into certificates; what strangers send is kept beside each question. */
const MAX_UPSTREAM = 1024;

/** Nobody here knows when the certificate ends; its CA stops answering for it (ECMA-262 section 21.4.1.1). */
const NEVER = new Date(8.64e15);

export interface RelayedSubject {
  /** SHA-256 of what it is looked up by, as lower-case hex: what a stranger sends never becomes a path. */
  readonly key: string;
  readonly certIDKey: string;
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
    hash,
    label: `serial ${hex(certID.serialNumber)} of ${formatName(name)}`,
    asked: { issuer: name, serialNumber: ownBytes(certID.serialNumber), notAfter: NEVER },
    issuer,
    upstream: upstream !== undefined && upstream.length <= MAX_UPSTREAM ? upstream : undefined,
  };
}

type Asked = Pick<RelayedSubject, 'issuer' | 'upstream'>;

/**
 * Who is asked, and with which headers: whom the user named; else whom the client means, and those that answer for others of
 * this issuer. Headers that the user wants in every request may hold a password: whom only a client names gets none but those of a
 * rule that fits its URL.
 */
export function upstreamsOf(asked: Asked): readonly Group[] {
  const { certificate, groups, settings } = asked.issuer;
  const { headers, responders, urls } = settings;
  const named = urls === undefined ? groups : groupsOf(urls, true, certificate, responders);
  const known = named.map((group) => ({ ...group, headers: mergeHeaders(group.headers, headers) }));
  if (!isNamedByClient(asked)) return known;
  return [...groupsOf([asked.upstream], false, certificate, responders), ...known];
}

/** Nobody but the client says that this responder is one. */
export function isNamedByClient<A extends Asked>(asked: A): asked is A & { readonly upstream: string } {
  const { issuer, upstream } = asked;
  if (upstream === undefined || issuer.settings.urls !== undefined) return false;
  return !issuer.groups.some(({ urls }) => urls.includes(upstream));
}
