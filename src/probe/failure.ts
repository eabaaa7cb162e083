/** The words for what can go wrong on the way to a server's certificate: where, what happened, the code of it. */
import { ProbeError, reasonOf } from '../errors.ts';
import { formatDuration } from '../duration.ts';
import { reason } from '../http/failure.ts';
import { isTlsFailure } from '../http/tls-failure.ts';
import { quoted } from './wire.ts';

export type Stage = 'connecting' | 'dialogue' | 'handshake';

/** What is known about a look under way. */
export interface Progress {
  /** `mail.example:25` */
  readonly place: string;
  stage: Stage;
  /** What has come since the handshake began. */
  received(): Buffer;
}

/** RFC 8446 section 5.1: all that a TLS server may begin with is an alert or a handshake. */
const TLS_RECORDS: ReadonlySet<number | undefined> = new Set([21, 22]);
const MAX_SHOWN = 100;

const STAGES: Readonly<Record<Stage, string>> = {
  connecting: 'no connection',
  dialogue: 'no agreement to TLS',
  handshake: 'no TLS connection',
};

export function timeoutFailure(ms: number, { place, stage }: Progress): ProbeError {
  return new ProbeError('probe-timeout', `${place}: ${STAGES[stage]} within ${formatDuration(ms)}`);
}

/** An error of the socket, the resolver or TLS as a ProbeError. */
export function probeFailure(cause: unknown, progress: Progress): ProbeError {
  const { place, stage } = progress;
  if (cause instanceof ProbeError) return cause;
  if (stage === 'connecting')
    return new ProbeError('probe-unreachable', `${place}: cannot connect: ${attempts(cause)}`, { cause });
  if (stage === 'dialogue') {
    const words = `the connection broke before the agreement to TLS: ${reason(cause)}`;
    return new ProbeError('probe-starttls-failed', `${place}: ${words}`, { cause });
  }
  const received = progress.received();
  const said =
    received.length > 0 && !TLS_RECORDS.has(received[0]) && isTlsFailure(cause) ? received : undefined;
  const words = said
    ? `does not begin with TLS, but says ${quoted(said.toString('latin1', 0, MAX_SHOWN))}`
    : `cannot make a TLS connection: ${reason(cause)}`;
  return new ProbeError('probe-tls-failed', `${place}: ${words}`, { cause, said });
}

/** Of several addresses each fails in its own way; the same way is said once. */
function attempts(error: unknown): string {
  const all: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const words = all.map((one) => {
    const address: unknown = one instanceof Error ? Reflect.get(one, 'address') : undefined;
    return typeof address === 'string' ? `${reason(one)} at ${address}` : reason(one);
  });
  return [...new Set(words)].join(', ') || reasonOf(error);
}
