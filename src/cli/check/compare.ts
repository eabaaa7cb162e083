/** What the responder says now, against what the server staples. */
import { formatInstant } from '../../der/time.ts';
import type { RestapleError } from '../../errors.ts';
import { type Verdict, verifyResponse } from '../../ocsp/verify-response.ts';
import { fetchResponse } from '../../staple/fetch-response.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { once } from './asked.ts';
import { found, foundError, knownError } from './find.ts';
import type { JudgedStaple } from './presentation.ts';
import type { Finding } from './states.ts';
import type { CheckTools } from './tools.ts';

export interface Answer {
  /** The URL that answered, safe to print. */
  readonly responder: string | undefined;
  /** What it says, by a response that keeps every rule. */
  readonly verdict: Verdict | undefined;
  readonly error: RestapleError | undefined;
}

export interface Compared extends Answer {
  /** What is served against it; `undefined` when there is nothing to compare. */
  readonly served: 'older' | 'same' | 'newer' | undefined;
}

interface Question {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly urls: readonly string[];
}

export async function compare(
  question: Question,
  staple: JudgedStaple | undefined,
  tools: CheckTools,
): Promise<Compared> {
  const { certificate, issuer } = question;
  const answer = await once(tools.asked.responders, [certificate, issuer], () =>
    askResponder(question, tools),
  );
  return { ...answer, served: against(staple, answer.verdict) };
}

async function askResponder({ certificate, issuer, urls }: Question, tools: CheckTools): Promise<Answer> {
  const judging = { certificate, issuer, ...tools.judgement };
  try {
    const { value: verdict, responder } = await fetchResponse({
      certificate,
      issuer,
      urls,
      trusted: tools.urls !== undefined,
      client: tools.client,
      limiter: tools.limiter,
      method: 'auto',
      headers: tools.headers,
      hash: 'sha1',
      nonce: undefined,
      timeoutMs: tools.timeoutMs,
      signal: tools.signal,
      accept: (der) => verifyResponse(der, { ...judging, now: tools.now() }),
    });
    return { responder, verdict, error: undefined };
  } catch (error) {
    return { responder: undefined, verdict: undefined, error: knownError(error) };
  }
}

function against(staple: JudgedStaple | undefined, verdict: Verdict | undefined): Compared['served'] {
  const served = staple?.judged.single?.thisUpdate;
  if (!served || !verdict) return undefined;
  const later = served.getTime() - verdict.thisUpdate.getTime();
  return later < 0 ? 'older' : later > 0 ? 'newer' : 'same';
}

/** `undefined` when both agree, or the responder has the better word. */
export function comparedFinding({ verdict, error }: Compared): Finding | undefined {
  if (error) return foundError('responder failed', error, `the responder gives no answer: ${error.message}`);
  const status = verdict?.certStatus.type ?? 'good';
  if (status === 'good') return undefined;
  return found('responder differs', `the responder now says ${status}`, REPLACE[status]);
}

const REPLACE: Readonly<Record<'revoked' | 'unknown', string>> = {
  revoked: 'replace the certificate: clients that check will refuse it',
  unknown: 'the CA does not know the certificate; ask it',
};

/** `good, thisUpdate …; the served one is older`. */
export function comparedWords({ responder, verdict, error, served }: Compared): string {
  if (!verdict) return error?.message ?? '';
  const says = `${responder} says ${verdict.certStatus.type}, thisUpdate ${formatInstant(verdict.thisUpdate)}`;
  if (served === undefined) return says;
  const words = served === 'same' ? 'as new' : served;
  return `${says}; the served one is ${words}`;
}
