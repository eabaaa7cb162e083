/** The whole road for one certificate file. */
import { formatDuration } from '../../duration.ts';
import type { HttpClient } from '../../http/client.ts';
import type { HeaderList } from '../../http/headers.ts';
import type { HostHealth } from '../../http/host-health.ts';
import type { Limiter } from '../../http/limiter.ts';
import { printableUrlText } from '../../http/place.ts';
import type { CertStatus } from '../../ocsp/cert-status.ts';
import { matchSingle } from '../../ocsp/match-single.ts';
import { readResponse } from '../../ocsp/read-response.ts';
import { type Verdict, type VerifyOptions, verifyResponse } from '../../ocsp/verify-response.ts';
import { type RetryOptions, fetchResponse } from '../../staple/fetch-response.ts';
import { halfLife } from '../../staple/refresh-policy.ts';
import { verifyStaple } from '../../staple/staple.ts';
import { type Judge, keepStaple, loadStaple } from '../../store/staple-file.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import type { Judgement } from '../judge-options.ts';
import type { Answer, Outcome, Result } from './outcome.ts';
import { type IssuerSources, type Subject, issuerOf, loadSubject, respondersOf } from './subject.ts';
import type { Target } from './targets.ts';

/** What is the same for all certificates of a call. */
export interface Road {
  readonly client: HttpClient;
  readonly limiter: Limiter;
  readonly health: HostHealth;
  readonly issuers: IssuerSources;
  readonly judgement: Judgement;
  /** False for `--no-verify`. */
  readonly verify: boolean;
  readonly urls: readonly string[] | undefined;
  readonly headers: HeaderList;
  readonly method: 'auto' | 'get' | 'post';
  readonly hash: 'sha1' | 'sha256';
  readonly nonce: (() => Buffer) | undefined;
  readonly timeoutMs: number;
  readonly retry: Omit<RetryOptions, 'waiting'>;
  readonly ifDue: boolean;
  readonly now: () => Date;
  /** Says a step, for `-v`. */
  readonly say: (path: string, step: string) => void;
}

/** Never throws: what goes wrong is the outcome. `output` is `undefined` for `--stdout`. */
export async function fetchCertificate(
  target: Target,
  output: string | undefined,
  road: Road,
): Promise<Result> {
  let subject: Subject | undefined;
  try {
    subject = await loadSubject(target);
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
  if (road.ifDue && output !== undefined) {
    const present = loadStaple(output, judge);
    const dueAt = present && halfLife(present.verdict);
    if (dueAt && road.now() < dueAt) return { kind: 'not due', verdict: present.verdict, dueAt };
  }
  road.say(target.path, `asking ${responders.urls.map(printableUrlText).join(', then ')}`);
  const say = (step: string): void => road.say(target.path, step);
  const fetched = await ask(certificate, issuer, responders.urls, road, say);
  const { value, der, method, responder } = fetched;
  say(`${responder} answered by ${method}, ${der.length} bytes, ${value.answer.certStatus.type}`);
  sayType(fetched.contentType, say);
  const { answer, verdict } = value;
  const answered = { kind: 'answered', answer, verdict, der, responder, method, kept: undefined } as const;
  if (answer.certStatus.type !== 'good' || output === undefined) return { ...answered, file: 'not written' };
  const kept = await keepStaple(output, { der, verdict }, judge);
  if (kept.outcome !== 'kept') return { ...answered, file: kept.outcome };
  return { ...answered, file: 'kept', kept: kept.present.verdict };
}

/** Nothing here depends on it, but a stricter client may. */
function sayType(type: string | undefined, say: (step: string) => void): void {
  if (/^application\/ocsp-response(?:\s*;|$)/i.test(type ?? '')) return;
  say(`its Content-Type is ${type ?? 'missing'}, not application/ocsp-response`);
}

interface Accepted {
  readonly answer: Answer;
  readonly verdict: Verdict | undefined;
}

function ask(
  certificate: Certificate,
  issuer: Certificate,
  urls: readonly string[],
  road: Road,
  say: (step: string) => void,
) {
  const { client, limiter, health, method, headers, hash, timeoutMs } = road;
  const nonce = road.nonce?.();
  const accept = (der: Buffer): Accepted => {
    if (!road.verify) return { answer: readUnverified(der, certificate, issuer), verdict: undefined };
    const sent = nonce && ({ value: nonce, policy: 'required' } as const);
    const verdict = verifyResponse(der, { ...verifyOptions(certificate, issuer, road), nonce: sent });
    return { answer: verdict, verdict };
  };
  return fetchResponse({
    certificate,
    issuer,
    urls,
    trusted: road.urls !== undefined,
    client,
    limiter,
    health,
    method,
    headers,
    hash,
    nonce,
    timeoutMs,
    retry: {
      ...road.retry,
      waiting: (ms, error) => say(`${error.message}; asking again in ${formatDuration(ms)}`),
    },
    accept,
  });
}

/** `--no-verify`: rules 1 to 4 and nothing more. */
function readUnverified(der: Buffer, certificate: Certificate, issuer: Certificate): Answer {
  const { tbsResponseData } = readResponse(der);
  const single = matchSingle(tbsResponseData.responses, certificate, issuer);
  const { certStatus, thisUpdate, nextUpdate } = single;
  return { certStatus, thisUpdate, nextUpdate, producedAt: tbsResponseData.producedAt };
}

function verifyOptions(certificate: Certificate, issuer: Certificate, road: Road): VerifyOptions {
  return { certificate, issuer, now: road.now(), ...road.judgement };
}

function exitOf(outcome: Outcome): Result['exitCode'] {
  if (outcome.kind !== 'answered') return EXIT.ok;
  const { type }: CertStatus = outcome.answer.certStatus;
  return type === 'good' ? EXIT.ok : EXIT.notGood;
}
