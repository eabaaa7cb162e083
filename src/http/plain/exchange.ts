/** One request on a plain connection, and its answer. */
import { TransportError } from '../../errors.ts';
import { type Sending, StaleConnection, type Steps } from '../carrier.ts';
import { type Progress, networkFailure } from '../failure.ts';
import type { HttpAnswer, HttpRequest } from '../message.ts';
import { type PlainConnection, type Turn, hungUp } from './connection.ts';
import { type PlainHead, readPlainHead } from './head.ts';

/** What is larger is no OCSP response, and node:http's business. */
const MAX_BODY_BYTES = 64 * 1024;

export interface PlainOptions {
  /** All of the request before its body. */
  readonly head: string;
  readonly request: HttpRequest;
  readonly progress: Progress;
  readonly steps: Steps;
  /** The answer is whole, and the connection can be used again. */
  readonly kept: (connection: PlainConnection) => void;
  /** The answer is not plain: whoever reads it has `chunk` and all that follows. */
  readonly handOver: (connection: PlainConnection, chunk: Buffer) => Sending;
}

export class PlainExchange implements Sending, Turn {
  readonly answer: Promise<HttpAnswer>;
  #resolve!: (answer: HttpAnswer | PromiseLike<HttpAnswer>) => void;
  #reject!: (error: Error) => void;
  readonly #connection: PlainConnection;
  readonly #options: PlainOptions;
  #partial: { readonly head: PlainHead; readonly body: Buffer } | undefined;
  #successor: Sending | undefined;

  constructor(connection: PlainConnection, options: PlainOptions) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#connection = connection;
    this.#options = options;
    connection.take(this);
    const { socket } = connection;
    if (socket.connecting) this.#connect();
    else this.#write();
  }

  destroy(): void {
    if (this.#successor) this.#successor.destroy();
    else this.#connection.socket.destroy();
  }

  data(chunk: Buffer): boolean {
    if (this.#partial) {
      this.#fill(this.#partial, chunk);
      return true;
    }
    const { progress, request } = this.#options;
    const head = readPlainHead(chunk);
    if (!head || head.length > Math.min(request.maxBytes, MAX_BODY_BYTES)) {
      this.#successor = this.#options.handOver(this.#connection, chunk);
      this.#resolve(this.#successor.answer);
      return true;
    }
    progress.status = head.status;
    progress.declared = head.length;
    // Memory of its own: what is kept of an answer may be kept for days.
    this.#partial = { head, body: Buffer.allocUnsafeSlow(head.length) };
    this.#fill(this.#partial, chunk.subarray(head.end));
    return true;
  }

  lost(error: Error | undefined): void {
    const { progress } = this.#options;
    const isSilent = progress.status === undefined;
    // The address rules refuse in the look-up.
    if (error instanceof TransportError) this.#reject(error);
    else if (isSilent && this.#connection.isUsed && isClosed(error)) this.#reject(new StaleConnection());
    else this.#reject(networkFailure(isSilent && error ? error : hungUp(), progress));
  }

  #connect(): void {
    const { socket } = this.#connection;
    const { progress, steps } = this.#options;
    socket.on('connectionAttempt', (address: string) => progress.addresses.push(address));
    socket.once('lookup', steps.found);
    socket.once('connect', () => this.#write());
  }

  #write(): void {
    const { socket } = this.#connection;
    const { head, request, progress, steps } = this.#options;
    const { remoteAddress: address, remotePort: port } = socket;
    progress.addresses = address === undefined ? [] : [address];
    progress.port = address === undefined ? undefined : port;
    steps.ready();
    if (request.body === undefined) {
      socket.write(head, 'latin1');
      return;
    }
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(request.body);
    socket.uncork();
  }

  #fill({ head, body }: { readonly head: PlainHead; readonly body: Buffer }, chunk: Buffer): void {
    const { progress } = this.#options;
    const at = progress.received;
    progress.received += chunk.copy(body, at);
    if (progress.received === head.length) this.#finish(head, body, chunk.length > head.length - at);
  }

  /** `isMore`: bytes that belong to no answer. This one is whole; the connection is done with. */
  #finish({ status, statusText, headers, persists }: PlainHead, body: Buffer, isMore: boolean): void {
    const { progress, kept } = this.#options;
    const connection = this.#connection;
    const { addresses, port } = progress;
    connection.rest();
    if (persists && !isMore && !connection.mayHaveMore) kept(connection);
    else connection.socket.destroy();
    this.#resolve({ status, statusText, headers, body, address: addresses[0], port });
  }
}

function isClosed(error: Error | undefined): boolean {
  return !error || ('code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE'));
}
