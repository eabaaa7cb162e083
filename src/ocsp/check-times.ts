/** Rule 7: the moment at which a response counts, and how long it will. */
import { ResponseError } from '../errors.ts';
import { formatInstant } from '../der/time.ts';
import { formatDuration } from '../duration.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { Signer } from './authenticate.ts';
import type { SingleResponse } from './single-response.ts';

/** How far ahead of ours a responder's clock may run, unless the caller says otherwise. */
export const CLOCK_SKEW_MS: number = 5 * 60_000;

export interface TimeOptions {
  readonly now: Date;
  readonly certificate: Pick<Certificate, 'notAfter'>;
  /** How far ahead of ours a responder's clock may run, in milliseconds; `CLOCK_SKEW_MS` unless given. */
  readonly skewMs?: number | undefined;
  /** Refuse what was known longer ago than this. */
  readonly maxAgeMs: number | undefined;
  /** Take a response without nextUpdate, for as long as `maxAgeMs` allows. */
  readonly allowMissingNextUpdate: boolean;
}

/**
 * Checks the times of a response and says until when it may be used: nextUpdate, but never past the end of its
 * delegated signer or of the certificate that it is about.
 *
 * @throws ResponseError with one of the codes of rule 7.
 */
export function checkTimes(single: SingleResponse, options: TimeOptions): Date {
  const { thisUpdate, nextUpdate } = single;
  const { now, certificate, skewMs = CLOCK_SKEW_MS, maxAgeMs } = options;
  // As numbers: for each comparison of two Dates V8 asks both how they would be one.
  const nowMs = now.getTime();
  const thisUpdateMs = thisUpdate.getTime();
  const nextUpdateMs = nextUpdate?.getTime() ?? Infinity;
  if (thisUpdateMs > nowMs + skewMs) {
    throw new ResponseError(
      'this-update-in-future',
      `thisUpdate ${formatInstant(thisUpdate)} is more than ${formatDuration(skewMs)} after ${at(now)}`,
    );
  }
  if (nextUpdate && nextUpdateMs < thisUpdateMs) {
    const times = `nextUpdate ${formatInstant(nextUpdate)} is before thisUpdate ${formatInstant(thisUpdate)}`;
    throw new ResponseError('next-update-before-this-update', times);
  }
  if (nextUpdate && nextUpdateMs <= nowMs) {
    throw new ResponseError(
      'response-expired',
      `nextUpdate ${formatInstant(nextUpdate)} is not after ${at(now)}`,
    );
  }
  const oldest = maxAgeMs === undefined ? undefined : new Date(thisUpdateMs + maxAgeMs);
  if (oldest && oldest.getTime() <= nowMs) {
    const age = `thisUpdate ${formatInstant(thisUpdate)} is ${formatDuration(maxAgeMs ?? 0)} or more before ${at(now)}`;
    throw new ResponseError('response-too-old', age);
  }
  const end = nextUpdate ?? (options.allowMissingNextUpdate ? oldest : undefined);
  if (!end) {
    throw new ResponseError(
      'next-update-missing',
      'the response has no nextUpdate: nobody can say when it goes stale',
    );
  }
  if (certificate.notAfter.getTime() <= nowMs) {
    const ended = `the certificate ended at ${formatInstant(certificate.notAfter)}, before ${at(now)}`;
    throw new ResponseError('response-outlives-certificate', ended);
  }
  return end;
}

const at = (now: Date): string => `now ${formatInstant(now)}`;

/** The earliest end among a response, its certificate and its delegated signer. */
export function validUntil(end: Date, certificate: Pick<Certificate, 'notAfter'>, signer: Signer): Date {
  const earliest = earlier(end, certificate.notAfter);
  return signer.kind === 'delegate' ? earlier(signer.certificate.notAfter, earliest) : earliest;
}

const earlier = (a: Date, b: Date): Date => (a.getTime() < b.getTime() ? a : b);
