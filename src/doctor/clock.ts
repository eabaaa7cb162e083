/** Does the clock of this machine agree with the responder's? */
import { attempt } from '../attempt.ts';
import { formatInstant } from '../der/time.ts';
import { formatDuration } from '../duration.ts';
import { CLOCK_SKEW_MS } from '../ocsp/check-times.ts';
import { readResponse } from '../ocsp/read-response.ts';
import { type Check, NOTHING } from './check.ts';
import { type Finding, note, ok, problem } from './finding.ts';
import type { Exchange } from './recorder.ts';

const TITLE = 'clock';

export const checkClock: Check = ({ asked }, { now }) => {
  if (!asked) return NOTHING;
  const aheads = asked.exchanges.flatMap(aheadsOf);
  const der = asked.der;
  const basic = der && attempt(() => readResponse(der));
  const signed = basic && signedIn(basic.tbsResponseData.producedAt, now());
  if (aheads.length === 0) return { findings: [note(TITLE, 'no answer has a Date'), ...(signed ?? [])] };
  // A clock is wrong when no reading of any answer agrees with it.
  const aheadMs = aheads.reduce((least, ms) => (Math.abs(ms) < Math.abs(least) ? ms : least));
  return { findings: [agreement(aheadMs), ...(signed ?? [])], known: { aheadMs } };
};

/**
 * By how much our clock was ahead, in both readings. Date is when the answer was made (RFC 9110 section 6.6.1) and Age
 * what it spent in caches since (RFC 9111 section 5.1); but some edges put a Date of their own beside the Age.
 */
function aheadsOf({ answer: { headers }, at }: Exchange): number[] {
  const date = Date.parse(headers.date ?? '');
  const age = /^\d{1,9}$/.test(headers.age ?? '') ? Number(headers.age) * 1000 : 0;
  return Number.isNaN(date) ? [] : [at.getTime() - date, at.getTime() - (date + age)];
}

function agreement(aheadMs: number): Finding {
  const distance = formatDuration(Math.abs(aheadMs));
  if (Math.abs(aheadMs) <= CLOCK_SKEW_MS) return ok(TITLE, `within ${distance} of the responder's Date`);
  return problem(TITLE, `${distance} ${aheadMs > 0 ? 'ahead of' : 'behind'} the responder's Date`, {
    meaning: 'good responses look expired, or not yet valid, to a machine whose clock is wrong',
    advice: 'set the clock: timedatectl set-ntp true',
  });
}

function signedIn(producedAt: Date, now: Date): Finding[] {
  const ahead = producedAt.getTime() - now.getTime();
  if (ahead <= CLOCK_SKEW_MS) return [];
  const detail = `the response was signed at ${formatInstant(producedAt)}, ${formatDuration(ahead)} from now`;
  return [problem(TITLE, detail, { meaning: 'our clock is behind, or that of the responder ahead' })];
}
