/** What one client, and all of them together, may take. */

export interface RelayLimits {
  /** Of a request line with its headers, and of a body, in bytes. */
  readonly requestBytes: number;
  readonly connections: number;
  /** Requests a second of one client address, and how many it may have saved up. Loopback and sockets are not counted. */
  readonly requestsPerSecond: number;
  readonly burst: number;
  /** From the start of a connection, or of a later request on it, to the end of the headers. */
  readonly headersMs: number;
  /** The same to the end of the body. */
  readonly requestMs: number;
  /** Between an answer and the next request. */
  readonly idleMs: number;
  /** For which answers may lie here because nobody takes them. */
  readonly stalledMs: number;
  /** Questions that wait for an answer that is not here yet. */
  readonly waiting: number;
  /** Answers on one connection that stand behind an earlier one. */
  readonly pipelined: number;
  /** For what is under way when the relay is closed. */
  readonly closeMs: number;
}

export const DEFAULT_LIMITS: RelayLimits = {
  // Node's own bound for headers since 2018; a request for one certificate has about 80 bytes, a signed one some 2,000.
  requestBytes: 16 * 1024,
  // Below the 1,024 file descriptors that Debian gives a process by twice the room: systemd raises that to 524,288.
  connections: 1024,
  // A server with 1,000 certificates that was just restarted asks for all of them; nobody asks 100 times a second for long.
  requestsPerSecond: 100,
  burst: 1000,
  // The shorter bound of Apache's mod_reqtimeout is 20 s, for people far away; here a server asks its neighbour.
  headersMs: 5_000,
  requestMs: 10_000,
  // Between nginx (75 s) and Apache (5 s): clients that keep connections at all use them again within a second.
  idleMs: 30_000,
  stalledMs: 10_000,
  // Eight times the 64 requests that may be under way to responders: with 0.1 s each, who comes later would wait for seconds.
  waiting: 512,
  // 512 KiB of answers with a delegate's certificate in each; no OCSP client pipelines.
  pipelined: 128,
  // Longer than a responder is waited for would keep whoever stops the service.
  closeMs: 5_000,
};
