/** One connection for one request at a time, kept in between. */
import { type NetConnectOpts, type Socket, connect } from 'node:net';

/** Whose turn it is on a connection. */
export interface Turn {
  data(chunk: Buffer): void;
  /** `undefined`: the server has ended it, or somebody here. */
  lost(error: Error | undefined): void;
}

/** Servers keep an idle connection for five seconds or longer; who asks just then meets a closed door. */
const IDLE_MS = 4_000;

/** The listeners stay for as long as the connection: to add them anew for each request takes longer than to read its answer. */
export class PlainConnection {
  readonly socket: Socket;
  /** It has brought an answer already, so that the server may have closed it by now. */
  isUsed = false;
  #turn: Turn | undefined;

  /** `ended` is called once, when it cannot be used any more. */
  constructor(options: NetConnectOpts, ended: () => void) {
    this.socket = connect(options);
    this.socket.setTimeout(IDLE_MS);
    this.socket.on('data', this.#data);
    this.socket.on('end', this.#end);
    this.socket.on('error', this.#error);
    this.socket.on('timeout', this.#timeout);
    this.socket.once('close', () => {
      ended();
      this.#lose(undefined);
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

  /** The socket without anybody who listens: for whoever takes it over. */
  release(): Socket {
    this.#turn = undefined;
    this.socket.setTimeout(0);
    this.socket.off('data', this.#data).off('end', this.#end).off('timeout', this.#timeout);
    return this.socket;
  }

  readonly #data = (chunk: Buffer): void => {
    // Nobody has asked: whatever it answers, it is not the next question.
    if (this.#turn) this.#turn.data(chunk);
    else this.socket.destroy();
  };

  readonly #end = (): void => this.#lose(undefined);
  readonly #error = (error: Error): void => this.#lose(error);

  readonly #timeout = (): void => {
    if (!this.#turn) this.socket.destroy();
  };

  #lose(error: Error | undefined): void {
    const turn = this.#turn;
    this.#turn = undefined;
    this.socket.destroy();
    turn?.lost(error);
  }
}
