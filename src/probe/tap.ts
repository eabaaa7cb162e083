/** A connection for TLS that keeps what the server sends: node:tls shows of a handshake less than came. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** OpenSSL takes 100 KB of certificates; the rest of a handshake is small. */
const MAX_KEPT = 256 * 1024;

export class Tap extends Duplex {
  readonly #socket: Socket;
  readonly #kept: Buffer[] = [];
  #size = 0;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#keep(chunk);
      if (!this.push(chunk)) socket.pause();
    });
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
  }

  /** What has come so far, from the start; of more than 256 KiB the rest is left out. */
  get received(): Buffer {
    return Buffer.concat(this.#kept);
  }

  #keep(chunk: Buffer): void {
    if (this.#size > MAX_KEPT) return;
    this.#kept.push(chunk);
    this.#size += chunk.length;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
