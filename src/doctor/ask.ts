/** The question, asked the very way in which `fetch` asks it: its failure is the failure of `fetch`. */
import { RestapleError } from '../errors.ts';
import { createLimiter } from '../http/limiter.ts';
import { requireGood } from '../ocsp/require-good.ts';
import { type Verdict, type VerifyOptions, verifyResponse } from '../ocsp/verify-response.ts';
import { fetchResponse } from '../staple/fetch-response.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type Check, type Found, NOTHING, type Tools } from './check.ts';
import { type Finding, ok, problem } from './finding.ts';
import { Recorder } from './recorder.ts';

const TITLE = 'answer';

export const ask: Check = async ({ certificate, issuer, urls }, tools) => {
  if (!certificate || !issuer || !urls) return NOTHING;
  const recorder = new Recorder(tools.client, tools.now);
  const { exchanges } = recorder;
  const refused = new Map<unknown, Buffer>();
  const passed: RestapleError[] = [];
  const nonce = tools.nonce?.();
  const sent = nonce && ({ value: nonce, policy: 'required' } as const);
  try {
    const fetched = await fetchResponse({
      certificate,
      issuer,
      urls,
      trusted: tools.givenUrls !== undefined,
      client: recorder,
      limiter: createLimiter(),
      method: tools.method,
      headers: tools.headers,
      hash: tools.hash,
      nonce,
      timeoutMs: tools.timeoutMs,
      retry: { ...tools.retry, waiting: (_ms, error) => void passed.push(error) },
      accept: (der) => {
        try {
          return verifyResponse(der, { ...judging(certificate, issuer, tools), nonce: sent });
        } catch (error) {
          refused.set(error, der);
          throw error;
        }
      },
    });
    const { value: verdict, der, method, responder } = fetched;
    const how = `${responder} answers by ${method}, ${der.length} bytes: ${verdict.certStatus.type}`;
    const { findings, ...rest } = judged(verdict, how);
    return {
      ...rest,
      findings: [...firstTries(passed), ...findings],
      known: { asked: { exchanges, der, nonce: sent, error: undefined, verdict, method } },
    };
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    // What blames a cache stands around what the rule said.
    const der = refused.get(error) ?? refused.get(error.cause);
    const times = passed.length === 0 ? '' : ` (asked ${passed.length + 1} times)`;
    return {
      findings: [problem(TITLE, error.message + times)],
      known: { asked: { exchanges, der, nonce: sent, error, verdict: undefined, method: undefined } },
      error,
    };
  }
};

/** What went wrong before it went well. */
const firstTries = ([first]: readonly RestapleError[]): Finding[] =>
  first === undefined
    ? []
    : [problem('first try', first.message, { meaning: 'it passed when asked again, as fetch does' })];

/** By which a response to these tools is judged. */
export const judging = (certificate: Certificate, issuer: Certificate, tools: Tools): VerifyOptions => ({
  certificate,
  issuer,
  now: tools.now(),
  ...tools.judgement,
});

function judged({ certStatus }: Verdict, how: string): Found {
  try {
    requireGood(certStatus);
    return { findings: [ok(TITLE, how)] };
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    const finding = problem(TITLE, how, { meaning: 'only a good response becomes a staple' });
    return { findings: [finding], error };
  }
}
