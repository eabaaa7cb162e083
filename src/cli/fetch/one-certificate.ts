/** The whole road for one certificate file. */
import { formatDuration } from '../../duration.ts';
import { printableUrlText } from '../../http/place.ts';
import type { CertStatus } from '../../ocsp/cert-status.ts';
import type { Verdict } from '../../ocsp/verify-response.ts';
import type { FetchedResponse } from '../../staple/fetch-response.ts';
import { halfLife } from '../../staple/refresh-policy.ts';
import { verifyStaple } from '../../staple/staple.ts';
import { type Judge, keepStaple, loadStaple } from '../../store/staple-file.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { type Accepted, ask, verifyOptions } from './ask.ts';
import type { Outcome, Result } from './outcome.ts';
import type { Road } from './road.ts';
import { type Subject, issuerOf, loadSubject, respondersOf } from '../../subject/subject.ts';
import type { Target } from '../../subject/targets.ts';

/** Never throws: what goes wrong is the outcome. `output` is `undefined` for `--stdout`. */
export async function fetchCertificate(
  target: Target,
  output: string | undefined,
  road: Road,
): Promise<Result> {
  let subject: Subject | undefined;
  try {
    subject = loadSubject(target);
    const outcome = subject
      ? await attempt(subject, target, output, road)
      : ({ kind: 'passed over' } as const);
    return {
      path: target.path,
      output,
      mustStaple: subject?.mustStaple ?? false,
      outcome,
      exitCode: exitOf(outcome),
    };
  } catch (error) {
    const outcome = { kind: 'failed', error } as const;
    return {
      path: target.path,
      output,
      mustStaple: subject?.mustStaple ?? false,
      outcome,
      exitCode: exitCodeOf(error),
    };
  }
}

async function attempt(
  subject: Subject,
  target: Target,
  output: string | undefined,
  road: Road,
): Promise<Outcome> {
  const { certificate } = subject;
  const responders = respondersOf(subject, road.urls, road.now());
  if (responders === 'noRevAvail') return { kind: 'nothing to do' };
  const issuer = await issuerOf(subject, target, road.issuers);
  const judge: Judge = (der) => verifyStaple(der, verifyOptions(certificate, issuer, road));
  const present = output === undefined ? undefined : loadStaple(output, judge);
  if (road.ifDue && present) {
    const dueAt = halfLife(present.verdict);
    if (road.now() < dueAt) return { kind: 'not due', verdict: present.verdict, dueAt };
  }
  const say = (step: () => string): void => road.say?.(target.path, step());
  say(() => `asking ${responders.urls.map(printableUrlText).join(', then ')}`);
  const fetched = await ask({ certificate, issuer, urls: responders.urls, present }, road, say);
  if (road.say) sayHow(fetched, say);
  const { answer, verdict } = fetched.value;
  if (answer.certStatus.type !== 'good' || output === undefined) return answered(fetched, 'not written');
  const kept = await keepStaple(output, { der: fetched.der, verdict }, judge, present);
  return kept.outcome === 'kept'
    ? answered(fetched, 'kept', kept.present.verdict)
    : answered(fetched, kept.outcome);
}

function answered(
  { value: { answer, verdict }, der, responder, method }: FetchedResponse<Accepted>,
  file: 'written' | 'unchanged' | 'kept' | 'not written',
  kept?: Verdict,
): Outcome {
  return { kind: 'answered', answer, verdict, der, responder, method, file, kept };
}

function sayHow(fetched: FetchedResponse<Accepted>, say: (step: () => string) => void): void {
  const { value, der, method, responder } = fetched;
  if (fetched.notModified) say(() => `${responder} has nothing newer than the staple that is there`);
  else {
    say(() => `${responder} answered by ${method}, ${der.length} bytes, ${value.answer.certStatus.type}`);
    sayType(fetched.contentType, say);
  }
  const { freshForMs } = fetched.freshness;
  if (freshForMs > 0) say(() => `a cache may give the same answer for another ${formatDuration(freshForMs)}`);
}

/** Nothing here depends on it, but a stricter client may. */
function sayType(type: string | undefined, say: (step: () => string) => void): void {
  if (/^application\/ocsp-response(?:\s*;|$)/i.test(type ?? '')) return;
  say(() => `its Content-Type is ${type ?? 'missing'}, not application/ocsp-response`);
}

function exitOf(outcome: Outcome): Result['exitCode'] {
  if (outcome.kind !== 'answered') return EXIT.ok;
  const { type }: CertStatus = outcome.answer.certStatus;
  return type === 'good' ? EXIT.ok : EXIT.notGood;
}
