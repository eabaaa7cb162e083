/**
 * The short way for plain HTTP without a proxy: connections of node:net, kept, and answers that are plain read here.
 *
 * node:http takes 0.2 ms for each request and some milliseconds to load; of a responder's answer there is little to
 * understand. Every other answer is node:http's to read, from the same connection, as if it had asked; whoever sends such is asked by it alone
 * from then on.
 */
import { answerTo } from '../answer.ts';
import type { Carrier, Sending } from '../carrier.ts';
import { type Dialling, diallingOptions } from '../dialling.ts';
import { MAX_HEADER_BYTES, type Progress } from '../failure.ts';
import type { HeaderList } from '../headers.ts';
import type { HttpRequest } from '../message.ts';
import { PlainConnection } from './connection.ts';
import { PlainExchange } from './exchange.ts';
import { replay } from './replay.ts';
import type { Route } from '../route.ts';
import { watchedLookup } from '../watched-lookup.ts';

/** A header that no request can have is for node:http to complain of, and what changes the message is for it to do. */
const NAME =
  /^(?!(?:connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$)[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/i;
const VALUE = /^[\t -~\u0080-\u00ff]*$/;

const MAX_OTHERS = 1024;

export class PlainLane {
  /** Idle connections, the last used last. */
  readonly #idle = new Map<string, PlainConnection[]>();
  readonly #all = new Set<PlainConnection>();
  /** Whose answers are not plain. */
  readonly #others = new Set<string>();

  /** `undefined` where node:http must do it. */
  carrierFor(url: URL, route: Route, headers: HeaderList, dialling: Dialling): Carrier | undefined {
    if (url.protocol !== 'http:' || route.proxy !== undefined || url.username !== '' || url.password !== '')
      return undefined;
    const key = `${route.host}:${route.port} ${route.trusted}`;
    if (this.#others.has(key) || !isPlain(headers)) return undefined;
    return {
      send: (request, all, progress, steps) =>
        new PlainExchange(
          (dialling === 'kept' ? this.#take(key) : undefined) ?? this.#open(key, route, dialling, progress),
          {
            head: headOf(request, all),
            request,
            progress,
            steps,
            kept: (connection) => this.#keep(key, connection),
            handOver: (connection, chunk) => {
              // Forgotten when there are many: certificates of strangers may name any number of hosts.
              if (this.#others.size === MAX_OTHERS) this.#others.clear();
              this.#others.add(key);
              return readByNode(connection, chunk, request, progress);
            },
          },
        ),
      headers: [],
      proxy: undefined,
      isForwarded: false,
    };
  }

  close(): void {
    for (const { socket } of this.#all) socket.destroy();
  }

  #take(key: string): PlainConnection | undefined {
    return this.#idle.get(key)?.pop();
  }

  #keep(key: string, connection: PlainConnection): void {
    const idle = this.#idle.get(key);
    if (idle) idle.push(connection);
    else this.#idle.set(key, [connection]);
  }

  #open(key: string, { host, port, lookup }: Route, dialling: Dialling, progress: Progress): PlainConnection {
    const connection = new PlainConnection(
      {
        host,
        port: Number(port),
        lookup: watchedLookup(lookup, progress),
        noDelay: true,
        ...diallingOptions(dialling),
      },
      () => {
        this.#all.delete(connection);
        const left = this.#idle.get(key)?.filter((one) => one !== connection) ?? [];
        if (left.length > 0) this.#idle.set(key, left);
        else this.#idle.delete(key);
      },
    );
    this.#all.add(connection);
    return connection;
  }
}

/** Of several Host headers one must be chosen. */
function isPlain(headers: HeaderList): boolean {
  let hosts = 0;
  for (const [name, value] of headers) {
    if (!NAME.test(name) || !VALUE.test(value)) return false;
    if (name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts === 1;
}

/** As node:http writes it. */
function headOf({ method, url, body }: HttpRequest, headers: HeaderList): string {
  let head = `${method} ${url.pathname}${url.search} HTTP/1.1\r\n`;
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
  head += 'Connection: keep-alive\r\n';
  if (method === 'POST') head += `Content-Length: ${body?.length ?? 0}\r\n`;
  return `${head}\r\n`;
}

/** The request is sent, and an answer has begun with `chunk`. */
function readByNode(
  connection: PlainConnection,
  chunk: Buffer,
  request: HttpRequest,
  progress: Progress,
): Sending {
  const stream = replay(connection, chunk);
  const http = process.getBuiltinModule('node:http');
  const { method } = request;
  const outgoing = http.request({ method, createConnection: () => stream, maxHeaderSize: MAX_HEADER_BYTES });
  const answer = answerTo(outgoing, request, progress).finally(() => stream.destroy());
  return { answer, destroy: () => outgoing.destroy() };
}
