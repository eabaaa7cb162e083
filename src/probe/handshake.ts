/** One TLS handshake as a client (the `status_request` extension: RFC 6066 section 8), with whoever the server is. */
import type { Duplex } from 'node:stream';
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type TLSSocket,
  type TLSSocketOptions,
  connect,
} from 'node:tls';

// Node's types know requestOCSP on the socket only; connect hands it on.
type Options = ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'>;

export interface Presented {
  /** In DER: the server's own first, then each one's issuer as far as the server sent them. */
  readonly chain: readonly Buffer[];
  /** The OCSPResponse; `undefined` when none came. */
  readonly staple: Buffer | undefined;
}

export interface Handshake extends Presented {
  /** Still open: to be destroyed by who asked for it. */
  readonly socket: TLSSocket;
  /** The secret with which the server encrypts its part of a handshake of TLS 1.3. */
  readonly secret: Buffer | undefined;
}

/** Longer chains are none; what a server sends may even go round in a circle. */
const MAX_CHAIN = 10;

/** As in `SERVER_HANDSHAKE_TRAFFIC_SECRET <client random> <secret>`, a line of the format of NSS. */
const SECRET = /^SERVER_HANDSHAKE_TRAFFIC_SECRET \S+ ([0-9a-f]+)/i;

/**
 * `stream` is connected, or connecting. Its certificate is what is looked at, so the server need not be trusted. How long
 * it may take is the matter of who made the stream: one that is destroyed ends the handshake.
 *
 * @param servername the name that the server is asked for; none is sent for an IP address.
 * @throws Error of node:net or node:tls.
 */
export function handshake(
  stream: Duplex,
  servername: string,
  options: ConnectionOptions = {},
): Promise<Handshake> {
  const all: Options = {
    ...options,
    socket: stream,
    ...(isIP(servername) === 0 ? { servername } : {}),
    requestOCSP: true,
    rejectUnauthorized: false,
    // Whom it is for is the caller's question.
    checkServerIdentity: () => undefined,
  };
  return new Promise((resolve, reject) => {
    let staple: Buffer | undefined;
    let secret: Buffer | undefined;
    const socket = connect(all);
    // Node calls with null when the server sends none.
    socket.on('OCSPResponse', (response: Buffer | null) => {
      staple = response === null || response.length === 0 ? undefined : response;
    });
    socket.on('keylog', (line: Buffer) => {
      const [, digits] = SECRET.exec(line.toString('latin1')) ?? [];
      if (digits !== undefined) secret = Buffer.from(digits, 'hex');
    });
    // Also for what comes after the end, and is no news then.
    socket.on('error', reject);
    stream.on('error', reject);
    socket.once('secureConnect', () => resolve({ socket, chain: chainOf(socket), staple, secret }));
    socket.once('close', () => reject(new Error('the server closed the connection during the handshake')));
  });
}

function chainOf(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (next?.raw && chain.length < MAX_CHAIN) {
    const { raw }: Partial<DetailedPeerCertificate> = next;
    // A root is its own issuer.
    if (chain.at(-1)?.equals(raw) === true) break;
    chain.push(raw);
    next = next.issuerCertificate;
  }
  return chain;
}
