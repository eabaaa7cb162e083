/** What became of a certificate, as part of the JSON document; `docs/reference/cli.md` describes it. */
import { errorJson } from '../error-output.ts';
import { revocationJson, signerJson, timeJson } from '../status-json.ts';
import type { Outcome, Result } from './outcome.ts';

/** `doctor` is the command that examines the certificate file. */
export function resultJson({ path, output, mustStaple, outcome, exitCode }: Result, doctor: string): object {
  const verdict = outcome.kind === 'answered' ? (outcome.kept ?? outcome.verdict) : verdictOf(outcome);
  const answer = outcome.kind === 'answered' ? (outcome.kept ?? outcome.answer) : verdict;
  return {
    certificate: path,
    exitCode,
    status: answer?.certStatus.type ?? statusWord(outcome),
    staple: stapleWord(outcome),
    output: output ?? null,
    mustStaple,
    verified: verdict !== undefined,
    thisUpdate: timeJson(answer?.thisUpdate),
    nextUpdate: timeJson(answer?.nextUpdate),
    producedAt: timeJson(answer?.producedAt),
    validUntil: timeJson(verdict?.validUntil),
    dueAt: timeJson(outcome.kind === 'not due' ? outcome.dueAt : undefined),
    ...revocationJson(answer?.certStatus),
    signer: signerJson(verdict),
    responder: outcome.kind === 'answered' ? outcome.responder : null,
    method: outcome.kind === 'answered' ? outcome.method : null,
    error: outcome.kind === 'failed' ? errorJson(outcome.error, doctor) : null,
  };
}

const verdictOf = (outcome: Outcome) => (outcome.kind === 'not due' ? outcome.verdict : undefined);

const statusWord = (outcome: Outcome): string => (outcome.kind === 'failed' ? 'failed' : 'not needed');

function stapleWord(outcome: Outcome): string {
  if (outcome.kind === 'answered') return outcome.file;
  return outcome.kind === 'not due' ? 'not due' : 'not written';
}
