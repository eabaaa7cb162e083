/** The staple of a certificate out of a keeper's store, without the network: a server that starts does not wait. */
import { ResponseError } from '../../errors.ts';
import { attempt } from '../../attempt.ts';
import { findIssuer } from '../../issuer/find-issuer.ts';
import { keyOf } from '../../keeper/files/certificates.ts';
import { type Staple, verifyStaple } from '../../staple/staple.ts';
import { IssuerDirectory } from '../../store/issuer-directory.ts';
import { readStapleFile } from '../../store/staple-file.ts';
import { StapleStore } from '../../store/staple-store.ts';
import type { Subject } from '../../subject/subject.ts';
import { caIssuersUrls } from '../../x509/authority-info-access.ts';
import { parseCertificates } from '../../x509/bundle.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Judgement } from '../judge-options.ts';
import { isNearEnd } from './near-end.ts';

/** `ended`: there was one, and its end is over or so near that the server would go on with it beyond. */
export type Kept =
  { readonly state: 'good'; readonly der: Buffer } | { readonly state: 'ended' } | { readonly state: 'none' };

export interface Judging {
  readonly judgement: Judgement;
  /** Those that the user named. */
  readonly issuers: readonly Certificate[] | undefined;
  readonly now: Date;
}

const NONE: Kept = { state: 'none' };

/** Verified like any other: the store is trusted no more than the network. Never throws for what lies there. */
export async function keptStaple(path: string, subject: Subject, judging: Judging): Promise<Kept> {
  const store = new StapleStore(path);
  const { certificate } = subject;
  const der = attempt(() => readStapleFile(store.staplePath(keyOf(certificate))));
  if (!der) return NONE;
  const issuer = await issuerOf(subject, store, judging.issuers);
  if (!issuer) return NONE;
  const { judgement, now } = judging;
  try {
    const staple: Staple = verifyStaple(der, { ...judgement, certificate, issuer, now });
    return isNearEnd(staple.verdict, now) ? { state: 'ended' } : { state: 'good', der };
  } catch (error) {
    return error instanceof ResponseError && error.code === 'response-expired' ? { state: 'ended' } : NONE;
  }
}

async function issuerOf(
  { certificate, chain }: Subject,
  store: StapleStore,
  given: readonly Certificate[] | undefined,
): Promise<Certificate | undefined> {
  const known = findIssuer(certificate, given ?? chain);
  if (known || given) return known;
  const fetched = new IssuerDirectory(store.issuers);
  for (const url of caIssuersUrls(certificate)) {
    const file = await fetched.load(url);
    const issuer = file && findIssuer(certificate, attempt(() => parseCertificates(file)) ?? []);
    if (issuer) return issuer;
  }
  return undefined;
}
