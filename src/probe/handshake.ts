/** One TLS handshake as a client (the `status_request` extension: RFC 6066 section 8), with whoever the server is. */
import { constants } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type TLSSocket,
  type TLSSocketOptions,
  connect,
} from 'node:tls';
import { wantsClientCertificate } from './certificate-request.ts';
import { keyOptions } from './key-type.ts';
import { sentCertificates } from './sent-certificates.ts';
import type { Tap } from './tap.ts';

// Node's types know requestOCSP on the socket only; connect hands it on.
type Options = ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'>;

export interface Presented {
  /** In DER, as the server sent them. */
  readonly chain: readonly Buffer[];
  /** The OCSPResponse; `undefined` when none came. */
  readonly staple: Buffer | undefined;
}

export interface Handshake extends Presented {
  /** Still open, unless the server has closed it: to be destroyed by who asked for it. */
  readonly socket: TLSSocket;
  /** The server's own, as Node reads it. */
  readonly certificate: PeerCertificate;
  /** `TLSv1.3` */
  readonly version: string;
  /** In the words of IANA's registry. */
  readonly cipher: string;
  readonly alpn: string | undefined;
  /** Why nobody would trust the chain, as OpenSSL names it, or `CLIENT_CERTIFICATE_WANTED`. */
  readonly untrusted: string | undefined;
  /** The secret with which the server encrypts its part of a handshake of TLS 1.3. */
  readonly secret: Buffer | undefined;
}

/** Longer chains are none; what a server sends may even go round in a circle. */
const MAX_CHAIN = 10;

/**
 * A server of TLS 1.2 that wants a certificate of its client breaks off where it gets none, before it is known whether its
 * own is trusted; but what it presents and staples has come, under its signature.
 */
export const CLIENT_CERTIFICATE_WANTED = 'CLIENT_CERTIFICATE_WANTED';

/** As in `SERVER_HANDSHAKE_TRAFFIC_SECRET <client random> <secret>`, a line of the format of NSS. */
const SECRET = /^SERVER_HANDSHAKE_TRAFFIC_SECRET \S+ ([0-9a-f]+)/i;

/**
 * `stream` is connected, or connecting. Its certificate is what is looked at, so the server need not be trusted, and its key
 * and its manners may be those of long ago. How long it may take is the matter of who made the stream: one that is destroyed
 * ends the handshake.
 *
 * @param servername the name that the server is asked for; none is sent for an IP address.
 * @throws Error of node:net or node:tls.
 */
export function handshake(
  stream: Tap,
  servername: string,
  options: ConnectionOptions = {},
): Promise<Handshake> {
  const all: Options = {
    ...keyOptions(undefined),
    // Servers without secure renegotiation (RFC 5746) are to be looked at as well; nothing is told to them.
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT | constants.SSL_OP_NO_RENEGOTIATION,
    ...options,
    socket: stream,
    ...(isIP(servername) === 0 ? { servername } : {}),
    requestOCSP: true,
    rejectUnauthorized: false,
    // Whom it is for is the caller's question.
    checkServerIdentity: () => undefined,
  };
  return new Promise((resolve, reject) => {
    // `null` where it is known that there is none: then all that the server has to say before it is answered has come.
    let staple: Buffer | null | undefined;
    let secret: Buffer | undefined;
    const socket = connect(all);
    const end = (untrusted: string | undefined): void => {
      const chain = sentCertificates(stream.received, secret) ?? chainOf(socket);
      resolve({ socket, ...factsOf(socket), chain, staple: staple ?? undefined, secret, untrusted });
    };
    // Node calls with null when the server sends none.
    socket.on('OCSPResponse', (response: Buffer | null) => {
      staple = response === null || response.length === 0 ? null : response;
    });
    socket.on('keylog', (line: Buffer) => {
      const [, digits] = SECRET.exec(line.toString('latin1')) ?? [];
      if (digits !== undefined) secret = Buffer.from(digits, 'hex');
    });
    // Also for what comes after the end, and is no news then.
    socket.on('error', (error) => {
      const isOver = staple !== undefined && isByServer(error) && wantsClientCertificate(stream.received);
      if (isOver) end(CLIENT_CERTIFICATE_WANTED);
      else reject(error);
    });
    stream.on('error', reject);
    socket.once('secureConnect', () =>
      end(socket.authorized ? undefined : String(socket.authorizationError)),
    );
    socket.once('close', () => reject(new Error('the server closed the connection during the handshake')));
  });
}

/** By an alert, or without a word. */
const isByServer = (error: Error): boolean =>
  'code' in error && /^ERR_SSL_.*ALERT|^ECONNRESET$|^EPIPE$/.test(String(error.code));

/** As long as the socket is there. */
function factsOf(socket: TLSSocket): Pick<Handshake, 'certificate' | 'version' | 'cipher' | 'alpn'> {
  return {
    certificate: socket.getPeerCertificate(),
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
  };
}

/** As Node has it, for a handshake that cannot be read. */
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
