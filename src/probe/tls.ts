/** Asks a TLS server what it presents and what it staples (the `status_request` extension, RFC 6066 section 8). */
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  type DetailedPeerCertificate,
  type TLSSocket,
  type TLSSocketOptions,
  connect,
} from 'node:tls';
import { formatDuration } from '../duration.ts';

export interface TlsServer {
  /** A name or an IP address without brackets: where to connect. */
  readonly host: string;
  readonly port: string;
  /** The name that the server is asked for; none is sent for an IP address. */
  readonly servername: string;
  /** The signatures that are taken, in OpenSSL's words: a server that has several certificates chooses by them. */
  readonly sigalgs?: string | undefined;
}

export interface Presented {
  /** In DER: the server's own first, then each one's issuer as far as the server sent them. */
  readonly chain: readonly Buffer[];
  /** The OCSPResponse; `undefined` when none came. */
  readonly staple: Buffer | undefined;
}

export type ReadStaple = (server: TlsServer, timeoutMs: number) => Promise<Presented>;

/** Longer chains are none; what a server sends may even go round in a circle. */
const MAX_CHAIN = 10;

/**
 * Whoever the server is: its certificate is what is looked at, so it need not be trusted.
 *
 * @throws Error of node:net or node:tls, or one that says that time ran off.
 */
export const readStaple: ReadStaple = ({ host, port, servername, sigalgs }, timeoutMs) => {
  // Node's types know requestOCSP on the socket only; connect hands it on.
  const options: ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'> = {
    host,
    port: Number(port),
    ...(isIP(servername) === 0 ? { servername } : {}),
    ...(sigalgs === undefined ? {} : { sigalgs }),
    requestOCSP: true,
    rejectUnauthorized: false,
  };
  return new Promise((resolve, reject) => {
    let staple: Buffer | undefined;
    const socket = connect(options);
    const timer = setTimeout(
      () => socket.destroy(new Error(`no TLS connection within ${formatDuration(timeoutMs)}`)),
      timeoutMs,
    );
    // Node calls with null when the server sends none.
    socket.on('OCSPResponse', (response: Buffer | null) => {
      staple = response === null || response.length === 0 ? undefined : response;
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve({ chain: chainOf(socket), staple });
      socket.destroy();
    });
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('the server closed the connection during the handshake'));
    });
  });
};

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
