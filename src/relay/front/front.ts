/**
 * HTTP before an `Answering`: requests in, answers out, nothing else.
 *
 * What came before byte for byte is answered by one lookup, and nothing is decoded, hashed or signed for it. The place that
 * is found holds whatever is newest.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { attempt } from '../../attempt.ts';
import type { Clock } from '../../keeper/clock.ts';
import { decodeOCSPRequest } from '../../ocsp/ocsp-request.ts';
import type { Answering, Question } from '../question.ts';
import type { RelayAnswer, Slot } from '../slot.ts';
import { MALFORMED_REQUEST, TRY_LATER } from '../statuses.ts';
import { receive } from './body.ts';
import { Buckets } from './buckets.ts';
import { type Connection, Connections } from './connections.ts';
import type { RelayEvent } from './events.ts';
import type { RelayLimits } from './limits.ts';
import type { Client } from './networks.ts';
import { findPathRequest } from './path-request.ts';
import { prepare } from './prepared.ts';
import { Recent } from './recent.ts';
import { type RefusalStatus, refusal, refusalBytes } from './refusal.ts';
import { type RelayStats, noStats } from './stats.ts';
import { type Target, readTarget, upstreamOf } from './target.ts';
import { isUnchanged } from './unchanged.ts';

export interface FrontOptions {
  readonly answering: Answering;
  readonly clock: Clock;
  readonly limits: RelayLimits;
  readonly report: (event: RelayEvent) => void;
}

/** With the bound below at most 8 MiB of keys; the certificates of a large machine, each asked for in two or three ways. */
const MAX_RECENT = 16_384;
/** Twice what RFC 9919 section 6 wants by GET. What is longer is decoded each time. */
const MAX_KEY = 512;

const OCSP_TYPE = /\bocsp\b/i;

type Exchange = readonly [request: IncomingMessage, response: ServerResponse];

