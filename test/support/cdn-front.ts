/**
 * A front before a responder that behaves like a CDN edge: many names live on its address, and a request whose Host is
 * none of them gets 403 and a page for people. That is what `openssl ocsp` without `-header Host=…` runs into.
 */
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { bodyOf, close, listen } from './loopback.ts';

/** `names` are the host names it serves, in any letter case; the port in a Host header does not count. */
export interface FrontOptions {
  readonly origin: string;
  readonly names: readonly string[];
}

export interface Front {
  readonly port: number;
  /** `http://127.0.0.1:PORT/`, whose Host no front serves. */
  readonly url: string;
  /** The Host header of every request so far, oldest first. */
  readonly hosts: readonly (string | undefined)[];
  close(): Promise<void>;
}

const FORBIDDEN = `<!DOCTYPE html>
<html><head><title>403 Forbidden</title></head>
<body><h1>403 Forbidden</h1><p>The request could not be satisfied.</p></body></html>
`;

/** Starts a front on a free port. */
export async function startFront({ origin, names }: FrontOptions): Promise<Front> {
  const served = new Set(names.map((host) => host.toLowerCase()));
  const hosts: (string | undefined)[] = [];
  const server = createServer((incoming, outgoing) => {
    const { host } = incoming.headers;
    hosts.push(host);
    if (served.has((host ?? '').toLowerCase().replace(/:\d+$/, ''))) void pass(incoming, outgoing, origin);
    else outgoing.writeHead(403, { 'Content-Type': 'text/html' }).end(FORBIDDEN);
  });
  const port = await listen(server);
  return { port, url: `http://127.0.0.1:${port}/`, hosts, close: () => close(server) };
}

/** Hands a request to the origin and its answer back, as they are. */
async function pass(incoming: IncomingMessage, outgoing: ServerResponse, origin: string): Promise<void> {
  const body = await bodyOf(incoming);
  const { method = 'GET', url = '/', headers } = incoming;
  const { hostname, port } = new URL(origin);
  request({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  })
    .on('error', () =>
      outgoing.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>502 Bad Gateway</h1>\n'),
    )
    .end(body);
}
