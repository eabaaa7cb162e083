/** How a staple of one certificate is judged: as one to serve now, and as one that lies where another would go. */
import { ResponseError } from '../../errors.ts';
import { matchSingle } from '../../ocsp/match-single.ts';
import { readResponse } from '../../ocsp/read-response.ts';
import { type Verdict, type VerifyOptions, verifyResponse } from '../../ocsp/verify-response.ts';
import { verifyStaple } from '../../staple/staple.ts';
import type { Judge } from '../../store/staple-file.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Clock } from '../clock.ts';
import type { SubjectSettings } from './certificate-subject.ts';

/** No CA of the Web may let a response live longer (Baseline Requirements section 4.9.10). */
const LONGEST_LIFE_MS = 10 * 86_400_000;

export interface Judges {
  /** Every rule, the status apart. */
  readonly answer: (der: Buffer) => Verdict;
  /** Fit to be served now. */
  readonly present: Judge;
  /**
   * Fit to be served now, or as soon as a clock that was set back is right again: what a cache held back, and what looks
   * good by such a clock, must not take its place.
   */
  readonly standing: Judge;
}

export function judgesOf(
  certificate: Certificate,
  issuer: Certificate,
  { judgement }: SubjectSettings,
  clock: Clock,
): Judges {
  const options = (now: number): VerifyOptions => ({
    ...judgement,
    certificate,
    issuer,
    now: new Date(now),
  });
  const present: Judge = (der) => verifyStaple(der, options(clock.now()));
  return {
    answer: (der) => verifyResponse(der, options(clock.now())),
    present,
    standing: (der) => {
      try {
        return present(der);
      } catch (error) {
        if (!(error instanceof ResponseError) || error.code !== 'this-update-in-future') throw error;
        const { responses } = readResponse(der).tbsResponseData;
        const thisUpdate = matchSingle(responses, certificate, issuer).thisUpdate.getTime();
        if (thisUpdate - clock.now() > LONGEST_LIFE_MS) throw error;
        return verifyStaple(der, options(thisUpdate));
      }
    },
  };
}
