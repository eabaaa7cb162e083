/** What a running server staples, against what the responder says. */
import { formatInstant } from '../der/time.ts';
import { RestapleError } from '../errors.ts';
import type { Verdict } from '../ocsp/verify-response.ts';
import { DEFAULT_POLICY, momentOf } from '../staple/policy.ts';
import { verifyStaple } from '../staple/staple.ts';
import { judging } from './ask.ts';
import type { Certificate } from '../x509/certificate.ts';
import { type Check, type Found, type Known, NOTHING, type Tools } from './check.ts';
import { note, ok, problem } from './finding.ts';

const TITLE = 'served';

export const checkServed: Check = async (known, tools) => {
  const { served, certificate, issuer, server } = known;
  if (served === undefined || !certificate || !issuer || known.leftToCrl === true) return NOTHING;
  if (served !== null) return judged(served, certificate, issuer, known, tools);
  const late = server && (await tools.look(server).catch(() => undefined))?.staple;
  if (late === undefined) return none(known);
  const { findings, known: found } = judged(late, certificate, issuer, known, tools);
  return { findings: [LATE, ...findings], known: { ...found, served: late } };
};

/** nginx asks the responder when the first client of each worker comes, who goes without. */
const LATE = problem(TITLE, 'no staple with the first handshake, but with the second', {
  meaning: 'the server fetches its staple only when a client comes, and that one gets none',
  advice: 'give the server the staple as a file (ssl_stapling_file)',
});

const LATE_MEANING = 'most of its life is gone: nothing renews it at the server, or too seldom';

/** When a keeper would warn. */
const isLate = ({ thisUpdate, validUntil }: Verdict, now: Date): boolean =>
  now.getTime() >=
  momentOf(
    { thisUpdate: thisUpdate.getTime(), validUntil: validUntil.getTime() },
    DEFAULT_POLICY.alarmWarning,
  );

function none({ asked, mustStaple }: Known): Found {
  const detail =
    asked?.verdict?.certStatus.type === 'good'
      ? 'no staple, though the responder has one to give'
      : 'no staple';
  const meaning = mustStaple === true ? 'clients that honour must-staple refuse this server' : undefined;
  return { findings: [problem(TITLE, detail, meaning === undefined ? {} : { meaning })] };
}

function judged(
  served: Buffer,
  certificate: Certificate,
  issuer: Certificate,
  { asked }: Known,
  tools: Tools,
): Found {
  const fresh = asked?.verdict;
  try {
    const { verdict } = verifyStaple(served, judging(certificate, issuer, tools));
    const until = `good until ${formatInstant(verdict.validUntil)}`;
    if (fresh && fresh.certStatus.type !== 'good') {
      const detail = `${until}, but the responder now says ${fresh.certStatus.type}`;
      return { findings: [problem(TITLE, detail)] };
    }
    const isOlder = fresh !== undefined && verdict.thisUpdate < fresh.thisUpdate;
    if (isOlder) {
      const detail = `${until}; the responder has one of ${formatInstant(fresh.thisUpdate)}`;
      const finding = isLate(verdict, tools.now())
        ? problem(TITLE, detail, { meaning: LATE_MEANING })
        : note(TITLE, detail);
      return { findings: [finding] };
    }
    const compared = fresh
      ? ', as new as what the responder says'
      : '; the responder gave nothing to compare it with';
    return { findings: [ok(TITLE, `${until}${compared}`)] };
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    const meaning = 'careful clients refuse this staple, and some the whole connection';
    return { findings: [problem(TITLE, error.message, { meaning })], known: { servedError: error } };
  }
}
