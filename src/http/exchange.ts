/** One request and its answer over one connection of node:http or node:https, within limits of time and size. */
import type { ClientRequest, RequestOptions } from 'node:http';
import { RestapleError } from '../errors.ts';
import { answerTo } from './answer.ts';
import type { Carrier } from './carriers.ts';
import { MAX_HEADER_BYTES, type Progress, abortFailure, proxyFailure, timeoutFailure } from './failure.ts';
import { Guard } from './guard.ts';
import { type HeaderList, headerValue, toNodeHeaders } from './headers.ts';
import type { HttpAnswer, HttpRequest } from './message.ts';
import { percentDecoded } from './place.ts';

/** In milliseconds. */
export interface Timeouts {
  /** To a connection that can be written to: name look-up, TCP and TLS. */
  readonly connectTimeoutMs: number;
  /** From then to the last byte of the answer, so that a slow drip ends too. */
  readonly answerTimeoutMs: number;
}

/**
 * Sends `request` with `headers`, and what node:http adds (Connection, Content-Length), and reads the whole answer.
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
  const outgoing = carrier.request({
    ...carrier.options,
    ...credentials(request.url),
    ...watchedLookup(carrier.options, progress),
    method: request.method,
    headers: toNodeHeaders([...headers, ...carrier.headers]),
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const guard = new Guard(request.signal, (why) =>
    why instanceof RestapleError ? why : abortFailure(why, progress),
  );
  const limit = (ms: number): void => guard.failIn(ms, () => timeoutFailure(ms, progress));
  limit(timeouts.connectTimeoutMs);
  // Names are looked up in turn by a few threads: who waited for one behind dead names has his time to connect still.
  const found = (): void => limit(timeouts.connectTimeoutMs);
  followConnection(outgoing, progress, found, () => {
    progress.stage = 'answering';
    limit(request.answerTimeoutMs ?? timeouts.answerTimeoutMs);
  });
  try {
    const answer = await Promise.race([guard.failed, answerTo(outgoing, request, progress)]);
    if (isProxyLogin(answer, carrier) || isProxyTrouble(answer, carrier))
      throw proxyFailure(`answers ${answer.status} ${answer.statusText}`, progress, answer.status);
    return answer;
  } catch (error) {
    outgoing.destroy();
    throw error;
  } finally {
    guard.release();
  }
}

/** Says in `progress` when a name is being looked up: what ends the wait then is no fault of whoever has that name. */
function watchedLookup({ lookup }: RequestOptions, progress: Progress): RequestOptions {
  if (lookup === undefined) return {};
  return {
    lookup: (hostname, options, callback) => {
      progress.isLookingUp = true;
      lookup(hostname, options, (...found) => {
        progress.isLookingUp = false;
        callback(...found);
      });
    },
  };
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
 * The proxy itself says that it gets no further. A Via header tells nothing: proxies set it on what they hand on, and squid
 * on its own errors as well.
 */
function isProxyTrouble({ status, headers }: HttpAnswer, { isForwarded }: Carrier): boolean {
  if (!isForwarded || status < 500) return false;
  return headers['x-squid-error'] !== undefined || PROXY_SERVER.test(String(headers['server'] ?? ''));
}

/** Basic authorization from the URL. */
function credentials({ username, password }: URL): RequestOptions {
  if (username === '' && password === '') return {};
  return { auth: `${percentDecoded(username)}:${percentDecoded(password)}` };
}

/**
 * Keeps `progress` up to date with whom the connection goes to; calls `found` when the name is looked up, and `ready` when
 * the connection can be written to.
 */
function followConnection(
  outgoing: ClientRequest,
  progress: Progress,
  found: () => void,
  ready: () => void,
): void {
  outgoing.once('socket', (socket) => {
    const connected = (): void => {
      const address = progress.proxy === undefined ? socket.remoteAddress : undefined;
      progress.addresses = address === undefined ? [] : [address];
      progress.port = address === undefined ? undefined : socket.remotePort;
      progress.stage = 'handshake';
    };
    // A tunnel is there when it is handed over, and TLS within it begins then.
    if (!socket.connecting) connected();
    if (outgoing.reusedSocket || (!socket.connecting && !('encrypted' in socket))) {
      ready();
      return;
    }
    socket.on('connectionAttempt', (address: string) => progress.addresses.push(address));
    socket.once('lookup', found);
    socket.once('connect', connected);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', ready);
  });
  outgoing.once('proxyConnect', ({ statusCode, statusText }: ProxyConnect) => {
    if (statusCode === undefined || statusCode === 200) return;
    outgoing.destroy(proxyFailure(`answers ${statusCode} ${statusText} to CONNECT`, progress, statusCode));
  });
}

/** What https-proxy-agent tells of the answer to its CONNECT. */
interface ProxyConnect {
  readonly statusCode?: number;
  readonly statusText?: string;
}
