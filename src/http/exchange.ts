/** One request and its answer over one connection of node:http or node:https, within limits of time and size. */
import type { Agent, ClientRequest, RequestOptions } from 'node:http';
import { RestapleError } from '../errors.ts';
import { answerTo } from './answer.ts';
import { MAX_HEADER_BYTES, type Progress, abortFailure, timeoutFailure } from './failure.ts';
import { Guard } from './guard.ts';
import { type HeaderList, toNodeHeaders } from './headers.ts';
import type { HttpAnswer, HttpRequest } from './message.ts';
import type { Route } from './route.ts';

/** What carries a request: the module's `request`, and where its connections come from. */
export interface Carrier {
  readonly request: (options: RequestOptions) => ClientRequest;
  /** `false` is a connection of its own. */
  readonly agent: Agent | false;
}

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
  route: Route,
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
  };
  const outgoing = carrier.request({
    ...target(request.url, route),
    method: request.method,
    headers: toNodeHeaders(headers),
    agent: carrier.agent,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const guard = new Guard(request.signal, (why) =>
    why instanceof RestapleError ? why : abortFailure(why, progress),
  );
  const limit = (ms: number): void => guard.failIn(ms, () => timeoutFailure(ms, progress));
  limit(timeouts.connectTimeoutMs);
  followConnection(outgoing, progress, () => {
    progress.stage = 'answering';
    limit(timeouts.answerTimeoutMs);
  });
  try {
    return await Promise.race([guard.failed, answerTo(outgoing, request, progress)]);
  } catch (error) {
    outgoing.destroy();
    throw error;
  } finally {
    guard.release();
  }
}

/** Where `http.request` shall go. With an IP address in the URL and a name in Host, TLS asks for that name. */
function target(url: URL, { host, port, lookup }: Route): RequestOptions {
  const options = { host, port, lookup, path: url.pathname + url.search };
  if (url.username === '' && url.password === '') return options;
  return { ...options, auth: `${percentDecoded(url.username)}:${percentDecoded(url.password)}` };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % in a password is legal in a URL and means itself.
    return text;
  }
}

/** Keeps `progress` up to date with whom the connection goes to, and calls `ready` when it can be written to. */
function followConnection(outgoing: ClientRequest, progress: Progress, ready: () => void): void {
  outgoing.once('socket', (socket) => {
    const connected = (): void => {
      progress.addresses = socket.remoteAddress === undefined ? [] : [socket.remoteAddress];
      progress.stage = 'handshake';
    };
    if (outgoing.reusedSocket) {
      connected();
      ready();
      return;
    }
    socket.on('connectionAttempt', (address: string) => progress.addresses.push(address));
    socket.once('connect', connected);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', ready);
  });
}
