/** What a running server staples, against what the responder says. */
import { formatInstant } from '../der/time.ts';
import { RestapleError } from '../errors.ts';
import { verifyStaple } from '../staple/staple.ts';
import { judging } from './ask.ts';
import { type Check, NOTHING } from './check.ts';
import { note, ok, problem } from './finding.ts';

const TITLE = 'served';

export const checkServed: Check = ({ served, certificate, issuer, asked, mustStaple }, tools) => {
  if (served === undefined || !certificate || !issuer) return NOTHING;
  const fresh = asked?.verdict;
  if (served === null) {
    const detail = fresh ? 'no staple, though the responder has one to give' : 'no staple';
    const meaning = mustStaple === true ? 'clients that honour must-staple refuse this server' : undefined;
    return { findings: [problem(TITLE, detail, meaning === undefined ? {} : { meaning })] };
  }
  try {
    const { verdict } = verifyStaple(served, judging(certificate, issuer, tools));
    const until = `good until ${formatInstant(verdict.validUntil)}`;
    if (fresh && fresh.certStatus.type !== 'good') {
      const detail = `${until}, but the responder now says ${fresh.certStatus.type}`;
      return { findings: [problem(TITLE, detail)] };
    }
    const isOlder = fresh !== undefined && verdict.thisUpdate < fresh.thisUpdate;
    if (isOlder) {
      return {
        findings: [note(TITLE, `${until}; the responder has one of ${formatInstant(fresh.thisUpdate)}`)],
      };
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
};
