/**
 * A server that commits transport faults: bare TCP, so that no HTTP library repairs what a test wants broken.
 *
 * It reads whole requests, keeps them, and leaves what goes over the wire next to a behaviour: a function of the
 * request and its socket. A behaviour that writes nothing is a server that never answers.
 */
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { untrustedTls } from './https-server.ts';

export interface SeenRequest {
  readonly method: string;
  /** The request target, as it stood in the request line. */
  readonly target: string;
  readonly version: string;
  /** In the order and the spelling in which they were sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Which connection brought it: 1 is the first since the server started. */
  readonly connection: number;
}

export type Behaviour = (request: SeenRequest, socket: Socket) => void;

export interface TestServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT` and this path. */
  url(path?: string): URL;
  /** Every request so far, oldest first. */
  readonly requests: SeenRequest[];
  /** What it does from the next request on. */
  behave(behaviour: Behaviour): void;
  /** Those that are open. */
  connections(): number;
  /** Breaks every connection and stops. */
  close(): Promise<void>;
}

/** The head and body of an answer; Content-Length is added unless a header speaks of the length. */
export interface Answer {
  readonly status?: number;
  readonly reason?: string;
  readonly version?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array | string;
}

/** An answer as bytes on the wire. */
export function answerBytes(what: Answer): Buffer {
  const { status = 200, reason = 'OK', version = 'HTTP/1.1', headers = [] } = what;
  const body = Buffer.from(what.body ?? '');
  const measured = headers.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  const all = measured ? headers : [...headers, ['Content-Length', String(body.length)] as const];
  const lines = [`${version} ${status} ${reason}`, ...all.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

/** Answers and keeps the connection. */
export function answer(what: Answer): Behaviour {
  return (_request, socket) => void socket.write(answerBytes(what));
}

/** Writes these bytes and closes the connection. */
export function writeAndClose(bytes: Uint8Array | string): Behaviour {
  return (_request, socket) => void socket.end(bytes);
}

/** Takes the request and never says a word. */
export const silence: Behaviour = () => undefined;

/** Closes the connection in place of an answer. */
export const hangUp: Behaviour = (_request, socket) => void socket.end();

/** Breaks the connection (a TCP RST) in place of an answer. */
export const reset: Behaviour = (_request, socket) => void socket.resetAndDestroy();

/** Writes `head`, then one byte every `everyMs` milliseconds for as long as somebody reads. */
export function drip(head: Uint8Array | string, everyMs: number): Behaviour {
  return (_request, socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write('.'), everyMs);
    socket.once('close', () => clearInterval(timer));
  };
}

/** The first byte of a TLS connection: a handshake record (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 22;

/** Starts a server on a free port of `host`, 127.0.0.1 unless given. Who begins with TLS is answered in TLS. */
export async function startHttpServer(behaviour: Behaviour, host = '127.0.0.1'): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let current = behaviour;
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A client that cuts an answer resets the connection: here that is what was wanted.
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      read(first[0] === TLS_HANDSHAKE ? untrustedTls(socket) : socket, connection);
    });
  });
  const read = (socket: Socket, connection: number): void => {
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let taken = takeRequest(pending, connection); taken !== undefined;) {
        pending = taken.rest;
        requests.push(taken.request);
        current(taken.request, socket);
        taken = takeRequest(pending, connection);
      }
    });
    socket.resume();
  };
  const port = await listen(server, host);
  return {
    port,
    url: (path = '/') => new URL(path, `http://${host.includes(':') ? `[${host}]` : host}:${port}`),
    requests,
    behave(next) {
      current = next;
    },
    connections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** The value of a header of `request`; `undefined` when it was not sent. */
export function header(request: SeenRequest | undefined, name: string): string | undefined {
  return request?.headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1];
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port }: AddressInfo = Object(server.address());
      resolve(port);
    });
  });
}

/** One request off the front of `bytes`, when it is there whole. Bodies come with a Content-Length or not at all. */
function takeRequest(bytes: Buffer, connection: number): { request: SeenRequest; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [requestLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const [method = '', target = '', version = ''] = requestLine.split(' ');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const length = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
  const bodyEnd = headEnd + 4 + length;
  if (bytes.length < bodyEnd) return undefined;
  const body = bytes.subarray(headEnd + 4, bodyEnd);
  return { request: { method, target, version, headers, body, connection }, rest: bytes.subarray(bodyEnd) };
}
