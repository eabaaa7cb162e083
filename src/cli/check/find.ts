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
  hint: hintForCheck(error),
});

/** Options of `fetch` that some hints name, and this verb has not. */
const OF_FETCH = /--(?:method|hash|nonce|jobs)\b/;

function hintForCheck(error: RestapleError): string {
  const hint = hintFor(error);
  return OF_FETCH.test(hint) ? 'restaple doctor asks the responder in other ways, and says what helps' : hint;
}

/** @throws what is no failure that restaple knows. */
export function knownError(error: unknown): RestapleError {
  if (error instanceof RestapleError) return error;
  throw error;
}
