/** One request and its answer over one connection, within limits of time and size. */
import { RestapleError } from '../errors.ts';
import type { Carrier, Sending } from './carrier.ts';
import { type Progress, abortFailure, proxyFailure, timeoutFailure } from './failure.ts';
import { Guard } from './guard.ts';
import { type HeaderList, headerValue } from './headers.ts';
import type { HttpAnswer, HttpRequest } from './message.ts';

/** In milliseconds. */
export interface Timeouts {
  /** To a connection that can be written to: name look-up, TCP and TLS. */
  readonly connectTimeoutMs: number;
  /** From then to the last byte of the answer, so that a slow drip ends too. */
  readonly answerTimeoutMs: number;
}

/**
 * Sends `request` with `headers`, and what belongs to the connection (Connection, Content-Length), and reads the whole answer.
 *
 * @throws TransportError, StaleConnection, the signal's reason where it is a RestapleError; a TypeError of node:http
 * for a header that no request can have.
 */
export async function exchangeOnce(
  carrier: Carrier,
  request: HttpRequest,
  headers: HeaderList,
  timeouts: Timeouts,
): Promise<HttpAnswer> {
  const progress: Progress = {
    url: request.url,
    stage: 'connecting',
    addresses: [],
    status: undefined,
    received: 0,
    declared: undefined,
    proxy: carrier.proxy,
    isForwarded: carrier.isForwarded,
    host: headerValue(headers, 'host'),
  };
  const guard = new Guard(request.signal, (why) =>
    why instanceof RestapleError ? why : abortFailure(why, progress),
  );
  const limit = (ms: number): void => guard.failIn(ms, () => timeoutFailure(ms, progress));
  let sending: Sending | undefined;
  try {
    const all = carrier.headers.length === 0 ? headers : [...headers, ...carrier.headers];
    sending = carrier.send(request, all, progress, {
      // Names are looked up in turn by a few threads: who waited for one behind dead names has his time to connect still.
      found: () => limit(timeouts.connectTimeoutMs),
      ready: () => {
        progress.stage = 'answering';
        limit(request.answerTimeoutMs ?? timeouts.answerTimeoutMs);
      },
    });
    // A kept connection is ready at once.
    if (progress.stage !== 'answering') limit(timeouts.connectTimeoutMs);
    const answer = await guard.watch(sending.answer);
    if (isProxyLogin(answer, carrier) || isProxyTrouble(answer, carrier))
      throw proxyFailure(`answers ${answer.status} ${answer.statusText}`, progress, answer.status);
    return answer;
  } catch (error) {
    sending?.destroy();
    throw error;
  } finally {
    guard.release();
  }
}

/**
 * The proxy wants another user or password. To a wrong one tinyproxy answers 401, as a server would; what a proxy hands
 * on has a Via header (RFC 9110 section 7.6.3), what it says by itself has none.
 */
function isProxyLogin({ status, headers }: HttpAnswer, carrier: Carrier): boolean {
  const toldUser = carrier.headers.length > 0;
  return carrier.isForwarded && (status === 407 || (status === 401 && toldUser && headers.via === undefined));
}

/** What proxies sign their own error pages with; of what they hand on, Server is the web server's (RFC 9110 section 10.2.4). */
const PROXY_SERVER = /^(?:tinyproxy|squid|privoxy|ats|apachetrafficserver)\b/i;

/**
 * The proxy itself says that it gets no further, or that nobody may go there. A Via header tells nothing: proxies set it on what they hand on, and squid
 * on its own errors as well.
 */
function isProxyTrouble({ status, headers }: HttpAnswer, { isForwarded }: Carrier): boolean {
  if (!isForwarded || (status < 500 && status !== 403)) return false;
  return headers['x-squid-error'] !== undefined || PROXY_SERVER.test(String(headers['server'] ?? ''));
}
