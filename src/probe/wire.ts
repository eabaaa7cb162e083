/**
 * What a server says before TLS, read with a bound on everything: whoever answers on a port may be anybody, may send
 * without end, and may send for a later moment what it should not (CVE-2011-0411 and its kin: what stands behind the
 * agreement to TLS, unprotected, must never be taken for what was said under its protection).
 *
 * How long it may take is the matter of who made the socket: one that is destroyed with an error ends every wait with it.
 */
import type { Socket } from 'node:net';
import { ProbeError } from '../errors.ts';
import { printable } from '../text.ts';

export interface Limits {
  /** Without its end. */
  readonly lineBytes: number;
  readonly lines: number;
  /** All that comes before TLS. */
  readonly bytes: number;
}

/** RFC 5321 allows 512 octets a line, IMAP's RFC 7162 8000; the most talkative servers say some 2 KiB in all. */
const LIMITS: Limits = { lineBytes: 8192, lines: 200, bytes: 16_384 };

/** Of what a server says, in a message. */
const MAX_QUOTED = 200;

interface Taken<T> {
  readonly value: T;
  readonly length: number;
}

export class Wire {
  readonly #socket: Socket;
  readonly #place: string;
  readonly #limits: Limits;
  #held: Buffer = Buffer.alloc(0);
  #received = 0;
  #lines = 0;
  #over: Error | undefined;
  #wake: () => void = () => {};

  /** @param place what messages begin with, such as `mail.example:25`. */
  constructor(socket: Socket, place: string, limits: Limits = LIMITS) {
    this.#socket = socket;
    this.#place = place;
    this.#limits = limits;
    socket.on('data', this.#take).on('error', this.#fail).on('close', this.#close);
  }

  /** Our own address, for a client that has no name. */
  get localAddress(): string {
    return this.#socket.localAddress ?? '';
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next line, without CRLF or LF. */
  line(): Promise<string> {
    return this.#next((held) => {
      const end = held.indexOf(0x0a);
      if ((end < 0 ? held.length : end) > this.#limits.lineBytes)
        this.refuse(`sent a line of more than ${this.#limits.lineBytes} bytes`);
      if (end < 0) return undefined;
      if (++this.#lines > this.#limits.lines) this.refuse(`sent more than ${this.#limits.lines} lines`);
      return { value: held.toString('utf8', 0, end).replace(/\r$/, ''), length: end + 1 };
    });
  }

  bytes(count: number): Promise<Buffer> {
    return this.#next((held) =>
      held.length < count ? undefined : { value: held.subarray(0, count), length: count },
    );
  }

  /** Everything up to the end of the first of `ends` that comes, as text. */
  until(...ends: readonly string[]): Promise<string> {
    return this.#next((held) => {
      const places = ends.map((end) => [held.indexOf(end), end.length] as const).filter(([at]) => at >= 0);
      if (places.length === 0) return undefined;
      const length = Math.min(...places.map(([at, size]) => at + size));
      return { value: held.toString('utf8', 0, length), length };
    });
  }

  /**
   * The end of the dialogue: from here on the socket is TLS's.
   *
   * @throws ProbeError when the server has said more than it should.
   */
  release(): void {
    const early = this.#held.length + this.#socket.readableLength;
    if (early > 0) this.refuse(`sent ${early} bytes between its agreement to TLS and the handshake`);
    this.#socket.pause().off('data', this.#take).off('error', this.#fail).off('close', this.#close);
  }

  /** @throws ProbeError `probe-starttls-failed` */
  refuse(words: string): never {
    throw new ProbeError('probe-starttls-failed', `${this.#place}: ${words}`);
  }

  readonly #take = (chunk: Buffer): void => {
    this.#received += chunk.length;
    this.#held = Buffer.concat([this.#held, chunk]);
    // What is too much is never read again, however slowly the dialogue goes on.
    if (this.#received > this.#limits.bytes) this.#socket.pause();
    this.#wake();
  };

  readonly #fail = (error: Error): void => {
    this.#over ??= error;
    this.#wake();
  };

  readonly #close = (): void => {
    const words = this.#received === 0 ? 'closed the connection without a word' : 'closed the connection';
    this.#fail(new ProbeError('probe-starttls-failed', `${this.#place}: ${words}`));
  };

  async #next<T>(take: (held: Buffer) => Taken<T> | undefined): Promise<T> {
    for (;;) {
      const taken = take(this.#held);
      if (taken) {
        this.#held = this.#held.subarray(taken.length);
        return taken.value;
      }
      if (this.#received > this.#limits.bytes)
        this.refuse(`sent more than ${this.#limits.bytes} bytes before TLS`);
      if (this.#over) throw this.#over;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** What a server said, as messages quote it. */
export function quoted(text: string): string {
  const clean = printable(text.trim());
  return `"${clean.length > MAX_QUOTED ? `${clean.slice(0, MAX_QUOTED)}…` : clean}"`;
}
