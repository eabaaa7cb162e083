/** The words for what can go wrong below HTTP. One line each: who, at which address, what happened, the code of it. */
import { getSystemErrorMap } from 'node:util';
import { TransportError, reasonOf } from '../errors.ts';
import { printable } from '../text.ts';
import { addressPort, dialHost, hostPort, isAddressHost, portOf, printableUrl } from './place.ts';
import { isTlsFailure, wrongNameWords } from './tls-failure.ts';

/** 16 KiB: Node's own default, fixed because an option of node can change that. Responders send a few hundred bytes. */
export const MAX_HEADER_BYTES: number = 16 * 1024;

/** Where the system's own words ("unknown node or service") help nobody. */
const RESOLVER_WORDS = new Map([
  ['ENOTFOUND', 'no such name'],
  ['EAI_AGAIN', 'the name server does not answer'],
]);

/** What newer Node.js adds to OpenSSL's words about a certificate: an option of node, where restaple has `--cacert`. */
const NODE_ADVICE = /; if the root CA is installed locally, .*$/;

/** In `write EPROTO 80…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…`. */
const OPENSSL_REASON = /:SSL routines:[^:]*:([^:]+):/;

/** What is known about a request under way: the facts that its failure will need. */
export interface Progress {
  readonly url: URL;
  /** `handshake` is TLS; `answering` begins when the request can be sent. */
  stage: 'connecting' | 'handshake' | 'answering';
  /** The name server was asked for this name, and has not answered yet. */
  lookingUp?: string | undefined;
  /** While connecting, the addresses tried so far; then the one that is connected. */
  addresses: string[];
  /** The port that is connected, which `--connect-to` may have chosen. */
  port?: number | undefined;
  /** The status line, when it has come. */
  status: number | undefined;
  /** Bytes of the body: those that came and those that Content-Length promised. */
  received: number;
  declared: number | undefined;
  /** The Host header that was sent. */
  readonly host?: string | undefined;
  /** How the answer began, for when its headers never end. */
  firstBytes?: Buffer;
  /** `host:port` of a proxy, and whether it reads what it hands on: then connecting means connecting to it. */
  proxy?: string | undefined;
  isForwarded?: boolean;
}

/** An error of the socket, the resolver, TLS or the HTTP parser as a TransportError. */
export function networkFailure(error: unknown, progress: Progress): TransportError {
  const { url, stage, status } = progress;
  if (codeOf(error) === 'HPE_HEADER_OVERFLOW') return headersFailure(error, progress);
  if (
    progress.proxy !== undefined &&
    (stage === 'connecting' || (stage === 'handshake' && progress.isForwarded))
  )
    return proxyFailure(`cannot be used: ${reason(error)}`, progress, undefined, error);
  const words = {
    connecting: () => connectWords(error, url),
    handshake: () => `cannot make a TLS connection to ${place(progress)}: ${reason(error)}`,
    answering: () => answerWords(error, progress),
  };
  const code = isTlsFailure(error) ? 'http-tls-failed' : 'http-unreachable';
  return new TransportError(code, words[stage](), printableUrl(url), status, { cause: error });
}

/** The status counts more than its size, as for a body, where the status line came in one piece. */
function headersFailure(cause: unknown, progress: Progress): TransportError {
  const [, digits] = /^HTTP\/1\.\d (\d{3})\b/.exec(progress.firstBytes?.toString('latin1') ?? '') ?? [];
  const status = digits === undefined ? undefined : Number(digits);
  const isOther = status !== undefined && status !== 200;
  const what = isOther ? `the answer with status ${status}` : 'the answer';
  const message = `the headers of ${what} from ${place(progress)} are more than ${MAX_HEADER_BYTES} bytes`;
  const code = isOther ? 'http-status' : 'http-too-large';
  return new TransportError(code, message, printableUrl(progress.url), status, { cause });
}

/** The proxy, or the way to it, is at fault: `what` it does. */
export function proxyFailure(
  what: string,
  { url, proxy }: Progress,
  status?: number,
  cause?: unknown,
): TransportError {
  const message = `on the way to ${hostPort(url)} the proxy ${proxy} ${printable(what)}`;
  const code = isTlsFailure(cause) ? 'http-tls-failed' : 'proxy-failed';
  return new TransportError(code, message, printableUrl(url), status, { cause });
}

/** The time-out of the present stage ran off after `ms` milliseconds. */
export function timeoutFailure(ms: number, progress: Progress): TransportError {
  const { url, stage, status, received, lookingUp } = progress;
  const time = ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
  if (lookingUp !== undefined) return lookupFailure(lookingUp, time, url);
  const got = status === undefined ? '' : `, only ${countBytes(received)} of its body`;
  const message =
    stage === 'answering'
      ? `no whole answer from ${place(progress)} within ${time} (answer time-out)${got}`
      : `no connection to ${place(progress)} within ${time} (connect time-out)`;
  return new TransportError('http-timeout', message, printableUrl(url), status);
}

/** Nothing was dialled yet: neither the responder is slow nor the way to it. The system says the same, some seconds later. */
function lookupFailure(name: string, time: string, url: URL): TransportError {
  const cause = Object.assign(new Error('the name server does not answer'), { code: 'EAI_AGAIN' });
  const message = `cannot find the address of ${printable(name)}: the name server has not answered within ${time} (connect time-out)`;
  return new TransportError('http-unreachable', message, printableUrl(url), undefined, { cause });
}

