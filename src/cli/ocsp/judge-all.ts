/** The whole judgement on a response, said as openssl says it. */
import type { RestapleError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { printError } from '../error-output.ts';
import type { Io } from '../io.ts';
import { type Answer, type Judge, failureOf } from './judge.ts';
import type { Question } from './questions.ts';
import type { Settings } from './settings.ts';
import { ocspHint } from './hints.ts';

/** Says what is to be said on standard error; what stands in the summary is the caller's. */
export function judgeAll(
  judge: Judge,
  questions: readonly Question[],
  nonce: Buffer | undefined,
  settings: Settings,
  io: Io,
): readonly Answer[] {
  const refused = settings.checks === 'nothing' ? undefined : refusal(judge, questions, nonce, settings, io);
  const answers = questions.map((question): Answer => {
    const answer = judge.judge(question);
    return refused && answer.single ? { ...answer, error: refused } : answer;
  });
  if (settings.checks === 'nothing') warnUnverified(judge, answers, io);
  for (const { question, error } of answers) {
    // Said already, and once for all.
    if (error && error !== refused) complain(io, error, question.name);
  }
  return answers;
}

/** Why the response as a whole counts for nothing; `undefined` when it counts. */
function refusal(
  judge: Judge,
  questions: readonly Question[],
  nonce: Buffer | undefined,
  settings: Settings,
  io: Io,
): RestapleError | undefined {
  const otherNonce = nonce && failureOf(() => judge.checkNonce(nonce));
  if (otherNonce) {
    io.err('Nonce Verify error\n');
    complain(io, otherNonce);
    return otherNonce;
  }
  if (nonce && !judge.hasNonce) io.err('WARNING: no nonce in response\n');
  if (settings.checks === 'signature')
    io.err('restaple: WARNING: -no_cert_verify: anybody can have signed this response\n');
  for (const question of questions) {
    const error = failureOf(() => judge.checkSigner(question));
    if (!error) continue;
    io.err('Response Verify Failure\n');
    complain(io, error);
    return error;
  }
  io.err('Response verify OK\n');
  return undefined;
}

/** With `-noverify` nothing is refused for it, but whoever would be refused is named. */
function warnUnverified(judge: Judge, answers: readonly Answer[], io: Io): void {
  const said = new Set<string>();
  for (const { question, error } of answers) {
    const problem = question.subject && !error ? failureOf(() => judge.verify(question)) : undefined;
    if (!problem || said.has(problem.message)) continue;
    said.add(problem.message);
    io.err(`restaple: WARNING: -noverify: the response does not verify: ${printable(problem.message)}\n`);
  }
}

export function complain(io: Io, error: unknown, subject?: string): void {
  printError(io, error, { subject, hint: ocspHint(error) });
}
