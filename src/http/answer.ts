/** Reading the answer to a request that is on its way: its head, then its body, up to a number of bytes. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { TransportError } from '../errors.ts';
import { StaleConnection } from './carrier.ts';
import { type Progress, interimFailure, networkFailure, tooLargeFailure } from './failure.ts';
import type { HttpAnswer, HttpRequest } from './message.ts';

/** A responder's answer never is; a CRL may be. */
const LARGE_BYTES = 1024 * 1024;

/** RFC 9110 section 15.2 lets a server send any number of them, each with headers; in the field it is one or two. */
const MAX_INTERIM = 16;

/**
 * Sends the body of `request` and reads the whole answer; `progress` is kept up to date meanwhile.
 *
 * @throws TransportError `http-unreachable`, `http-too-large`; StaleConnection. The connection is then the caller's
 * to destroy.
 */
export async function answerTo(
  outgoing: ClientRequest,
  request: HttpRequest,
  progress: Progress,
): Promise<HttpAnswer> {
  try {
    return await received(outgoing, request, progress);
  } catch (error) {
    if (error instanceof TransportError) throw error;
    if (isStale(outgoing, error, progress)) throw new StaleConnection();
    throw networkFailure(error, progress);
  }
}

/** Every listener is there before the parser goes on: it may find head, body and fault in one packet. */
function received(outgoing: ClientRequest, request: HttpRequest, progress: Progress): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let response: IncomingMessage | undefined;
    let interim = 0;
    outgoing.on('information', () => {
      interim += 1;
      if (interim > MAX_INTERIM) reject(interimFailure(MAX_INTERIM, progress));
    });
    outgoing.once('response', (incoming) => {
      response = incoming;
      const status = incoming.statusCode ?? 0;
      progress.status = status;
      bodyOf(incoming, request.maxBytes, progress)
        .then((body) => answerOf(incoming, body, progress))
        .then(resolve, reject);
    });
    // Without a listener Node would leave a 101 unanswered until the time-out. Nobody asked for another protocol.
    outgoing.once('upgrade', (incoming, socket) => {
      socket.destroy();
      resolve(answerOf(incoming, Buffer.alloc(0), progress));
    });
    outgoing.once('socket', (socket) => {
      socket.prependOnceListener('data', (chunk: Buffer) => (progress.firstBytes = chunk.subarray(0, 64)));
    });
    outgoing.on('error', (error) => {
      // The parser's complaint about bytes behind a whole body is nothing to us.
      if (response?.complete !== true) reject(error);
    });
    outgoing.end(request.body);
  });
}

function answerOf(incoming: IncomingMessage, body: Buffer, progress: Progress): HttpAnswer {
  const { addresses, port, proxy, isForwarded } = progress;
  return {
    status: incoming.statusCode ?? 0,
    statusText: incoming.statusMessage ?? '',
    headers: incoming.headers,
    body,
    address: addresses[0],
    port,
    ...(proxy === undefined ? {} : { proxy, isForwarded: isForwarded === true }),
  };
}

/**
 * Throws for a body cut short: Node gives `end` to a body that came to its own end only. Of an error page that is too
 * large the first bytes are enough: what counts is its status.
 */
function bodyOf(response: IncomingMessage, maxBytes: number, progress: Progress): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    response.on('error', reject);
    const isWanted = response.statusCode === 200;
    const declared = response.headers['content-length'];
    progress.declared = declared === undefined ? undefined : Number(declared);
    if (isWanted && (progress.declared ?? 0) > maxBytes) {
      reject(tooLargeFailure(maxBytes, progress));
      return;
    }
    const chunks: Buffer[] = [];
    // While the parts of a large body are put together there would be two of it: it goes where it shall be at once.
    const size = isWanted ? (progress.declared ?? 0) : 0;
    const whole = size > LARGE_BYTES ? Buffer.allocUnsafeSlow(size) : undefined;
    response.on('data', (chunk: Buffer) => {
      const at = progress.received;
      progress.received += chunk.length;
      if (whole) chunk.copy(whole, at);
      else if (progress.received <= maxBytes) chunks.push(chunk);
      else if (isWanted) reject(tooLargeFailure(maxBytes, progress));
      else {
        // What is left of it would come before the next answer of this connection.
        response.destroy();
        resolve(Buffer.concat(chunks));
      }
    });
    response.once('end', () => resolve(whole?.subarray(0, progress.received) ?? Buffer.concat(chunks)));
  });
}

/** Node's own recipe (`request.reusedSocket`); once a status line has come, the answer was cut short instead. */
function isStale(outgoing: ClientRequest, error: unknown, { status }: Progress): boolean {
  if (!outgoing.reusedSocket || status !== undefined || !(error instanceof Error)) return false;
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