/** A body above `maxBytes`: `declared` by Content-Length, or cut while it was read. */
export function tooLargeFailure(maxBytes: number, progress: Progress): TransportError {
  const { url, status, declared } = progress;
  const size =
    declared === undefined
      ? `is larger than the ${maxBytes} bytes allowed`
      : `has ${countBytes(declared)}, more than the ${maxBytes} allowed`;
  const message = `the answer from ${place(progress)} ${size}`;
  return new TransportError('http-too-large', message, printableUrl(url), status);
}

/** The answer never comes for all that is said before it. */
export function interimFailure(most: number, progress: Progress): TransportError {
  const message = `${place(progress)} sends more than ${most} interim answers (1xx) before its answer`;
  return new TransportError('http-too-large', message, printableUrl(progress.url), progress.status);
}

/** The caller gave up. `why` is its signal's reason. */
export function abortFailure(why: unknown, progress: Progress): TransportError {
  const message = `gave up on ${place(progress)}: ${printable(reasonOf(why))}`;
  return new TransportError('http-timeout', message, printableUrl(progress.url), progress.status, {
    cause: why,
  });
}

/** `ocsp.example:80 at 192.0.2.1`; an address that is the host itself is not said twice. */
function place({ url, addresses, port, proxy }: Progress): string {
  return proxy === undefined
    ? hostPort(url) +
        at(
          url,
          addresses.map((address) => elsewhere(url, address, port)),
        )
    : `${hostPort(url)} through the proxy ${proxy}`;
}

/** An address with its port, where that is not the one of the URL. */
function elsewhere(url: URL, address: string, port: number | undefined): string {
  return port === undefined || String(port) === portOf(url) ? address : addressPort(address, String(port));
}

function at(url: URL, addresses: readonly string[]): string {
  const others = addresses.filter((address) => address !== dialHost(url));
  return others.length === 0 ? '' : ` at ${others.join(', ')}`;
}

/**
 * None of several addresses was reached, and one was given up for the next before its time: the system itself waits two
 * minutes before it says ETIMEDOUT.
 */
export function wasHurried(error: unknown): boolean {
  const cause = error instanceof TransportError ? error.cause : undefined;
  return cause instanceof AggregateError && cause.errors.some((one) => codeOf(one) === 'ETIMEDOUT');
}

/** Happy eyeballs fail with one error an address: those with the same reason are said together. */
function connectWords(error: unknown, url: URL): string {
  if (systemField(error, 'syscall') === 'getaddrinfo') {
    const name = systemField(error, 'hostname') ?? dialHost(url);
    return `cannot find the address of ${printable(name)}: ${reason(error)}`;
  }
  const all: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const byReason = new Map<string, string[]>();
  for (const one of all) {
    const address = systemField(one, 'address');
    const addresses = byReason.get(reason(one)) ?? [];
    const port: unknown = one instanceof Error ? Reflect.get(one, 'port') : undefined;
    const dialled = typeof port === 'number' ? port : undefined;
    byReason.set(
      reason(one),
      address === undefined ? addresses : [...addresses, elsewhere(url, address, dialled)],
    );
  }
  const parts = Array.from(byReason, ([why, addresses]) => `${at(url, addresses)}: ${why}`);
  return `cannot connect to ${hostPort(url)}${parts.join(';')}`;
}

function answerWords(error: unknown, progress: Progress): string {
  const { status, received, declared } = progress;
  const code = codeOf(error);
  if (code?.startsWith('HPE_') === true) {
    return `what ${place(progress)} answers is not proper HTTP: ${reason(error)}`;
  }
  if (code !== 'ECONNRESET') return `lost the connection to ${place(progress)}: ${reason(error)}`;
  if (status === undefined)
    return `${place(progress)} closed the connection without an answer (${code})${strangeHost(progress)}`;
  const of = declared === undefined ? '' : ` of ${declared}`;
  return `${place(progress)} closed the connection after ${received}${of} bytes of the answer (${code})`;
}

/** nginx has 444 for it, and many block who asks by address in this way; others break down in the same. */
function strangeHost({ host, firstBytes }: Progress): string {
  if (host === undefined || !isAddressHost(host) || firstBytes !== undefined) return '';
  return `; it got Host: ${host}, and may serve no site of that name`;
}

/** `connection refused (ECONNREFUSED)`: the words of the system or of OpenSSL, then the code. */
export function reason(error: unknown): string {
  const code = codeOf(error);
  const errno = error instanceof Error && 'errno' in error ? Number(error.errno) : 0;
  const words =
    wrongNameWords(error) ??
    systemField(error, 'reason') ??
    OPENSSL_REASON.exec(reasonOf(error))?.[1] ??
    RESOLVER_WORDS.get(code ?? '') ??
    getSystemErrorMap().get(errno)?.[1] ??
    reasonOf(error).replace(NODE_ADVICE, '');
  return printable(code === undefined ? words : `${words} (${code})`);
}

function codeOf(error: unknown): string | undefined {
  return systemField(error, 'code');
}

/** Node hangs what it knows about a failure on the error as plain properties. */
function systemField(
  error: unknown,
  name: 'code' | 'reason' | 'address' | 'syscall' | 'hostname',
): string | undefined {
  const value: unknown = error instanceof Error ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function countBytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
