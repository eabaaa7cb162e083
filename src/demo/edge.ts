/**
 * An edge that behaves like a CDN's: many sites live on its address, and only the Host header says which one is meant.
 * Whoever asks by address gets 403 and a page for people, as `openssl ocsp -url http://ADDRESS/` does in the field.
 */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { MAX_DER_BYTES } from '../der/reader.ts';
import { RestapleError } from '../errors.ts';
import { type HttpAnswer, createHttpClient } from '../http/client.ts';
import { EdgeCache, matchesETag } from './edge-cache.ts';
import { badGatewayPage, forbiddenPage, notAllowedPage, sitePage, tooLargePage } from './edge-pages.ts';
import { type Listener, listenAsLocalhost } from './loopback.ts';
import { readBody } from './message.ts';

/** `origin` is the URL of the server behind the site; a site without one has a front page and nothing else. */
export interface Site {
  readonly name: string;
  readonly origin?: string;
}

export interface EdgeOptions {
  readonly sites: readonly Site[];
  readonly now: () => Date;
}

export interface Edge extends Listener {
  /** Forgets every answer, as a CA has its CDN do when it revokes. */
  purge(): void;
}

export async function startEdge({ sites, now }: EdgeOptions): Promise<Edge> {
  const byName = new Map(sites.map((site) => [site.name, site]));
  const cache = new EdgeCache();
  const client = createHttpClient({ userAgent: 'demo-edge' });

  const fromOrigin = async (
    incoming: IncomingMessage,
    origin: string,
    body?: Buffer,
  ): Promise<HttpAnswer> => {
    const url = new URL(origin);
    url.pathname = incoming.url ?? '/';
    const type = incoming.headers['content-type'];
    return client.exchange({
      method: body ? 'POST' : 'GET',
      url,
      trusted: true,
      headers: type === undefined ? [] : [['Content-Type', type]],
      maxBytes: MAX_DER_BYTES,
      ...(body && { body }),
    });
  };

  const passGet = async (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    origin: string,
  ): Promise<void> => {
    const key = `${origin} ${incoming.url}`;
    const kept = cache.get(key, now());
    const answer = kept?.answer ?? (await fromOrigin(incoming, origin));
    if (!kept) cache.put(key, answer, now());
    const marks = { Age: kept?.age ?? 0, 'X-Cache': kept ? 'HIT' : 'MISS' };
    const unchanged = matchesETag(incoming.headers['if-none-match'], answer.headers.etag);
    sendAnswer(outgoing, unchanged ? { ...answer, status: 304, body: Buffer.alloc(0) } : answer, marks);
  };

  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse, origin: string): Promise<void> => {
    if (incoming.method === 'GET' || incoming.method === 'HEAD') return passGet(incoming, outgoing, origin);
    if (incoming.method !== 'POST') return sendPage(outgoing, 405, notAllowedPage);
    const body = await readBody(incoming);
    if (!body) return sendPage(outgoing, 413, tooLargePage);
    sendAnswer(outgoing, await fromOrigin(incoming, origin, body), { 'X-Cache': 'PASS' });
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    outgoing.setHeader('Server', 'demo-edge');
    const site = byName.get(nameIn(incoming.headers.host));
    if (!site) return sendPage(outgoing, 403, forbiddenPage);
    if (site.origin === undefined) return sendPage(outgoing, 200, sitePage(site.name));
    try {
      await pass(incoming, outgoing, site.origin);
    } catch (error) {
      if (!(error instanceof RestapleError)) throw error;
      sendPage(outgoing, 502, badGatewayPage);
    }
  };

  const listener = await listenAsLocalhost(() =>
    createServer((incoming, outgoing) => void handle(incoming, outgoing)),
  );
  return {
    port: listener.port,
    purge: () => cache.purge(),
    close: async () => {
      client.close();
      await listener.close();
    },
  };
}

/** The name in a Host header; its port says nothing about the site, and `openssl ocsp` leaves it out. */
const nameIn = (host = ''): string => host.toLowerCase().replace(/:\d+$/, '');

/** What a cache hands on; what belongs to the connection to the origin it does not (RFC 9110 section 7.6.1). */
const HANDED_ON = ['content-type', 'cache-control', 'etag', 'last-modified', 'expires'];

function sendAnswer(
  outgoing: ServerResponse,
  answer: HttpAnswer,
  marks: Record<string, string | number>,
): void {
  const headers = Object.fromEntries(
    HANDED_ON.map((name) => [name, answer.headers[name]]).filter(([, value]) => value !== undefined),
  );
  const length = answer.status === 304 ? {} : { 'Content-Length': answer.body.length };
  outgoing.writeHead(answer.status, { ...headers, ...length, ...marks }).end(answer.body);
}

function sendPage(outgoing: ServerResponse, status: number, html: string): void {
  outgoing
    .writeHead(status, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': Buffer.byteLength(html),
    })
    .end(html);
}