export class Front {
  readonly connections: Connections;
  readonly #options: FrontOptions;
  readonly #recent = new Recent<Slot>(MAX_RECENT);
  readonly #buckets: Buckets;
  readonly #stats: RelayStats = noStats();
  /** No connection is kept from now on. */
  isClosing = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.connections = new Connections(options.limits);
    this.#buckets = new Buckets(options.limits);
  }

  stats(): RelayStats {
    return { ...this.#stats, connections: this.connections.size };
  }

  sweep(): void {
    const now = this.#options.clock.monotonic();
    this.connections.sweep(now);
    this.#buckets.sweep(now);
  }

  /** @param clientAt who is at an address; none where nobody but this machine can come from. */
  connection(socket: Socket, clientAt?: (address: string) => Client): void {
    // What goes wrong with a connection is its client's affair; without a listener it would be the end of the process.
    socket.on('error', () => socket.destroy());
    const now = this.#options.clock.monotonic();
    const address = clientAt ? (socket.remoteAddress ?? '') : '';
    const client = clientAt?.(address) ?? 'local';
    if (client === 'stranger') {
      this.#stats.strangers++;
      this.#options.report({ type: 'client-refused', address });
      socket.destroy();
    } else if (!this.connections.add(socket, client === 'allowed' ? address : undefined, now)) {
      this.#stats.full++;
      this.#options.report({ type: 'connections-full', connections: this.connections.size });
      socket.destroy();
    }
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    this.#stats.requests++;
    const connection = this.connections.of(request.socket);
    // What was read together with the request that broke the connection comes all the same.
    if (!connection || connection.socket.destroyed) return;
    if (this.isClosing) response.shouldKeepAlive = false;
    if (response.socket === null && !this.#mayQueue(connection, response)) return;
    const exchange: Exchange = [request, response];
    try {
      const now = this.#options.clock.monotonic();
      connection.since = now;
      const { countedAs } = connection;
      if (countedAs !== undefined && !this.#buckets.take(countedAs, now)) this.#refuse(response, 429);
      else if (request.method === 'GET' || request.method === 'HEAD') this.#get(exchange, connection);
      else if (request.method === 'POST') this.#post(exchange, connection);
      else this.#refuse(response, 405);
    } catch (error) {
      this.#fault(exchange, error);
    }
  }

  /** What is no HTTP, too large, or too slow. A body that is whole before it is told of as such only in the next turn. */
  broken(socket: Socket, code: unknown): void {
    setImmediate(() => {
      const connection = this.connections.of(socket);
      if (!connection || connection.endBy !== undefined) return;
      this.#stats.broken++;
      // Whoever waits for an earlier answer would take this for it.
      if (connection.waiting > 0 || !socket.writable) socket.destroy();
      else this.connections.end(socket, refusalBytes(statusOf(code)), this.#options.clock.monotonic());
    });
  }

  tunnel(socket: Socket): void {
    this.#stats.requests++;
    this.#stats.refused++;
    this.connections.end(socket, refusalBytes(405), this.#options.clock.monotonic());
  }

  #mayQueue(connection: Connection, response: ServerResponse): boolean {
    if (connection.queued >= this.#options.limits.pipelined) {
      this.#stats.broken++;
      connection.socket.destroy();
      return false;
    }
    connection.queued++;
    response.once('close', () => connection.queued--);
    return true;
  }

  #get(exchange: Exchange, connection: Connection): void {
    const [{ url = '' }, response] = exchange;
    if (this.#sendKept(exchange, this.#recent.get(url))) return;
    const target = readTarget(url);
    const found = target && findPathRequest(target.rest);
    if (!target || found === undefined) this.#refuse(response, target ? 404 : 400);
    else if (found === 'malformed') this.#malformed(exchange);
    else {
      const { der, request, before } = found;
      this.#answer(exchange, connection, { der, request, upstream: upstreamOf(target, before) }, url);
    }
  }

  #post(exchange: Exchange, connection: Connection): void {
    // A body that breaks off takes the connection with it, and the count.
    connection.receiving++;
    receive(exchange[0], this.#options.limits.requestBytes, (body) => {
      connection.receiving--;
      try {
        this.#posted(exchange, connection, body);
      } catch (error) {
        this.#fault(exchange, error);
      }
    });
  }

  #posted(exchange: Exchange, connection: Connection, body: Buffer | undefined): void {
    const [{ headers, url = '' }, response] = exchange;
    if (body === undefined) {
      response.shouldKeepAlive = false;
      this.#refuse(response, 413);
      return;
    }
    const key = `${url} ${body.toString('latin1')}`;
    if (this.#sendKept(exchange, this.#recent.get(key))) return;
    const target = readTarget(url);
    // A copy of its own: the body is a view into all that was read from the socket.
    const der = Buffer.from(body);
    const request = attempt(() => decodeOCSPRequest(der));
    if (!target) this.#refuse(response, 400);
    else if (request) this.#answer(exchange, connection, { der, request, upstream: postedTo(target) }, key);
    else if (OCSP_TYPE.test(headers['content-type'] ?? '')) this.#malformed(exchange);
    else this.#refuse(response, 415);
  }

  #malformed(exchange: Exchange): void {
    this.#stats.malformed++;
    this.#send(exchange, MALFORMED_REQUEST);
  }

  #answer(exchange: Exchange, connection: Connection, question: Question, key: string): void {
    const slot = this.#options.answering.find(question);
    if (slot) {
      if (key.length <= MAX_KEY) this.#recent.set(key, slot);
      if (this.#sendKept(exchange, slot)) return;
    }
    if (this.#stats.waiting >= this.#options.limits.waiting) {
      this.#stats.overloaded++;
      this.#send(exchange, TRY_LATER);
      return;
    }
    this.#stats.waiting++;
    connection.waiting++;
    void this.#ask(exchange, question).finally(() => {
      this.#stats.waiting--;
      connection.waiting--;
    });
  }

  async #ask(exchange: Exchange, question: Question): Promise<void> {
    const [, response] = exchange;
    try {
      const answer = await this.#options.answering.answer(question);
      this.#stats.misses++;
      if (response.destroyed || response.closed) return;
      if (this.isClosing) response.shouldKeepAlive = false;
      this.#send(exchange, isOver(answer, this.#options.clock.now()) ? TRY_LATER : answer);
    } catch (error) {
      this.#fault(exchange, error);
    }
  }

  #sendKept(exchange: Exchange, slot: Slot | undefined): boolean {
    const answer = slot?.answer;
    const now = this.#options.clock.now();
    if (!slot || !answer || isOver(answer, now)) return false;
    slot.askedAt = now;
    this.#stats.hits++;
    this.#send(exchange, answer, now);
    return true;
  }

  #send([request, response]: Exchange, answer: RelayAnswer, now = this.#options.clock.now()): void {
    const ready = prepare(answer);
    if (request.method !== 'POST' && isUnchanged(request.headers, ready)) {
      this.#stats.unchanged++;
      response.writeHead(304, ready.unchangedAt(now)).end();
    } else response.writeHead(200, ready.headersAt(now)).end(ready.body(), 'latin1');
  }

  #refuse(response: ServerResponse, status: RefusalStatus): void {
    if (status === 429) this.#stats.limited++;
    else this.#stats.refused++;
    const { headers, text } = refusal(status);
    response.writeHead(status, [...headers]).end(text);
  }

  #fault(exchange: Exchange, error: unknown): void {
    const [, response] = exchange;
    this.#options.report({ type: 'fault', error });
    if (response.headersSent) response.destroy();
    else this.#send(exchange, TRY_LATER);
  }
}

const isOver = ({ life }: RelayAnswer, now: number): boolean => life !== undefined && life.validUntil <= now;

/** Of what node:http has against the bytes of a client. */
function statusOf(code: unknown): RefusalStatus {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

/** A POST goes to the URL of the responder itself. */
const postedTo = (target: Target): string | undefined => upstreamOf(target, target.rest);
