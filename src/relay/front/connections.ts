/**
 * All connections, and which of them must go. node:http ends those that are slow to ask, and those that are idle; here are
 * the bounds that it does not know: how many there are, and how long answers lie because nobody takes them.
 */
import type { Socket } from 'node:net';

export interface Connection {
  readonly socket: Socket;
  /** Whose requests are counted; `undefined` for clients of this machine. */
  readonly countedAs: string | undefined;
  /** When it was last given an answer, else when it came, in milliseconds of the monotonic clock. */
  since: number;
  /** Questions of it that wait for their answer. */
  waiting: number;
  /** Bodies on their way to us. */
  receiving: number;
  /** Answers that stand behind an earlier one. */
  queued: number;
  /** It was told to go, and has until then to hear it. */
  endBy: number | undefined;
  /** Since when answers lie here, and how many bytes were gone at that moment. */
  stalled: { readonly since: number; readonly sent: number } | undefined;
}

export interface ConnectionBounds {
  readonly connections: number;
  readonly stalledMs: number;
}

/** What a reader must take in `stalledMs` to be called one: a handful of answers. */
const MIN_PROGRESS = 16 * 1024;
/** Who is cut while it still writes hears a reset in place of the answer; this long it may go on. */
const LINGER_MS = 1_000;

export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #all = new Map<Socket, Connection>();

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#all.size;
  }

  /** @returns false when there is no place, not even by sending away somebody. */
  add(socket: Socket, countedAs: string | undefined, now: number): boolean {
    if (this.#all.size >= this.#bounds.connections && !this.#dropIdlest()) return false;
    const state = { since: now, waiting: 0, receiving: 0, queued: 0, endBy: undefined, stalled: undefined };
    this.#all.set(socket, { socket, countedAs, ...state });
    socket.once('close', () => this.#all.delete(socket));
    return true;
  }

  of(socket: Socket): Connection | undefined {
    return this.#all.get(socket);
  }

  /** Says its last word and closes, also when the other side goes on writing. */
  end(socket: Socket, words: string, now: number): void {
    const connection = this.#all.get(socket);
    if (!connection || connection.endBy !== undefined) return;
    connection.endBy = now + LINGER_MS;
    socket.end(words, 'latin1');
  }

  /** To be called every second or so. */
  sweep(now: number): void {
    for (const connection of this.#all.values()) {
      const isLate = connection.endBy !== undefined && connection.endBy <= now;
      if (isLate || this.#isStalled(connection, now)) connection.socket.destroy();
    }
  }

  /** Cuts those that nothing is done for. */
  dropIdle(): void {
    for (const connection of this.#all.values())
      if (!isServed(connection) && connection.receiving === 0) connection.socket.destroy();
  }

  dropAll(): void {
    for (const { socket } of this.#all.values()) socket.destroy();
  }

  #isStalled(connection: Connection, now: number): boolean {
    const { socket } = connection;
    const sent = socket.bytesWritten - socket.writableLength;
    if (socket.writableLength === 0) connection.stalled = undefined;
    else if (!connection.stalled) connection.stalled = { since: now, sent };
    else if (now - connection.stalled.since >= this.#bounds.stalledMs) {
      if (sent - connection.stalled.sent < MIN_PROGRESS) return true;
      connection.stalled = { since: now, sent };
    }
    return false;
  }

  /** One that never finished a request counts from when it came, however busily it writes. */
  #dropIdlest(): boolean {
    let idlest: Connection | undefined;
    for (const connection of this.#all.values())
      if (!isServed(connection) && (!idlest || connection.since < idlest.since)) idlest = connection;
    if (!idlest) return false;
    this.#all.delete(idlest.socket);
    idlest.socket.destroy();
    return true;
  }
}

const isServed = ({ socket, waiting }: Connection): boolean => waiting > 0 || socket.writableLength > 0;
