/** A diagnosis as JSON; `docs/reference/cli.md` describes it. */
import type { Diagnosis } from '../../doctor/diagnose.ts';
import type { FindingOutcome } from '../../doctor/finding.ts';
import { type CrlJson, crlJson } from '../crl/crl-json.ts';
import { type ErrorJson, errorJson } from '../error-output.ts';
import type { ExitCode } from '../exit-codes.ts';
import { timeJson } from '../status-json.ts';

interface FindingJson {
  readonly title: string;
  readonly outcome: FindingOutcome;
  readonly detail: string;
  readonly meaning: string | null;
  readonly advice: string | null;
}

export interface DoctorJson {
  readonly verb: 'doctor';
  readonly exitCode: ExitCode;
  readonly target: string;
  readonly kind: 'file' | 'server';
  readonly cause: string;
  readonly next: string;
  readonly status: string | null;
  readonly validUntil: string | null;
  readonly mustStaple: boolean | null;
  /** With `--crl`. */
  readonly crl: CrlJson | null;
  readonly clockAheadMs: number | null;
  readonly findings: readonly FindingJson[];
  readonly error: ErrorJson | null;
}

export function doctorJson(target: string, diagnosis: Diagnosis, exitCode: ExitCode): DoctorJson {
  const { findings, error, known, cause, next } = diagnosis;
  const verdict = known.asked?.verdict;
  const crl = known.crl ?? known.crlError ?? null;
  return {
    verb: 'doctor',
    exitCode,
    target,
    kind: known.target.kind,
    cause,
    next,
    status: verdict?.certStatus.type ?? null,
    validUntil: timeJson(verdict?.validUntil),
    mustStaple: known.mustStaple ?? null,
    crl: crl && crlJson(crl),
    clockAheadMs: known.aheadMs ?? null,
    findings: findings.map(({ title, outcome, detail, meaning = null, advice = null }) => ({
      title,
      outcome,
      detail,
      meaning,
      advice,
    })),
    error: error ? errorJson(error) : null,
  };
}
