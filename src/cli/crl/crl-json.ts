/** What became of a certificate's CRL as JSON; `docs/reference/cli.md` describes it. */
import type { CrlStatus } from '../../crl/fetch-crl-status.ts';
import { type ErrorJson, errorJson } from '../error-output.ts';
import { type RevocationJson, revocationJson, timeJson } from '../status-json.ts';

export interface CrlJson extends RevocationJson {
  readonly status: 'good' | 'revoked' | 'failed' | 'not needed';
  readonly url: string | null;
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
  readonly entries: number | null;
  readonly invalidityDate: string | null;
  readonly notes: readonly string[];
  readonly error: ErrorJson | null;
}

/** A status, the error that kept it from being known, or `undefined` where none is needed. */
export function crlJson(outcome: CrlStatus | Error | undefined): CrlJson {
  const status = outcome instanceof Error ? undefined : outcome;
  const error = outcome instanceof Error ? outcome : undefined;
  return {
    status: status?.certStatus.type ?? (error ? 'failed' : 'not needed'),
    url: status?.url ?? null,
    thisUpdate: timeJson(status?.thisUpdate),
    nextUpdate: timeJson(status?.nextUpdate),
    entries: status?.entries ?? null,
    ...revocationJson(status?.certStatus),
    invalidityDate: timeJson(status?.invalidityDate),
    notes: status?.notes ?? [],
    error: error ? errorJson(error) : null,
  };
}
