/** An error as an administrator reads it, and as JSON. */

import { InputError, RestapleError, TransportError, reasonOf } from '../errors.ts';
import { brokenRule } from '../ocsp/rules.ts';
import { printable } from '../text.ts';
import { type ExitCode, exitCodeOf } from './exit-codes.ts';
import { hintFor } from './hints.ts';
import type { Io } from './io.ts';
import { colors } from './colors.ts';

export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
  readonly rule: { readonly number: number; readonly name: string; readonly source: string } | null;
  readonly path: string | null;
  readonly url: string | null;
  readonly httpStatus: number | null;
}

export function errorJson(error: unknown): ErrorJson {
  const transport = error instanceof TransportError ? error : undefined;
  return {
    code: error instanceof RestapleError ? error.code : 'internal',
    message: reasonOf(error),
    hint: hintFor(error),
    exitCode: exitCodeOf(error),
    rule: brokenRule(error) ?? null,
    path: (error instanceof InputError ? error.path : undefined) ?? null,
    url: transport?.url ?? null,
    httpStatus: transport?.status ?? null,
  };
}

/**
 * `restaple: domain.crt: <reason>` and a `hint:` line, both on standard error. Only a fault of restaple itself brings
 * its stack, without which it could not be mended.
 */
export function printError(io: Io, error: unknown, subject?: string, hint: string = hintFor(error)): void {
  const { red, dim } = colors(io.colorErr);
  const place = subject ?? (error instanceof InputError ? error.path : undefined);
  const about = place === undefined ? '' : `${printable(place)}: `;
  io.err(`restaple: ${about}${red(printable(reasonOf(error)))}\n`);
  io.err(`${dim('hint:')} ${hint}\n`);
  if (!(error instanceof RestapleError) && error instanceof Error) io.err(`${error.stack}\n`);
}
