/** One connection for one request at a time, kept in between. */
import { type Socket, type TcpNetConnectOpts, connect } from 'node:net';

/** Whose turn it is on a connection. */
export interface Turn {
  /** `chunk` is good until it returns. False: nothing more, until the socket is resumed. */
  data(chunk: Buffer): boolean;
  /** `undefined`: the server has ended it. */
  lost(error: Error | undefined): void;
}

/** Servers keep an idle connection for five seconds or longer; who asks just then meets a closed door. */
const IDLE_MS = 4_000;

/** Holds nearly every answer whole. */
const BUFFER_BYTES = 16 * 1024;

/** What node:http says of a connection that ended too early. */
export const hungUp = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** All answers of a connection are read into the same memory, past the machinery of streams. */
export class PlainConnection {
  readonly socket: Socket;
  /** It has brought an answer already, so that the server may have closed it by now. */
  isUsed = false;
  /** The last read filled the buffer, so that nobody knows what is behind it. */
  mayHaveMore = false;
  #turn: Turn | undefined;

  /** `ended` is called once, when it cannot be used any more. */
  constructor(options: TcpNetConnectOpts, ended: () => void) {
    const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    const callback = (bytes: number): boolean => this.#data(buffer.subarray(0, bytes));
    this.socket = connect({ ...options, onread: { buffer, callback } });
    this.socket.setTimeout(IDLE_MS);
    this.socket.on('end', () => this.#lose(undefined));
    this.socket.on('error', (error) => this.#lose(error));
    this.socket.on('timeout', () => {
      if (!this.#turn) this.socket.destroy();
    });
    this.socket.once('close', () => {
      ended();
      if (this.#turn) this.#lose(hungUp());
    });
  }

  take(turn: Turn): void {
    this.#turn = turn;
    this.socket.ref();
  }

  /** An idle connection keeps no process alive. */
  rest(): void {
    this.#turn = undefined;
    this.isUsed = true;
    this.socket.unref();
  }

  #data(chunk: Buffer): boolean {
    this.mayHaveMore = chunk.length === BUFFER_BYTES;
    if (this.#turn) return this.#turn.data(chunk);
    // Nobody has asked: whatever it answers, it is not the next question.
    this.socket.destroy();
    return false;
  }

  #lose(error: Error | undefined): void {
    const turn = this.#turn;
    this.#turn = undefined;
    this.socket.destroy();
    turn?.lost(error);
  }
}
