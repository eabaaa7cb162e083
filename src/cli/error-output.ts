/** An error as an administrator reads it, and as JSON. */

import {
  ConfigError,
  CrlError,
  InputError,
  RestapleError,
  TransportError,
  formatProblem,
  reasonOf,
} from '../errors.ts';
import { brokenRule } from '../ocsp/rules.ts';
import { printable } from '../text.ts';
import { type ExitCode, exitCodeOf } from './exit-codes.ts';
import { doctorTellsMore, hintFor } from './hints.ts';
import type { Talk } from './io.ts';
import { colors } from './colors.ts';

export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** The command that tells more, where there is one. */
  readonly doctor: string | null;
  readonly exitCode: ExitCode;
  readonly rule: { readonly number: number; readonly name: string; readonly source: string } | null;
  readonly path: string | null;
  readonly url: string | null;
  readonly httpStatus: number | null;
}

/** `doctor` is the command that examines what the error is about; it is passed on only where it tells more. */
export function errorJson(error: unknown, doctor?: string): ErrorJson {
  const transport = error instanceof TransportError ? error : undefined;
  return {
    code: error instanceof RestapleError ? error.code : 'internal',
    message: reasonOf(error),
    hint: hintFor(error),
    doctor: doctor !== undefined && doctorTellsMore(error) ? doctor : null,
    exitCode: exitCodeOf(error),
    rule: brokenRule(error) ?? null,
    path: (error instanceof InputError ? error.path : undefined) ?? null,
    url: transport?.url ?? (error instanceof CrlError ? error.url : undefined) ?? null,
    httpStatus: transport?.status ?? null,
  };
}

export interface ErrorContext {
  /** The file it is about. */
  readonly subject?: string | undefined;
  /** In place of the usual one. */
  readonly hint?: string | undefined;
  /** As for `errorJson`. */
  readonly doctor?: string | undefined;
}

/**
 * `restaple: domain.crt: <reason>` and a `hint:` line or two, on standard error. Only a fault of restaple itself brings
 * its stack, without which it could not be mended.
 */
export function printError(io: Talk, error: unknown, context: ErrorContext = {}): void {
  const { subject, hint = hintFor(error), doctor } = context;
  const { red, dim } = colors(io.colorErr);
  if (error instanceof ConfigError) {
    printProblems(io, error);
    return;
  }
  const place = subject ?? (error instanceof InputError ? error.path : undefined);
  const about = place === undefined ? '' : `${printable(place)}: `;
  io.err(`restaple: ${about}${red(printable(reasonOf(error)))}\n`);
  io.err(`${dim('hint:')} ${printable(hint)}\n`);
  if (doctor !== undefined && doctorTellsMore(error)) io.err(`${dim('hint:')} ${printable(doctor)}\n`);
  if (!(error instanceof RestapleError) && error instanceof Error) io.err(`${error.stack}\n`);
}

/** Who mends so many at a time runs it again anyway. */
const MAX_PROBLEMS = 100;

/** `restaple.yaml:3:5: certificates[0].isuer: unknown key; …`: all of them, as a compiler says it, so that editors jump. */
function printProblems(io: Talk, error: ConfigError): void {
  const { problems } = error;
  const { red, dim } = colors(io.colorErr);
  for (const problem of problems.slice(0, MAX_PROBLEMS)) {
    io.err(`${red(printable(formatProblem(problem)))}\n`);
    if (problem.hint !== undefined) io.err(`${dim('hint:')} ${printable(problem.hint)}\n`);
  }
  const more = problems.length - MAX_PROBLEMS;
  if (more > 0) io.err(`and ${more} more\n`);
  io.err(`${dim('hint:')} ${hintFor(error)}\n`);
}
