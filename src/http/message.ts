/** One HTTP request and its answer, as the rest of restaple sees them: whole, in memory, bounded. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Ending } from './ending.ts';
import type { HeaderList } from './headers.ts';

/** A request, whole. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** `http:` or `https:`. A user name and password in it are sent as Basic authorization and never printed. */
  readonly url: URL;
  /**
   * The user named this URL, so it may lead anywhere. Unless true, it may have come out of a certificate, and the
   * address rules of `connect-rules.ts` hold.
   */
  readonly trusted?: boolean;
  /** Sent as they are; they replace the client's own of the same name, `Host` included. */
  readonly headers?: HeaderList;
  readonly body?: Buffer | undefined;
  /** The largest body that is taken, in bytes. */
  readonly maxBytes: number;
  /** In place of the client's `answerTimeoutMs`, for what may be large. */
  readonly answerTimeoutMs?: number;
  /** Gives the exchange up. A RestapleError as its reason is thrown as it is. */
  readonly signal?: Ending | undefined;
}

/** Its answer, whole, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** The reason phrase as the server wrote it: text from outside, often empty. */
  readonly statusText: string;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The IP address that answered. */
  readonly address: string | undefined;
  /** The TCP port at it, which need not be that of the URL. */
  readonly port?: number | undefined;
  /** `host:port` of the proxy that it came through; the address is then known to that alone. */
  readonly proxy?: string;
  /** The proxy read what it handed on, and may itself be the one that answered. */
  readonly isForwarded?: boolean;
}
