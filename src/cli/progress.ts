/** One line on a terminal that says how far a long piece of work has come, and goes when it is done. */
import type { Io } from './io.ts';

/** Work that is done sooner needs no line. */
const QUIET_MS = 1000;
const INTERVAL_MS = 200;

export class Progress {
  readonly #io: Io;
  readonly #text: () => string;
  readonly #start: number;
  #timer: NodeJS.Timeout | undefined;
  #shown = false;

  /** `text` makes the line each time that it is drawn. On anything but a terminal nothing is ever shown. */
  constructor(io: Io, text: () => string) {
    this.#io = io;
    this.#text = text;
    this.#start = io.now().getTime();
    if (!io.terminal) return;
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Takes the line away before something else is printed. */
  clear(): void {
    if (this.#shown) this.#io.err('\r\u001B[K');
    this.#shown = false;
  }

  end(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(): void {
    if (this.#io.now().getTime() - this.#start < QUIET_MS) return;
    this.#io.err(`\r\u001B[K${this.#text()}`);
    this.#shown = true;
  }
}
