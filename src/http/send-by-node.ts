/** A request that node:http or node:https sends, and the answer that they read. */
import type { ClientRequest, RequestOptions } from 'node:http';
import { answerTo } from './answer.ts';
import type { Sending, Steps } from './carrier.ts';
import { MAX_HEADER_BYTES, type Progress, proxyFailure } from './failure.ts';
import { type HeaderList, toNodeHeaders } from './headers.ts';
import type { HttpRequest } from './message.ts';
import { percentDecoded } from './place.ts';
import { watchedLookup } from './watched-lookup.ts';

/** `open` is `http.request` or `https.request`; `options` say where the connection goes, from which pool, and the target. */
export function sendByNode(
  open: (options: RequestOptions) => ClientRequest,
  options: RequestOptions,
  request: HttpRequest,
  headers: HeaderList,
  progress: Progress,
  steps: Steps,
): Sending {
  const { lookup } = options;
  const outgoing = open({
    ...options,
    ...(lookup && { lookup: watchedLookup(lookup, progress) }),
    ...credentials(request.url),
    method: request.method,
    headers: toNodeHeaders(headers),
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  followConnection(outgoing, progress, steps);
  return { answer: answerTo(outgoing, request, progress), destroy: () => outgoing.destroy() };
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
function followConnection(outgoing: ClientRequest, progress: Progress, { found, ready }: Steps): void {
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
