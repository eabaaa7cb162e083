/** What is kept, as one JSON document; `docs/reference/cli.md` describes it. */
import type { CertificateView } from '../../keeper/view.ts';
import type { Complaint } from '../../keeper/work.ts';
import { describeLife } from '../describe/life.ts';
import { type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { hintFor } from '../hints.ts';
import type { Io } from '../io.ts';
import { printJsonList } from '../json-output.ts';
import { timeJson } from '../status-json.ts';
import type { Kept } from './kept.ts';
import { errorOf } from './remote-error.ts';
import type { StandingCounts } from './worry.ts';

export interface StatusReport {
  readonly kept: Kept;
  /** Those that are shown, in this order. */
  readonly views: readonly CertificateView[];
  readonly counts: StandingCounts;
  /** What was asked for and is not kept. */
  readonly notKept: readonly string[];
  readonly exitCode: ExitCode;
}

export function printStatusJson(
  io: Io,
  { kept: { keeper, store }, views, counts, notKept, exitCode }: StatusReport,
): void {
  const now = io.now();
  const head = {
    verb: 'status',
    exitCode,
    keeper: keeper
      ? {
          pid: keeper.pid,
          version: keeper.version,
          startedAt: momentJson(keeper.startedAt),
          socket: keeper.socket,
        }
      : null,
    store: store ?? null,
    counts,
    notKept,
  };
  printJsonList(io, head, 'certificates', jsonOfEach(views, now));
}

function* jsonOfEach(views: readonly CertificateView[], now: Date): Generator<object> {
  for (const view of views) yield viewJson(view, now);
}

export function viewJson(view: CertificateView, now: Date): object {
  const { thisUpdate, validUntil } = view;
  return {
    certificate: view.certificate,
    sha256Fingerprint: view.key.toUpperCase(),
    status: view.state,
    alarm: view.alarm ?? null,
    mustStaple: view.mustStaple,
    files: view.files,
    responder: view.responder ?? null,
    thisUpdate: momentJson(thisUpdate),
    validUntil: momentJson(validUntil),
    life:
      thisUpdate === undefined || validUntil === undefined
        ? null
        : describeLife(new Date(thisUpdate), new Date(validUntil), now),
    dueAt: momentJson(view.nextAt),
    asking: view.isAsking,
    failures: view.failures,
    error: view.error ? complaintJson(view.error) : null,
  };
}

function complaintJson({ code, message, at }: Complaint): object {
  const error = errorOf({ code, message });
  return { code, message, hint: hintFor(error), exitCode: exitCodeOf(error), at: momentJson(at) };
}

const momentJson = (ms: number | undefined): string | null =>
  timeJson(ms === undefined ? undefined : new Date(ms));
