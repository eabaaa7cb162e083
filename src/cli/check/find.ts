/** Findings out of errors: the hint goes with them. */
import { RestapleError } from '../../errors.ts';
import { hintFor } from '../hints.ts';
import type { Finding, State } from './states.ts';

export const found = (state: State, message: string, hint?: string): Finding => ({
  state,
  message,
  code: undefined,
  hint,
});

export const foundError = (state: State, error: RestapleError, message: string = error.message): Finding => ({
  state,
  message,
  code: error.code,
  hint: hintFor(error),
});

/** @throws what is no failure that restaple knows. */
export function knownError(error: unknown): RestapleError {
  if (error instanceof RestapleError) return error;
  throw error;
}
