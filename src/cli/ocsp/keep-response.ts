/** `-respout`: the response into a file that a server may staple. */
import { formatInstant } from '../../der/time.ts';
import type { BasicOCSPResponse } from '../../ocsp/basic-ocsp-response.ts';
import { readResponse } from '../../ocsp/read-response.ts';
import { requireGood } from '../../ocsp/require-good.ts';
import type { Verdict } from '../../ocsp/verify-response.ts';
import type { Staple } from '../../staple/staple.ts';
import { keepStaple } from '../../store/staple-file.ts';
import { printable } from '../../text.ts';
import type { Io } from '../io.ts';
import { isStream, writeStream } from './guarded-file.ts';
import { type Answer, type Judge, failureOf } from './judge.ts';
import type { Question } from './questions.ts';

/**
 * Writes `der` when every answer passed and says good: what lies in this file, a server will staple. A better staple
 * that is there stays.
 *
 * @throws InputError `output-unwritable`
 */
export async function keepResponse(
  path: string,
  der: Buffer,
  answers: readonly Answer[],
  judgeOf: (basic: BasicOCSPResponse) => Judge,
  io: Io,
): Promise<void> {
  const say = (text: string): void => io.err(`restaple: ${printable(path)} ${text}\n`);
  if (answers.some(({ error }) => error)) {
    if (path !== '-') say('was not written: only a response that passes, and says good, becomes a staple');
    return;
  }
  if (path === '-') {
    io.out(der);
    return;
  }
  if (isStream(path)) {
    await writeStream(path, der);
    return;
  }
  const questions = answers.map(({ question }) => question);
  const staple = (bytes: Buffer): Staple => {
    const verdict = verdictFor(judgeOf(readResponse(bytes)), questions);
    return { der: bytes, verdict };
  };
  // -noverify and -no_cert_verify do not ask whether it verifies; a file that does is kept only from those that do not.
  let verdict: Verdict | undefined;
  failureOf(() => (verdict = staple(der).verdict));
  const kept = await keepStaple(path, { der, verdict }, staple);
  if (kept.outcome !== 'kept') return;
  const there = formatInstant(kept.present.verdict.thisUpdate);
  say(`was not written: the staple that is there, of ${there}, is better`);
}

/** That of the certificate whose answer ends first. @throws RestapleError unless all are good. */
function verdictFor(judge: Judge, questions: readonly Question[]): Verdict {
  const verdicts = questions.map((question) => judge.verify(question));
  for (const { certStatus } of verdicts) requireGood(certStatus);
  return verdicts.reduce((first, next) => (next.validUntil < first.validUntil ? next : first));
}
