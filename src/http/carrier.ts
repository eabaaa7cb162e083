/** What takes a request there and brings its answer back: node:http, or what is quicker for the plainest of answers. */
import type { Progress } from './failure.ts';
import type { HeaderList } from './headers.ts';
import type { HttpAnswer, HttpRequest } from './message.ts';

/** Called as a connection comes about. */
export interface Steps {
  /** The name is looked up. */
  readonly found: () => void;
  /** The connection can be written to. */
  readonly ready: () => void;
}

/** A request that is on its way. */
export interface Sending {
  /** Rejects with a TransportError or a StaleConnection. */
  readonly answer: Promise<HttpAnswer>;
  /** Ends it where it is, with its connection. */
  destroy(): void;
}

export interface Carrier {
  /** Sends at once, and keeps `progress` up to date. Throws a TypeError for a header that no request can have. */
  readonly send: (request: HttpRequest, headers: HeaderList, progress: Progress, steps: Steps) => Sending;
  /** What a proxy alone is told. */
  readonly headers: HeaderList;
  /** `host:port` of the proxy, for messages. */
  readonly proxy: string | undefined;
  /** The proxy speaks HTTP itself; else it hands on what it does not read. */
  readonly isForwarded: boolean;
}

/** The server closed a kept connection before it answered: the same request may be sent again on a fresh one. */
export class StaleConnection extends Error {}
