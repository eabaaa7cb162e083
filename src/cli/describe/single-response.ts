/** What a response says about one certificate. */
import { formatInstant } from '../../der/time.ts';
import { formatDuration } from '../../duration.ts';
import { type CertStatus, crlReasonName } from '../../ocsp/cert-status.ts';
import type { SingleResponse } from '../../ocsp/single-response.ts';
import { type CertIDDescription, certIDRows, describeCertID } from './cert-id.ts';
import { type ExtensionDescription, listExtensions } from './extension.ts';
import { type LifeDescription, describeLife, lifeWords } from './life.ts';
import type { Group, Row } from './listing.ts';
import { momentWords } from './moment.ts';
import { type OcspExtension, describeOcspExtensions, ocspExtensionRows } from './ocsp-extensions.ts';

export interface SingleResponseDescription {
  readonly certID: CertIDDescription;
  readonly status: CertStatus['type'];
  /** `null` unless it is revoked. */
  readonly revocation: RevocationDescription | null;
  readonly thisUpdate: string;
  readonly nextUpdate: string | null;
  /** `null` without nextUpdate: nobody can say then. */
  readonly life: LifeDescription | null;
  readonly extensions: readonly ExtensionDescription<OcspExtension>[];
}

export interface RevocationDescription {
  readonly time: string;
  /** The name of a CRLReason in RFC 5280, or `null` when none was given. */
  readonly reason: string | null;
}

export function describeSingleResponse(single: SingleResponse, now: Date): SingleResponseDescription {
  const { certID, certStatus, thisUpdate, nextUpdate, singleExtensions } = single;
  return {
    certID: describeCertID(certID),
    status: certStatus.type,
    revocation: describeRevocation(certStatus),
    thisUpdate: formatInstant(thisUpdate),
    nextUpdate: nextUpdate ? formatInstant(nextUpdate) : null,
    life: nextUpdate ? describeLife(thisUpdate, nextUpdate, now) : null,
    extensions: describeOcspExtensions(singleExtensions),
  };
}

export function describeRevocation(status: CertStatus): RevocationDescription | null {
  if (status.type !== 'revoked') return null;
  const { revocationTime, reason } = status;
  return { time: formatInstant(revocationTime), reason: reason === undefined ? null : crlReasonName(reason) };
}

export function groupSingleResponse(it: SingleResponseDescription): Group {
  return {
    title: 'Answer',
    items: [
      ...certIDRows(it.certID),
      ['Status', it.status],
      ...revocationRows(it.revocation),
      ['This Update', momentWords(it.thisUpdate)],
      ['Next Update', it.nextUpdate === null ? 'none' : momentWords(it.nextUpdate)],
      ...(it.life ? [['Life', fullLifeWords(it.life)] as const] : []),
      ...listExtensions(it.extensions, ocspExtensionRows),
    ],
  };
}

export function revocationRows(it: RevocationDescription | null): readonly Row[] {
  if (!it) return [];
  return [
    ['Reason', it.reason ?? 'not given'],
    ['Revocation Time', momentWords(it.time)],
  ];
}

/** `12h, 20 % used, ends in 9h32m`. */
function fullLifeWords(life: LifeDescription): string {
  const total = formatDuration(life.totalSeconds * 1000);
  const used = life.state === 'current' ? `${life.usedPercent} % used, ` : '';
  return `${total}, ${used}${lifeWords(life)}`;
}
