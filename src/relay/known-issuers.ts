/**
 * Whose certificates the relay can answer for. A question names its issuer by hashes of name and key, so that any CA
 * certificate with these is the right one, wherever it came from: who found another key with the same hash could forge
 * far more than a staple.
 */
import { BoundedCache } from '../bounded-cache.ts';
import type { SubjectSettings } from '../keeper/files/certificate-subject.ts';
import type { Group } from '../keeper/files/responder-rules.ts';
import { type CertID, createCertID } from '../ocsp/cert-id.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Hash } from '../x509/signature-scheme.ts';
import { hashIn, issuerKeyOf } from './cert-id-key.ts';

/** A machine meets a few dozen issuing CAs; tenants who bring their own do not push these out of a place this large. */
const MAX_ISSUERS = 4096;
/** Each that fails costs whoever asks for what nobody has asked for before. */
const MAX_GROUPS = 4;
const HASHES: readonly Hash[] = ['sha1', 'sha256', 'sha384', 'sha512'];

export interface KnownIssuer {
  readonly certificate: Certificate;
  /** Its name as certificates spell it: that is what a CertID is the hash of. */
  readonly name: Buffer;
  /** How certificates of it are asked for, as one of them says. */
  readonly settings: SubjectSettings;
  /** Who answers for some of them, of the last one met first; empty when only the issuer was given. */
  readonly groups: readonly Group[];
}

export class KnownIssuers {
  readonly #named = new Map<string, KnownIssuer>();
  readonly #met = new BoundedCache<string, KnownIssuer>(MAX_ISSUERS);

  /** Those that the user named are never forgotten. */
  name(issuer: KnownIssuer): void {
    for (const key of keysOf(issuer)) this.#named.set(key, issuer);
  }

  /** @returns false when it was known. */
  meet(issuer: KnownIssuer): boolean {
    const [first = '', ...others] = keysOf(issuer);
    const known = this.#met.get(first);
    const merged = known ? { ...issuer, groups: merge(issuer.groups, known.groups) } : issuer;
    for (const key of [first, ...others]) this.#met.set(key, merged);
    return known === undefined;
  }

  find(certID: CertID): KnownIssuer | undefined {
    const hash = hashIn(certID);
    if (hash === undefined) return undefined;
    const key = issuerKeyOf(hash, certID);
    const met = this.#met.get(key);
    return met ?? this.#named.get(key);
  }
}

/** A CA that moves to another responder has certificates of both for a while. */
function merge(groups: readonly Group[], known: readonly Group[]): readonly Group[] {
  const urls = new Set(groups.flatMap((group) => group.urls));
  const others = known.filter((group) => group.urls.some((url) => !urls.has(url)));
  return [...groups, ...others].slice(0, MAX_GROUPS);
}

function keysOf({ certificate, name }: KnownIssuer): readonly string[] {
  const asked = { issuer: name, serialNumber: certificate.serialNumber, notAfter: certificate.notAfter };
  return HASHES.map((hash) => issuerKeyOf(hash, createCertID(asked, certificate, hash)));
}
